import { afterEach, describe, expect, test } from 'vitest'
import { createClient } from './create-client.ts'
import type { SluiceClient } from './sluice-client.ts'
import { SluiceError } from './sluice-error.ts'
import { FakeServer, plainFlag } from './testing/fake-server.ts'
import { fastClient, lineLogger, testKey, until } from './testing/fast-client.ts'

const server = new FakeServer()
const clients: SluiceClient[] = []
const connect = (...args: Parameters<typeof fastClient> extends [string, ...infer Rest] ? Rest : never) => {
  const client = fastClient(server.url, ...args)
  clients.push(client)
  return client
}
const user = { targetingKey: 'user_1' }

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()))
  await server.stop().catch(() => {})
  delete server.answers.snapshot
  delete server.answers.stream
  delete server.answers.observations
  server.epoch = 'e1'
  server.revision = 1
  server.requests.length = 0
})

async function serve(flags: Record<string, Record<string, unknown>>) {
  server.flags = flags
  await server.start()
}

describe('createClient', () => {
  test('names the option that is wrong', () => {
    const right = { url: 'http://127.0.0.1:1', key: testKey }
    const wrong: [string, object][] = [
      ['url', { url: 'ftp://x' }],
      ['url', { url: '' }],
      ['url', { url: 'http://x/?key=1' }],
      ['key', { key: '' }],
      ['key', { key: `${testKey}\n` }],
      ['key', { key: 'slc_ing_production_0123456789' }],
      ['environment', { key: 'no-environment-in-this' }],
      ['environment', { environment: 'staging' }],
      ['environment', { environment: 'a/b' }],
      ['bootstrap', { bootstrap: 'text' }],
      ['cacheFile', { cacheFile: '' }],
      ['initTimeoutMs', { initTimeoutMs: -1 }],
      ['flushIntervalMs', { flushIntervalMs: Number.NaN }],
      ['timeoutMs', { timeoutMs: '10s' }],
      ['hashUnits', { hashUnits: 1 }],
      ['logger', { logger: {} }],
      ['now', { now: 5 }],
      ['fetch', { fetch: true }],
      ['regex', { regex: '/x/' }],
    ]
    for (const [option, value] of wrong) {
      let thrown: unknown
      try {
        createClient({ ...right, ...value } as object)
      } catch (error) {
        thrown = error
      }
      expect(thrown, option).toBeInstanceOf(SluiceError)
      expect(thrown).toMatchObject({ code: 'INVALID_OPTION', message: expect.stringContaining(`\`${option}\``) })
    }
    expect(() => createClient({ ...right, timeoutMs: '5' as never })).toThrow('found the text "5"')
  })

  test('starts offline, says so, and takes the caller’s defaults', async () => {
    const client = fastClient('http://127.0.0.1:1', { initTimeoutMs: 30 })
    clients.push(client)
    expect(await client.ready()).toEqual({ source: 'default' })
    expect(client.isEnabled('patch-mode', user)).toBe(false)
    expect(client.variant('patch-mode', user, 'gemma')).toBe('gemma')
    expect(client.details('limits', user, 7)).toMatchObject({ value: 7, errorCode: 'PROVIDER_NOT_READY', stale: true })
    expect(await client.run('patch-mode', user, { on: () => 1, off: () => 2 })).toBe(2)
    expect(client.status()).toMatchObject({ state: 'starting', source: 'default', revision: null })
  })

  test('is ready with the server’s flags and tells the server who it is', async () => {
    await serve({ 'patch-mode': plainFlag('on') })
    const client = connect()
    expect(await client.ready()).toEqual({ source: 'server' })
    expect(client.isEnabled('patch-mode', user)).toBe(true)
    expect(client.details('patch-mode', user, false)).toMatchObject({
      value: true,
      variant: 'on',
      stale: false,
      revision: 1,
    })
    expect(server.requests[0]).toMatchObject({
      path: 'stream',
      headers: { authorization: `Bearer ${testKey}`, 'x-sluice-sdk': 'node/0.1.0' },
    })
    expect(server.requests[0]?.headers['x-sluice-instance']).toMatch(/^[0-9a-f]{32}$/)
  })

  test('uses the fetch it was given', async () => {
    await serve({ 'patch-mode': plainFlag('on') })
    let calls = 0
    const counting: typeof fetch = (...args) => {
      calls++
      return fetch(...args)
    }
    const client = connect({ fetch: counting })
    expect(await client.ready()).toEqual({ source: 'server' })
    client.track(user, { flag: 'patch-mode', latency_ms: 5 })
    await client.flush()
    expect(calls).toBe(server.requests.length)
    expect(server.rows).toHaveLength(1)
  })

  test('knows regular expressions, as RE2 has them', async () => {
    const rules = [{ id: 'r', if: { attr: 'mail', op: 'regex', values: ['@ex\\pL+\\.org$'] }, serve: 'on' }]
    server.flags = { 'patch-mode': { ...plainFlag('off'), rules } }
    const client = createClient({
      url: 'http://127.0.0.1:1',
      key: testKey,
      bootstrap: server.snapshot(),
      logger: lineLogger(),
    })
    clients.push(client)
    expect(client.isEnabled('patch-mode', { mail: 'ann@example.org' })).toBe(true)
    expect(client.isEnabled('patch-mode', { mail: 'ann@ex.org' })).toBe(false)
  })

  test('starts from a bootstrap and asks only for what is newer', async () => {
    await serve({ 'patch-mode': plainFlag('on') })
    const client = connect({ bootstrap: server.snapshot() })
    expect(client.isEnabled('patch-mode', user)).toBe(true)
    expect(client.status()).toMatchObject({ state: 'bootstrapped', source: 'bootstrap' })
    expect(await client.ready()).toEqual({ source: 'server' })
    expect(server.requests[0]?.headers['last-event-id']).toBe('e1-1')
  })

  test('ignores a bootstrap of another environment, loudly', async () => {
    const logger = lineLogger()
    const bootstrap = { schema: 1, env: 'staging', epoch: 'e', revision: 1, flagCount: 0, flags: {} }
    const client = fastClient('http://127.0.0.1:1', { bootstrap, logger, initTimeoutMs: 1 })
    clients.push(client)
    expect(await client.ready()).toEqual({ source: 'default' })
    expect(logger.lines.join()).toContain('"staging"')
  })

  test('gives the fallback for a value of another type, and says why', async () => {
    await serve({ limits: { ...plainFlag('on'), variants: { on: 10, off: 5 } } })
    const client = connect()
    await client.ready()
    expect(client.value('limits', user, 3)).toBe(10)
    expect(client.details('limits', user, 'three')).toMatchObject({ value: 'three', errorCode: 'TYPE_MISMATCH' })
    expect(client.isEnabled('limits', user)).toBe(true)
    expect(client.details('limit', user, 3)).toMatchObject({ value: 3, errorCode: 'FLAG_NOT_FOUND' })
    expect(client.explain('limits', user).steps.length).toBeGreaterThan(0)
  })

  test('keeps serving after close and sends nothing more', async () => {
    await serve({ 'patch-mode': plainFlag('on') })
    const client = connect()
    await client.ready()
    await client.close()
    client.track(user, { flag: 'patch-mode', latency_ms: 5 })
    expect(client.isEnabled('patch-mode', user)).toBe(true)
    expect(client.status().rows.waiting).toBe(0)
    await until(() => server.streams === 0)
  })
})

