import { createContext, runInContext } from 'node:vm'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { createClient, EdgeOptions } from './edge.ts'
import type { SluiceClient } from './sluice-client.ts'
import { bundle } from './testing/bundle.ts'
import { FakeServer, plainFlag, rolloutFlag } from './testing/fake-server.ts'
import { lineLogger, testKey, until } from './testing/fast-client.ts'

const user = { targetingKey: 'user_1' }
const server = new FakeServer()
let client: SluiceClient | null = null
let script: string

beforeEach(async () => {
  script ??= (await bundle('edge.ts', { format: 'iife', name: 'sluice' })).code
  server.flags = { 'patch-mode': plainFlag('on'), ruled: rolloutFlag(100_000) }
  delete server.answers.stream
  server.requests.length = 0
  server.rows.length = 0
  await server.start()
})
afterEach(async () => {
  await client?.close()
  await server.stop()
})

/** Cloudflare's runtime refuses these at the top of a module. */
let hasRequest = true
const inRequest = (): void => {
  if (!hasRequest) throw new Error('Disallowed operation called within global scope.')
}

/** Nothing of Node: what web standards give a worker, and no more. */
function connect(options: EdgeOptions = {}): SluiceClient {
  const worker = createContext({
    fetch: (...args: Parameters<typeof fetch>) => (inRequest(), fetch(...args)),
    AbortController: class extends AbortController {
      constructor() {
        inRequest()
        super()
      }
    },
    TextDecoder,
    TextEncoder,
    URL,
    crypto: { getRandomValues: (bytes: Uint8Array<ArrayBuffer>) => (inRequest(), crypto.getRandomValues(bytes)) },
    performance,
    queueMicrotask,
    setTimeout: (work: () => void, ms: number) => (inRequest(), Number(setTimeout(work, ms))),
    clearTimeout,
  })
  const sdk = runInContext(`${script}; sluice`, worker) as { createClient: typeof createClient }
  client = sdk.createClient({ url: server.url, key: testKey, logger: lineLogger(), initTimeoutMs: 20_000, ...options })
  return client
}

test('works where there is no Node: evaluates, follows a change, counts, answers a page', async () => {
  const sluice = connect()
  expect(await sluice.ready()).toEqual({ source: 'server' })
  expect(sluice.isEnabled('patch-mode', user)).toBe(true)
  await until(() => server.streams === 1)
  server.patch({ 'patch-mode': { ...plainFlag('off'), client: true } })
  await until(() => !sluice.isEnabled('patch-mode', user))
  expect(sluice.evaluateAll(user).flags).toMatchObject([{ key: 'patch-mode', value: false, variant: 'off' }])
  expect(await sluice.run('ruled', user, { on: () => 'new', off: () => 'old' })).toBe('new')
  await sluice.flush()
  expect(server.rows.map(({ flag, variant, unit }) => [flag, variant, unit])).toEqual([
    ['ruled', 'on', 'user_1'],
    ['ruled', 'on', 'user_1'],
  ])
  expect(server.requests[0]?.headers['x-sluice-sdk']).toBe('edge/0.1.0')
})

test('does nothing before it is used: a module may not connect', async () => {
  hasRequest = false
  const sluice = connect()
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(server.requests).toEqual([])
  hasRequest = true
  expect(await sluice.ready()).toEqual({ source: 'server' })
})

test('asks at the next request when the stream ended with the last one', async () => {
  server.answers.stream = (_request, response) => void response.writeHead(503).end()
  let nowMs = Date.now()
  const sluice = connect({ now: () => nowMs })
  await sluice.ready()
  server.flags['patch-mode'] = plainFlag('off')
  server.revision++
  await sluice.ready()
  expect(sluice.isEnabled('patch-mode', user)).toBe(true)
  nowMs += 31_000
  await sluice.ready()
  expect(sluice.isEnabled('patch-mode', user)).toBe(false)
})

test('takes no option that needs Node', () => {
  expect(() => connect({ cacheFile: '/tmp/x' } as EdgeOptions)).toThrow('`cacheFile`: it needs Node')
})
