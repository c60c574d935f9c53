import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startTestServer } from '../testing/test-server.ts'

function makeConsole(): string {
  const root = mkdtempSync(join(tmpdir(), 'sluice-console-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const folder = join(root, 'dist')
  mkdirSync(join(folder, 'assets'), { recursive: true })
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Sluice</title>')
  writeFileSync(join(folder, 'assets', 'main-1a2b.js'), 'export {}')
  writeFileSync(join(root, 'secret.txt'), 'secret')
  return folder
}

function makeDocs(): string {
  const folder = join(makeConsole(), '..', 'docs')
  mkdirSync(join(folder, 'guides'), { recursive: true })
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Docs</title>')
  writeFileSync(join(folder, 'guides', 'first.html'), '<!doctype html><title>First</title>')
  return folder
}

/** `fetch` tidies addresses up before it sends them; an attacker does not. */
function rawGet(url: string, path: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url)
    request({ hostname, port, path }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => (text += chunk.toString()))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
    })
      .on('error', reject)
      .end()
  })
}

test('serves the page for every address of the console, and hashed files for ever', async () => {
  const { send } = await startTestServer({ consoleFolder: makeConsole() })
  for (const path of ['/', '/demo/flags/patch-mode', '/sign-in']) {
    const page = await send('GET', path, { key: null })
    expect(page).toMatchObject({ status: 200, body: '<!doctype html><title>Sluice</title>' })
    expect(page.headers.get('cache-control')).toBe('no-cache')
    const policy = page.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'self'; script-src 'self'; style-src 'self'")
    expect(policy).not.toContain('unsafe')
    expect(page.headers.get('x-content-type-options')).toBe('nosniff')
  }
  const script = await send('GET', '/assets/main-1a2b.js', { key: null })
  expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
  expect(script.headers.get('cache-control')).toContain('immutable')
  expect((await send('GET', '/assets/gone.js', { key: null })).status).toBe(404)
})

test('a browser that opens or reloads a page gets it, though the name in the address has a dot', async () => {
  const { send } = await startTestServer({ consoleFolder: makeConsole() })
  const path = '/e/demo/rollouts/chat.model'
  const page = await send('GET', path, { key: null, headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } })
  expect(page).toMatchObject({ status: 200, body: '<!doctype html><title>Sluice</title>' })
  expect((await send('GET', path, { key: null })).status).toBe(404)
})

test.each([
  '/../secret.txt',
  '/%2e%2e/secret.txt',
  '/assets/..%2f..%2fsecret.txt',
  '/..%5csecret.txt',
  '/%00',
  '/%E0%A4%A',
  '//etc/passwd',
])('%s does not lead out of the folder', async (path) => {
  const { server } = await startTestServer({ consoleFolder: makeConsole() })
  const { text, status } = await rawGet(server.url, path)
  expect(text).not.toMatch(/secret$|root:/)
  expect([200, 404]).toContain(status)
})

test('serves the documentation under /docs, with a slash at the end of its first page, and no page of the console there', async () => {
  const { server, send } = await startTestServer({ consoleFolder: makeConsole(), docsFolder: makeDocs() })
  const bare = await fetch(`${server.url}/docs`, { redirect: 'manual' })
  expect([bare.status, bare.headers.get('location')]).toEqual([308, '/docs/'])
  const page = await send('GET', '/docs/', { key: null })
  expect(page).toMatchObject({ status: 200, body: '<!doctype html><title>Docs</title>' })
  expect(page.headers.get('content-security-policy')).toContain("script-src 'self'")
  expect((await send('GET', '/docs/guides/first.html', { key: null })).body).toContain('First')
  expect((await send('GET', '/docs/gone.html', { key: null, headers: { accept: 'text/html' } })).status).toBe(404)
  expect((await send('GET', '/docsification', { key: null })).body).toContain('Sluice')
  expect((await rawGet(server.url, '/docs/..%2fsecret.txt')).status).toBe(404)
  expect((await rawGet(server.url, '/docs/../../secret.txt')).text).not.toBe('secret')
})

test('without a built console or documentation the API works, and the page says what to do', async () => {
  const { send } = await startTestServer({ consoleFolder: '/nonexistent', docsFolder: '/nonexistent' })
  expect((await send('GET', '/docs/', { key: null })).body).toContain('npm run build')
  expect((await send('GET', '/', { key: null })).body).toContain('npm run build')
  expect((await send('GET', '/livez', { key: null })).body).toEqual({ status: 'ok' })
})

test('serves the packed SDK, or says how to pack it', async () => {
  const folder = makeConsole()
  mkdirSync(join(folder, 'sdk'))
  writeFileSync(join(folder, 'sdk.tgz'), 'packed')
  writeFileSync(join(folder, 'sdk', 'browser.js'), 'export {}')
  const { send } = await startTestServer({ sdkFolder: folder })
  const packed = await send('GET', '/sdk.tgz', { key: null })
  expect(packed.status).toBe(200)
  expect(packed.headers.get('content-type')).toBe('application/gzip')
  const script = await send('GET', '/sdk/browser.js', { key: null })
  expect(script).toMatchObject({ status: 200, body: 'export {}' })
  expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
  expect(script.headers.get('access-control-allow-origin')).toBe('*')
  const { send: bare } = await startTestServer({ sdkFolder: '/nonexistent' })
  expect((await bare('GET', '/sdk.tgz', { key: null })).body.hint).toContain('npm run build')
})