describe('a client that has lost its server', () => {
  test('keeps the flags, turns stale, and comes back by itself', async () => {
    await serve({ 'patch-mode': plainFlag('on') })
    const client = connect({}, { staleMs: 60 })
    const seen: string[] = []
    client.on('ready', () => seen.push('ready'))
    client.on('stale', ({ lastSyncAt }) => seen.push(lastSyncAt === null ? 'never' : 'stale'))
    client.on('error', ({ code }) => seen.push(code))
    await client.ready()
    await server.stop()
    await until(() => client.status().state === 'stale')
    expect(client.isEnabled('patch-mode', user)).toBe(true)
    expect(client.details('patch-mode', user, false).stale).toBe(true)
    await serve({ 'patch-mode': plainFlag('off') })
    server.revision = 2
    server.cut()
    await until(() => client.status().state === 'ready' && client.status().revision === 2)
    expect(client.isEnabled('patch-mode', user)).toBe(false)
    expect(seen.slice(0, 4)).toEqual(['ready', 'UNREACHABLE', 'stale', 'ready'])
  })

  test('turns stale too when it never had one, and answers from its bootstrap', async () => {
    await serve({ 'patch-mode': plainFlag('on') })
    const bootstrap = server.snapshot()
    await server.stop()
    const client = connect({ bootstrap, initTimeoutMs: 1 }, { staleMs: 60 })
    const seen: (string | null)[] = []
    client.on('stale', ({ lastSyncAt }) => seen.push(lastSyncAt))
    expect(client.status().state).toBe('bootstrapped')
    await until(() => client.status().state === 'stale')
    expect(seen).toEqual([null])
    expect(client.isEnabled('patch-mode', user)).toBe(true)
    await server.start()
    await until(() => client.status().state === 'ready')
  })

  test('polls while the stream is down, without asking for the same set twice', async () => {
    server.answers.stream = (_request, response) => response.writeHead(503).end()
    await serve({ 'patch-mode': plainFlag('on') })
    const client = connect()
    await client.ready()
    await until(() => server.requests.filter(({ path }) => path === 'snapshot').length >= 3)
    expect(server.requests.findLast(({ path }) => path === 'snapshot')?.headers['if-none-match']).toBe('"e1-1"')
    server.flags = { 'patch-mode': plainFlag('off') }
    server.revision = 2
    await until(() => !client.isEnabled('patch-mode', user))
    expect(client.status().state).toBe('ready')
  })

  test('does not hurry where the server asks for time', async () => {
    server.answers.stream = (_request, response) => response.writeHead(429, { 'retry-after': '30' }).end()
    server.answers.snapshot = server.answers.stream
    await serve({})
    connect()
    await until(() => server.requests.length === 2)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(server.requests.map(({ path }) => path).sort()).toEqual(['snapshot', 'stream'])
  })

  test('drops a stream that has gone silent', async () => {
    await serve({ 'patch-mode': plainFlag('on') })
    const client = connect({}, { watchdogMs: 50 })
    await client.ready()
    await until(() => server.requests.filter(({ path }) => path === 'stream').length >= 3)
    expect(client.isEnabled('patch-mode', user)).toBe(true)
  })

  test('drops a stream that never says anything', async () => {
    server.answers.stream = (_request, response) =>
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
    await serve({})
    connect({}, { watchdogMs: 30, requestMs: 60_000 })
    await until(() => server.requests.filter(({ path }) => path === 'stream').length >= 3)
    expect(server.requests.some(({ path }) => path === 'snapshot')).toBe(true)
  })

  test('leaves the server alone for long when its key is refused', async () => {
    server.answers.stream = (_request, response) => response.writeHead(403).end()
    server.answers.snapshot = server.answers.stream
    await serve({})
    const client = connect({}, { deniedMs: 60_000 })
    await client.ready()
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(server.requests.map(({ path }) => path)).toEqual(['stream', 'snapshot'])
  })

  test('has its flags by polling where a proxy refuses streams, and the key is not blamed', async () => {
    server.answers.stream = (_request, response) => response.writeHead(403).end()
    await serve({ 'patch-mode': plainFlag('on') })
    const client = connect()
    const errors: string[] = []
    client.on('error', ({ code }) => errors.push(code))
    expect(await client.ready()).toEqual({ source: 'server' })
    server.flags = { 'patch-mode': plainFlag('off') }
    server.revision = 2
    await until(() => !client.isEnabled('patch-mode', user))
    expect(client.status().state).toBe('ready')
    expect(new Set(errors)).toEqual(new Set(['UNREACHABLE']))
  })

  test('keeps serving when its key is refused, says it once, and takes a new chance later', async () => {
    const denied: NonNullable<typeof server.answers.stream> = (_request, response) => response.writeHead(401).end()
    Object.assign(server.answers, { stream: denied, snapshot: denied })
    await serve({ 'patch-mode': plainFlag('on') })
    const logger = lineLogger()
    const client = connect({ bootstrap: server.snapshot(), logger })
    const errors: string[] = []
    client.on('error', ({ code }) => errors.push(code))
    expect(await client.ready()).toEqual({ source: 'bootstrap' })
    expect(client.isEnabled('patch-mode', user)).toBe(true)
    await until(() => server.requests.length >= 3)
    expect(errors).toEqual(['UNAUTHENTICATED'])
    expect(logger.lines).toHaveLength(1)
    delete server.answers.stream
    await until(() => client.status().state === 'ready')
  })
})

