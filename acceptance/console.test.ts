import { createClient } from '@sluice/sdk'
import { readTrace, runDemo, scenarios } from '@sluice/demo'
import { scale } from '../testing/scale.ts'
import { describe, expect, test } from 'vitest'
import { server, shown, startConsole } from './console-rig.ts'
import { faultsOf, looks } from './open-console.ts'
import { adminKey } from './running-server.ts'

startConsole()

describe('the console, in a real browser', () => {
  test('shows a bad rollout being caught, live', async () => {
    const page = await shown.signedIn()
    const stop = new AbortController()
    let id = ''
    const pace = {
      now: () => Date.now(),
      until: (atMs: number) => new Promise<void>((resolve) => setTimeout(resolve, Math.max(0, atMs - Date.now()))),
    }
    const demo = runDemo({
      url: server.url,
      adminKey,
      scenario: scenarios.bad,
      seed: 1,
      pace,
      tell: () => {},
      started: (rollout) => (id = rollout.id),
      signal: stop.signal,
    })
    await expect.poll(() => id, { timeout: 10_000 }).not.toBe('')
    await page.goto(`${server.url}/e/demo/rollouts/${id}`)
    await page.getByRole('heading', { name: /chat-model ● running/ }).waitFor()
    await page.getByRole('heading', { name: /chat-model ▼ rolled back/ }).waitFor({ timeout: 50_000 })
    await page
      .getByText(/^Rolled back: errors .*x the baseline \(/)
      .first()
      .waitFor()
    expect(await page.title()).toMatch(/^▼ rolled back/)
    const { rollout } = await demo
    await page
      .getByText(`${String(rollout.exposure.units).replace(/\B(?=(\d{3})+$)/g, '\u202f')} users`)
      .first()
      .waitFor()
    expect((await readTrace()).length).toBeGreaterThan(rollout.exposure.calls)
    for (const look of looks.slice(0, scale(2, 4))) {
      const other = await shown.signedIn(look)
      await other.goto(`${server.url}/e/demo/rollouts/${id}`)
      await other.getByRole('heading', { name: /chat-model/ }).waitFor()
      await other.waitForTimeout(300)
      expect(await faultsOf(other)).toEqual([])
      await other.context().close()
    }
    expect(shown.errors).toEqual([])
  }, 120_000)

  test('a person starts, holds and rolls back by keyboard, with the effect shown first', async () => {
    await server.request('PUT', '/api/v1/environments/staging/flags/by-hand', {
      enabled: true,
      variants: { on: true, off: false },
      off: 'off',
      serve: 'off',
    })
    const { body } = await server.request('POST', '/api/v1/environments/staging/rollouts', { flag: 'by-hand' })
    const page = await shown.signedIn()
    await page.goto(`${server.url}/e/staging/rollouts/${(body as { id: string }).id}`)
    await page.getByRole('heading', { name: /by-hand ○ draft/ }).waitFor()
    await page.keyboard.press('p')
    await page.getByText(/0 % → 1 %/).waitFor()
    await page.getByLabel(/Reason/).fill('let us see')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: /by-hand ● running/ }).waitFor()
    await page.keyboard.press('r')
    await page.getByText(/1 % → 0 %/).waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: /by-hand ▼ rolled back/ }).waitFor()
    expect(shown.errors).toEqual([])
  })

  test('the Connect page turns green at the first call', async () => {
    const page = await shown.signedIn()
    await page.goto(`${server.url}/e/production/connect`)
    await page.getByRole('button', { name: 'Create my-first-flag' }).click()
    await page.getByRole('button', { name: /Make a server key/ }).click()
    const code = await page
      .locator('pre')
      .nth(1)
      .filter({ hasText: /slc_srv_production_/ })
      .textContent()
    const key = /key: '([^']+)'/.exec(code ?? '')?.[1] ?? ''
    const client = createClient({ url: server.url, key })
    await client.ready()
    expect(await client.run('my-first-flag', { targetingKey: 'user_1' }, { on: () => 'new', off: () => 'old' })).toBe(
      'old',
    )
    await page.getByText(/✔ Received from node\//).waitFor({ timeout: 15_000 })
    await client.close()
  })
})
