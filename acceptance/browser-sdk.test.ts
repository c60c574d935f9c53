// The SDK for pages in a real browser, on a page of another origin than the server’s.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { BrowserClient } from '../sdk/src/browser.ts'
import { launchBrowser } from './launch-browser.ts'
import { newDatabase, startServer } from './running-server.ts'
import type { RunningServer } from './running-server.ts'

const base = '/api/v1/environments/production'
const flag = { enabled: true, client: true, variants: { on: true, off: false }, off: 'off', serve: 'off' }
const forPros = { ...flag, rules: [{ id: 'pros', if: { attr: 'plan', op: 'in', values: ['pro'] }, serve: 'on' }] }
const site = createServer((_request, response) => {
  const context = { targetingKey: 'ann', plan: 'pro' }
  response.setHeader('content-type', 'text/html').end(`<title>Shop</title><script type="module">
    import { createClient } from '${server.url}/sdk/browser.js'
    globalThis.sluice = createClient(${JSON.stringify({ url: server.url, key, context, initTimeoutMs: 20_000 })})
  </script>`)
})
let server: RunningServer
let browser: Browser
let key: string

beforeAll(async () => {
  server = await startServer(await newDatabase())
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
  browser = await launchBrowser()
  const made = await server.request('POST', '/api/v1/keys', { kind: 'client', environment: 'production', name: 'shop' })
  key = (made.body as { secret: string }).secret
  await put('checkout', forPros)
  await put('secret', { ...forPros, client: false })
})
afterAll(async () => {
  await browser?.close()
  site.close()
  await server?.end()
})

const put = (name: string, body: object) => server.request('PUT', `${base}/flags/${name}`, body)

declare const sluice: BrowserClient

const visit = (page: Page) => page.goto(`http://localhost:${(site.address() as AddressInfo).port}/`)

test('reads flags, follows a kill switch and its user, reports, and survives without its server', async () => {
  const context = await browser.newContext()
  const page = await context.newPage()
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(String(error)))
  await visit(page)
  expect(await page.evaluate(() => sluice.ready())).toEqual({ source: 'server' })
  const enabled = () => page.evaluate(() => sluice.isEnabled('checkout'))
  expect(await enabled()).toBe(true)
  expect(await page.evaluate(() => sluice.details('secret', 'hidden'))).toMatchObject({
    value: 'hidden',
    errorCode: 'FLAG_NOT_FOUND',
  })

  await page.evaluate(() => sluice.setContext({ targetingKey: 'bob', plan: 'free' }))
  expect(await enabled()).toBe(false)
  await page.evaluate(() => sluice.setContext({ targetingKey: 'ann', plan: 'pro' }))
  expect(await enabled()).toBe(true)

  // Only a stream tells so soon: the first poll comes after 24 seconds.
  await put('checkout', { ...forPros, enabled: false })
  await expect.poll(enabled, { timeout: 15_000 }).toBe(false)
  await put('checkout', forPros)
  await expect.poll(enabled, { timeout: 15_000 }).toBe(true)

  await page.evaluate(async () => {
    await sluice.run('checkout', { on: () => 1, off: () => 2 })
    await sluice.flush()
  })
  const { body } = await server.request('GET', `${base}/metrics/summary?lastMinutes=5&flag=checkout`)
  expect(JSON.stringify(body)).toContain('"totalCalls":1')

  // The next visit begins with what this one has left, though nobody answers.
  await page.evaluate(() => sluice.close())
  await page.goto('about:blank')
  await page.route('**/ofrep/**', (route) => route.abort())
  await visit(page)
  expect(await page.evaluate(() => [sluice.isEnabled('checkout'), sluice.status().source])).toEqual([true, 'cache'])
  expect(errors).toEqual([])
  await context.close()
}, 60_000)