describe('a stream', () => {
  test('brings changes, one flag at a time', async () => {
    await serve({ 'patch-mode': plainFlag('off'), other: plainFlag('on'), gone: plainFlag('on') })
    const client = connect()
    await client.ready()
    const changes: unknown[] = []
    client.on('change', (change) => changes.push(change))
    server.patch({ 'patch-mode': plainFlag('on'), gone: null })
    await until(() => client.isEnabled('patch-mode', user))
    expect(client.isEnabled('gone', user)).toBe(false)
    expect(client.isEnabled('other', user)).toBe(true)
    expect(changes).toEqual([{ revision: 2, flags: ['patch-mode', 'gone'] }])
  })

  test('with a gap makes the client fetch the whole set', async () => {
    await serve({ 'patch-mode': plainFlag('off') })
    const client = connect()
    await client.ready()
    server.revision = 5
    server.patch({ 'patch-mode': plainFlag('on') })
    await until(() => client.status().revision === 6)
    expect(client.isEnabled('patch-mode', user)).toBe(true)
    expect(server.requests.some(({ path }) => path === 'snapshot')).toBe(true)
  })

  test('whose ping names another revision makes the client fetch the whole set', async () => {
    await serve({ 'patch-mode': plainFlag('off') })
    const client = connect()
    await client.ready()
    server.flags = { 'patch-mode': plainFlag('on') }
    server.revision = 2
    server.ping()
    await until(() => client.isEnabled('patch-mode', user))
    expect(client.status().revision).toBe(2)
  })

  test('of a restored server brings a lower revision under a new epoch', async () => {
    await serve({ 'patch-mode': plainFlag('off') })
    server.revision = 9
    const client = connect()
    await client.ready()
    server.epoch = 'e2'
    server.revision = 1
    server.flags = { 'patch-mode': plainFlag('on') }
    server.cut()
    await until(() => client.isEnabled('patch-mode', user))
    expect(client.status().revision).toBe(1)
  })
})
