import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { server, shown, startConsole } from './console-rig.ts'
import { faultsOf, looks } from './open-console.ts'

const [, , , darkPhone] = looks
const inside = '/api/v1/environments/demo'

startConsole()

async function flagWithPast(key: string): Promise<void> {
  const flag = { enabled: true, variants: { on: true, off: false }, off: 'off', serve: 'off' }
  await server.request('PUT', `${inside}/flags/${key}`, flag)
  const startMs = Date.now() - 6 * 3_600_000
  const observations = Array.from({ length: 600 }, (_, i) => ({
    flag: key,
    variant: 'off',
    unit: `u${i}`,
    at: new Date(startMs + i * 36_000).toISOString(),
    metrics: { error: i % 50 === 0 ? 1 : 0, latency_ms: 500 + (i % 100) * 10 },
  }))
  await server.request('POST', `${inside}/observations`, { id: `past-${key}`, observations })
}

describe('the planner page', () => {
  test('answers as one types, names what cannot be, and gives the plan away', async () => {
    const page = await shown.newPage()
    await page.goto(`${server.url}/planner`)
    const headline = page.getByRole('status')
    await page.getByText(/^2x errors do not get past 10 %; all users in about 3 d 2 h\.$/).waitFor()
    expect(await faultsOf(page)).toEqual([])
    await page.getByLabel('Users a day').fill('50000000')
    await page.getByText(/^2x errors do not get past 1 %/).waitFor()
    await page.getByText('✔ Nothing is wrong with this plan.').waitFor()
    await page.getByLabel('Users a day').fill('0')
    await page.getByRole('alert').getByText('Users a day must be above 0.').waitFor()
    await page.getByLabel('Users a day').fill('50000000')
    await page.getByLabel('Share of stage 2, in percent').fill('1')
    await page.getByText('✖ Cannot start').waitFor()
    expect(await headline.textContent()).toBe('This plan cannot start as it is.')
    await page.getByRole('button', { name: 'Remove stage 2' }).click()
    await page.getByText(/^2x errors do not get past 1 %/).waitFor()
    const other = await shown.newPage()
    await other.goto(page.url())
    expect(await other.getByLabel('Users a day').inputValue()).toBe('50000000')
    await other.getByText('This plan as a file').click()
    expect(await other.getByLabel('Command').textContent()).toContain('--units-per-day 50000000 --rate error=0.01')
    const file = JSON.parse((await other.getByLabel('plan.json').textContent()) ?? '') as { stages: unknown[] }
    expect(file.stages).toHaveLength(3)
    expect(shown.errors).toEqual([])
  })

  test('opens from a disk, without a server, on a phone in the dark', async () => {
    const page = await shown.newPage(darkPhone)
    await page.goto(`${pathToFileURL('console/dist/planner.html')}`)
    await page.getByText(/^2x errors do not get past 10 %/).waitFor()
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(15, 17, 20)')
    const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    expect(tooWide).toBeLessThanOrEqual(0)
    expect(shown.errors).toEqual([])
  })
})

describe('before a start', () => {
  test('the dialog says what the stages will find, and a draft shows the same', async () => {
    await flagWithPast('chat-model')
    const page = await shown.signedIn(darkPhone)
    await page.goto(`${server.url}/e/demo/flags`)
    await page.getByRole('button', { name: 'Start a rollout of chat-model' }).click()
    await page.getByText(/Stage 1 \(1 %, at least 1 h\) is blind: it finds 2x errors in none of 100 rollouts/).waitFor()
    expect(await page.getByRole('rowheader').count()).toBe(4)
    expect(await faultsOf(page)).toEqual([])
    const made: { body: { id: string } } = await server.request('POST', `${inside}/rollouts`, { flag: 'chat-model' })
    await page.goto(`${server.url}/e/demo/rollouts/${made.body.id}`)
    await page.getByRole('heading', { name: 'Before the start' }).waitFor()
    await page.getByText(/At about 2.40\d users a day/).waitFor()
    expect(await faultsOf(page)).toEqual([])
    expect(shown.errors).toEqual([])
  })

  test('a flag without a past says so, and can be started all the same', async () => {
    const flag = { enabled: true, variants: { on: true, off: false }, off: 'off', serve: 'off' }
    await server.request('PUT', `${inside}/flags/new-flag`, flag)
    const page = await shown.signedIn()
    await page.goto(`${server.url}/e/demo/flags`)
    await page.getByRole('button', { name: 'Start a rollout of new-flag' }).click()
    await page.getByText(/No traffic of this flag is known yet/).waitFor()
    await page.getByLabel('Reason').fill('to see what it does')
    const start = page.getByRole('button', { name: 'Start', exact: true })
    await start.and(page.locator(':enabled')).waitFor()
    expect(shown.errors).toEqual([])
  })
})
