import { describe, expect, test } from 'vitest'
import { server, shown, startConsole } from './console-rig.ts'
import { faultsOf } from './open-console.ts'
import { adminKey } from './running-server.ts'

startConsole()

describe('the frame around every page', () => {
  test('a chosen theme is there again at the next start', async () => {
    const page = await shown.signedIn()
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    const light = await background()
    await page.getByLabel('Theme').selectOption('Dark')
    const dark = await background()
    expect(dark).not.toBe(light)
    await page.reload()
    await page.getByLabel('Theme').waitFor()
    expect(await background()).toBe(dark)
    expect(await faultsOf(page)).toEqual([])
  })

  test('an address that leads nowhere says so and leads back', async () => {
    const page = await shown.signedIn()
    await page.goto(`${server.url}/e/nowhere/flags`)
    await page.getByRole('heading', { name: 'There is no environment called “nowhere”.' }).waitFor()
    await page.goto(`${server.url}/e/staging/no-such-page`)
    await page.getByRole('heading', { name: 'There is no such page.' }).waitFor()
    await page.getByRole('link', { name: /Rollouts of/ }).click()
    await page.waitForURL(/\/e\/[a-z]+$/)
    expect(shown.errors).toEqual([])
  })

  test('who was signed out goes on where they were', async () => {
    const page = await shown.signedIn()
    await page.context().clearCookies()
    await page.goto(`${server.url}/e/staging/flags?q=chat`)
    await page.waitForURL('**/sign-in?from=*')
    await page.getByLabel('Admin key').fill(adminKey)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL('**/e/staging/flags?q=chat')
    // The refused requests themselves; a browser logs them whatever a page does.
    expect(shown.errors.splice(0).filter((text) => !text.includes('401'))).toEqual([])
  })
})

describe('the Flags page', () => {
  test('finds flags by parts of their key, and kills one with its effect shown first', async () => {
    for (const key of ['chat-model', 'chat-tools', 'summary'])
      await server.request('PUT', `/api/v1/environments/staging/flags/${key}`, {
        enabled: true,
        variants: { on: true, off: false },
        off: 'off',
        serve: 'off',
      })
    const page = await shown.signedIn()
    await page.goto(`${server.url}/e/staging/flags`)
    await page.getByRole('button', { name: 'Kill summary' }).waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('tools chat')
    await page.getByRole('button', { name: 'Kill summary' }).waitFor({ state: 'detached' })
    await page.waitForURL('**/flags?q=tools*chat')
    await page.getByRole('button', { name: 'Kill chat-tools' }).click()
    await page.getByText('Everybody gets "off" at once, whatever rules say.').waitFor()
    await page.keyboard.press('Enter')
    await page.getByText('✖ switched off').waitFor()
    expect(shown.errors).toEqual([])
  })
})

describe('the Alerts page', () => {
  test('shows what is open, with its severity and what to do, and takes an acknowledgement', async () => {
    const flag = 'alerting'
    await server.request('PUT', `/api/v1/environments/staging/flags/${flag}`, {
      enabled: true,
      variants: { on: true, off: false },
      off: 'off',
      serve: 'off',
    })
    const plan = {
      flag,
      block: '1s',
      stages: [{ percent: 50, atLeast: '1h' }],
      guardrails: [{ metric: 'error', over: 0.5, noDataAfter: '5s' }],
    }
    await server.request('POST', '/api/v1/environments/staging/rollouts?start=true', plan)
    const page = await shown.signedIn()
    await page.goto(`${server.url}/e/staging/alerts`)
    await page.getByRole('button', { name: 'Acknowledge' }).first().click({ timeout: 40_000 })
    await page
      .getByText(/ looks after it\. /)
      .first()
      .waitFor()
    expect(await faultsOf(page)).toEqual([])
    await page.getByRole('button', { name: 'Resolve' }).first().click()
    await page.getByRole('heading', { name: 'Resolved' }).waitFor()
    expect(shown.errors).toEqual([])
  })
})
