import { scale } from '../testing/scale.ts'
import { describe, expect, test } from 'vitest'
import { server, shown, startConsole } from './console-rig.ts'
import { faultsOf, looks } from './open-console.ts'

const environment = '/api/v1/environments/staging'

startConsole(async () => {
  for (const key of ['summary', 'search'])
    await server.request('PUT', `${environment}/flags/${key}`, {
      enabled: true,
      variants: { on: true, off: false },
      off: 'off',
      serve: 'off',
    })
})

describe('a rollout from a template', () => {
  test('shows its stages and guardrails before the start, and waits for its checklist', async () => {
    const page = await shown.signedIn()
    await page.goto(`${server.url}/e/staging/flags`)
    await page.getByRole('button', { name: 'Start a rollout of summary' }).click()
    const dialog = page.getByRole('dialog', { name: 'Start a rollout: summary' })
    await dialog.getByText('errors above the baseline: roll back').waitFor()
    await dialog.getByLabel('Plan').selectOption('after-enabling')
    await dialog.getByText(/completed calls under 95/).waitFor()
    expect(await dialog.getByRole('region', { name: 'Stages' }).innerText()).toMatch(/100 %\s+at least 24/)
    await dialog.getByText('Runbook reviewed').waitFor()
    expect(await faultsOf(page)).toEqual([])
    await dialog.getByLabel('Reason').fill('worth a try')
    await dialog.getByRole('button', { name: 'Start', exact: true }).click()
    await page.getByRole('heading', { name: /summary ○ draft/ }).waitFor()
    const checklist = page.getByRole('region', { name: 'Checklist' })
    const items = await checklist.getByRole('button', { name: /^Done/ }).count()
    expect(items).toBeGreaterThan(1)
    await checklist.getByRole('button', { name: /^Skip/ }).first().click()
    await page.getByRole('dialog').getByLabel('Reason').fill('not ours')
    await page.getByRole('dialog').getByRole('button', { name: 'Skip' }).click()
    await checklist.getByText('↷ skipped').waitFor()
    for (let left = items - 1; left > 0; left -= 1) {
      await checklist.getByRole('button', { name: /^Done/ }).first().click()
      await expect.poll(() => checklist.getByRole('button', { name: /^Done/ }).count()).toBe(left - 1)
    }
    await page.getByRole('heading', { name: /summary ● running/ }).waitFor()
    expect(shown.errors).toEqual([])
  })
})

