// A React page, rendered by a server and hydrated in a real browser.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { createClient, createTestClient } from '@sluice/sdk'
import type { SluiceClient } from '@sluice/sdk'
import { createClient as createPageClient } from '@sluice/sdk/browser'
import type { BrowserOptions } from '@sluice/sdk/browser'
import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { rolldown } from 'rolldown'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser } from './launch-browser.ts'
import { App, Checkout } from './react-app/App.tsx'
import { newDatabase, startServer } from './running-server.ts'
import type { RunningServer } from './running-server.ts'

const flag = { enabled: true, client: true, variants: { on: true, off: false }, off: 'off', serve: 'off' }
const limits = { ...flag, variants: { high: { max: 9 }, off: { max: 1 } }, serve: 'high' }
const context = { targetingKey: 'ann' }
let server: RunningServer
let browser: Browser
let sluice: SluiceClient
let options: BrowserOptions
let script: string

const site = createServer((request, response) => {
  if (request.url === '/app.js') return void response.setHeader('content-type', 'text/javascript').end(script)
  const html = renderToString(createElement(App, { client: createPageClient(options) }))
  response.setHeader('content-type', 'text/html').end(`<div id="root">${html}</div>
    <script>const options = ${JSON.stringify(options)}</script><script type="module" src="/app.js"></script>`)
})

const put = async (name: string, body: object) =>
  expect((await server.request('PUT', `/api/v1/environments/production/flags/${name}`, body)).status).toBeLessThan(300)
async function makeKey(kind: string): Promise<string> {
  const { body } = await server.request('POST', '/api/v1/keys', { kind, environment: 'production', name: kind })
  return (body as { secret: string }).secret
}

beforeAll(async () => {
  server = await startServer(await newDatabase())
  await put('checkout', { ...flag, serve: 'on' })
  await put('banner', flag)
  await put('limits', limits)
  sluice = createClient({ url: server.url, key: await makeKey('server'), initTimeoutMs: 20_000 })
  await sluice.ready()
  options = { url: server.url, key: await makeKey('client'), context, bootstrap: sluice.evaluateAll(context) }
  const build = await rolldown({
    input: fileURLToPath(new URL('react-app/browser.tsx', import.meta.url)),
    platform: 'browser',
    resolve: { conditionNames: ['@sluice/source', 'import', 'browser'] },
    transform: { define: { 'process.env.NODE_ENV': '"development"' } },
    logLevel: 'silent',
  })
  script = (await build.generate({ format: 'es' })).output[0].code
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
  browser = await launchBrowser()
}, 60_000)
afterAll(async () => {
  await browser?.close()
  site.close()
  await sluice?.close()
  await server?.end()
})

declare const renders: Record<string, number>
declare const faults: string[]
const textOf = (page: Page, id: string) => page.locator(`#${id}`).textContent()

test('hydrates what the server has rendered, follows each flag alone, and rests', async () => {
  // Changed since the page was rendered: hydration must not notice, the page right after it must.
  await put('checkout', flag)
  const page = await browser.newPage()
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(String(error)))
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
  const rendered = await page.goto(`http://localhost:${(site.address() as AddressInfo).port}/`)
  const html = await rendered?.text()
  expect(html).toContain('new checkout')
  expect(html).toContain('9 high high SERVE')
  await expect.poll(() => textOf(page, 'checkout')).toBe('old checkout')
  expect(await textOf(page, 'limits')).toBe('9 high high SERVE')
  await expect.poll(() => textOf(page, 'status')).toBe('ready')
  expect(await page.evaluate(() => faults)).toEqual([])

  const before = await page.evaluate(() => ({ ...renders }))
  await put('banner', { ...flag, serve: 'on' })
  await expect.poll(() => textOf(page, 'banner')).toBe('banner')
  expect(await page.evaluate(() => ({ ...renders }))).toEqual(before)
  await put('limits', { ...limits, serve: 'off' })
  await expect.poll(() => textOf(page, 'limits')).toBe('1 off off SERVE')
  const after = await page.evaluate(() => ({ ...renders }))
  expect([after['checkout'], (after['limits'] ?? 0) > (before['limits'] ?? 0)]).toEqual([before['checkout'], true])
  expect(errors).toEqual([])
  await page.close()
}, 60_000)

test('takes a server’s client and a test’s as well, and says when the provider is missing', () => {
  const shown = (client: SluiceClient) => renderToString(createElement(App, { client, context }))
  expect(shown(createTestClient({ checkout: true }))).toContain('new checkout')
  expect(shown(createTestClient({ checkout: false }))).toContain('old checkout')
  expect(() => renderToString(createElement(Checkout))).toThrow('there is no <SluiceProvider>')
})
