import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { server, shown, startConsole } from './console-rig.ts'
import { faultsOf, looks } from './open-console.ts'

const [, , phone, darkDesk] = looks

startConsole()

test('the server has the documentation: a way from the console through search to a page, and nothing that its policy refuses', async () => {
  const page = await shown.signedIn(darkDesk)
  await page.getByRole('link', { name: 'Docs' }).click()
  await page.waitForURL('**/docs/')
  expect(await faultsOf(page)).toEqual([])
  await page.keyboard.press('/')
  await page.keyboard.type('holdback')
  await page.keyboard.press('Enter')
  await page.waitForURL('**/docs/search.html?q=holdback')
  await page.getByRole('link', { name: 'Rollouts, stages and visits: Holdback' }).click()
  await page.getByRole('heading', { name: 'Holdback' }).waitFor()
  expect(await faultsOf(page)).toEqual([])
  await page.getByRole('link', { name: 'Codes', exact: true }).click()
  await page.waitForURL('**/docs/reference/codes.html')
  expect(await faultsOf(page)).toEqual([])
  await page.getByLabel('Theme').selectOption('Light')
  await page.reload()
  expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(255, 255, 255)')
  expect(shown.errors).toEqual([])
})

test('it opens from a disk, without a server, on a phone, with its menu and its search', async () => {
  const page = await shown.newPage(phone)
  await page.goto(`${pathToFileURL('.build/docs/index.html')}`)
  await page.getByRole('link', { name: 'Menu' }).click()
  await page.getByRole('link', { name: 'Plan', exact: true }).click()
  await page.getByRole('heading', { name: 'Guardrails' }).waitFor()
  const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  expect(tooWide).toBeLessThanOrEqual(0)
  await page.getByRole('searchbox').fill('no data')
  await page.keyboard.press('Enter')
  await page.getByRole('link', { name: 'Silence and no data', exact: true }).first().waitFor()
  await page.getByRole('searchbox').fill('complaint')
  await page.keyboard.press('Enter')
  const found = page.getByRole('main').getByRole('listitem')
  await found.filter({ hasText: '0076' }).first().waitFor()
  expect(await found.first().innerText()).not.toMatch(/^0076/)
  expect(shown.errors).toEqual([])
})

test('what is not there is said in the way of the API', async () => {
  expect(await server.request('GET', '/docs/gone.html')).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } })
})