describe('the deployment log', () => {
  test('is written by the machine; people add notes, and word them anew', async () => {
    const page = await shown.signedIn()
    await page.goto(`${server.url}/e/staging/flags`)
    const made = await server.request('POST', `${environment}/rollouts?start=true`, { flag: 'search', reason: 'first' })
    await page.goto(`${server.url}/e/staging/rollouts/${(made.body as { id: string }).id}`)
    await page.getByRole('link', { name: 'Deployment log' }).click()
    await page.getByRole('heading', { name: 'Deployment log' }).waitFor()
    const entry = page.getByRole('listitem').filter({ hasText: 'until now' })
    expect(await entry.innerText()).toMatch(/first[\s\S]+Requests\s+0[\s\S]+None yet/)
    await page.getByLabel('A note on what is happening now').fill('quiet sofar')
    await page.getByRole('button', { name: 'Add note' }).click()
    const notes = page.getByRole('region', { name: 'Notes' })
    await notes.getByRole('button', { name: /^Edit/ }).click()
    await notes.getByLabel('Note').fill('quiet so far')
    await notes.getByRole('button', { name: 'Save' }).click()
    await notes.getByText('quiet so far', { exact: true }).waitFor()
    await notes.getByText('Earlier wordings: 1').click()
    await notes.getByText(/^quiet sofar \(/).waitFor()
    for (const look of looks) {
      await page.setViewportSize(look)
      await page.emulateMedia({ colorScheme: look.colorScheme })
      expect(await faultsOf(page)).toEqual([])
    }
    expect(shown.errors).toEqual([])
  })
})

describe('the Metrics page', () => {
  test('R96: shows users and calls of each variant side by side, and no rate where there were no calls', async () => {
    const at = new Date().toISOString()
    const observations = Array.from({ length: 30 }, (_, i) => ({
      flag: 'search',
      variant: i % 3 === 0 ? 'on' : 'off',
      unit: `user_${i % 6}`,
      at,
      metrics: { error: i === 0 ? 1 : 0, latency_ms: 800 },
    }))
    await server.request('POST', `${environment}/observations`, { id: 'metrics-1', observations })
    const page = await shown.signedIn()
    await page.goto(`${server.url}/e/staging/metrics`)
    const table = page.getByRole('group', { name: 'Metrics of search' })
    await table.waitFor()
    const cells = async (name: string): Promise<string[]> => {
      const row = table.getByRole('row').filter({ has: page.getByRole('rowheader', { name, exact: true }) })
      return (await row.getByRole('cell').allInnerTexts()).map((text) => text.replaceAll('\u00a0', ' '))
    }
    expect((await cells('on')).slice(0, 4)).toEqual(['2', '10', '10 %', '800 ms'])
    expect((await cells('off')).slice(0, 4)).toEqual(['4', '20', '0 %', '800 ms'])
    await page.getByText('No calls of one flag: summary').waitFor()
    await page.getByText('90 days of search').click()
    await page.getByRole('img', { name: /^Errors in 90 days: off 0.%, on 10.%$/ }).waitFor()
    await page.getByRole('img', { name: /^Calls in 90 days: off 20, on 10$/ }).waitFor()
    expect(await faultsOf(page)).toEqual([])
    expect(shown.errors).toEqual([])
  })
})

describe('the kill switch', () => {
  test('R14: says what the flag is for, its risk, and what happens when it goes back; a flag past its date is marked', async () => {
    await server.request('PUT', `${environment}/flags/log-provider`, {
      enabled: true,
      variants: { on: true, off: false },
      off: 'off',
      serve: 'on',
      description: 'External logging',
      risk: 'low',
      rollbackImpact: 'Logs stop',
      expires: '2020-01-02T00:00:00Z',
    })
    const page = await shown.signedIn()
    await page.goto(`${server.url}/e/staging/flags`)
    await page.getByText('◌ stale: its time was over on 2020-01-02').waitFor()
    await page.getByRole('button', { name: 'Kill log-provider' }).click()
    const dialog = page.getByRole('dialog')
    for (const text of ['External logging', 'low', 'Logs stop']) await dialog.getByText(text, { exact: true }).waitFor()
    expect(await faultsOf(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Kill' }).click()
    await dialog.waitFor({ state: 'detached' })
    expect(shown.errors).toEqual([])
  })
})

describe('the Audit page', () => {
  test('tells who did what and why, and that nobody altered it', async () => {
    await server.request('PATCH', `${environment}/flags/search?reason=incident+42`, { enabled: false })
    const page = await shown.signedIn()
    await page.goto(`${server.url}/e/staging/audit?kind=flag`)
    const newest = page.getByRole('listitem').first()
    await newest.getByText('“incident 42”').waitFor()
    expect(await newest.innerText()).toMatch(/SLUICE_ADMIN_KEY disable · flag search in staging/)
    await page.getByRole('button', { name: 'Verify the record' }).click()
    await page.getByText(/✔ staging: \d+ events, unaltered/).waitFor()
    await page.getByLabel('What').selectOption('session')
    await page.getByText('sign in · session').first().waitFor()
    expect(shown.errors).toEqual([])
  })
})

describe('the Channels page', () => {
  test('makes a webhook, shows its secret once, and says whether a test arrived', async () => {
    const page = await shown.signedIn()
    await page.goto(`${server.url}/e/staging/channels`)
    await page.getByText('No channel yet').waitFor()
    await page.getByRole('button', { name: 'Add a channel' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Add' }).click()
    await dialog.getByText('Address is needed.').waitFor()
    await dialog.getByLabel('Name').fill('Pager')
    await dialog.getByLabel('Address').fill('https://hooks.example.com/x')
    await dialog.getByLabel(/^Events/).fill('rollout.*, Nonsense')
    await dialog.getByRole('button', { name: 'Add' }).click()
    await dialog
      .getByText(/Expected a type such as/)
      .first()
      .waitFor()
    // The refusal itself, which a browser logs whatever a page does.
    expect(shown.errors.splice(0).filter((text) => !text.includes('422'))).toEqual([])
    await dialog.getByLabel(/^Events/).fill('rollout.*')
    await dialog.getByRole('button', { name: 'Add' }).click()
    await page.getByText(/^whsec_/).waitFor()
    await page.getByRole('button', { name: 'Test Pager' }).click()
    await page.getByText(/✖ It did not arrive/).waitFor()
    await page.reload()
    await page.getByText('https://hooks.example.com/x').waitFor()
    expect(await page.getByText(/^whsec_/).count()).toBe(0)
    await page.getByRole('button', { name: 'Remove Pager' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
    await page.getByText('No channel yet').waitFor()
    expect(shown.errors).toEqual([])
  })
})

describe('the Connect page', () => {
  test('lists keys, and one that leaked is revoked', async () => {
    const made = await server.request('POST', '/api/v1/keys', {
      kind: 'server',
      environment: 'staging',
      name: 'leaked',
    })
    const key = (made.body as { secret: string }).secret
    const snapshot = () =>
      server.request('GET', `${environment}/snapshot`, undefined, { authorization: `Bearer ${key}` })
    expect((await snapshot()).status).toBe(200)
    const page = await shown.signedIn()
    await page.goto(`${server.url}/e/staging/connect`)
    await page.getByRole('button', { name: 'Revoke leaked' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
    await page.getByRole('button', { name: 'Revoke leaked' }).waitFor({ state: 'detached' })
    expect((await snapshot()).status).toBe(401)
    expect(shown.errors).toEqual([])
  })
})

describe('the overview', () => {
  test('shows a train: which rollout waits for which', async () => {
    for (const key of ['first', 'second'])
      await server.request('PUT', `${environment}/flags/${key}`, {
        enabled: true,
        variants: { on: true, off: false },
        off: 'off',
        serve: 'off',
      })
    await server.request('POST', `${environment}/rollouts?start=true`, { flag: 'first', reason: 'go' })
    await server.request('POST', `${environment}/rollouts?start=true`, {
      flag: 'second',
      after: ['first'],
      reason: 'go',
    })
    const page = await shown.signedIn()
    await page.goto(`${server.url}/e/staging`)
    const cars = page.getByRole('region', { name: 'Train' }).getByRole('listitem')
    await cars.first().waitFor()
    const texts = await cars.allInnerTexts()
    expect(texts[0]).toMatch(/^first\s+● running/)
    expect(texts[1]).toMatch(/^second\s+○ draft[^]*the rollout of "first" completes/)
    expect(shown.errors).toEqual([])
  })
})

test('every page is in order in both themes, on a desk and on a phone', async () => {
  for (const look of looks.slice(0, scale(2, 4))) {
    const page = await shown.signedIn(look)
    for (const path of ['', '/flags', '/metrics', '/alerts', '/audit', '/channels', '/connect']) {
      await page.goto(`${server.url}/e/staging${path}`)
      await page.getByRole('heading', { level: 1 }).waitFor()
      await page.waitForTimeout(200)
      expect([path, ...(await faultsOf(page))]).toEqual([path])
    }
    await page.context().close()
  }
  expect(shown.errors).toEqual([])
}, 120_000)
