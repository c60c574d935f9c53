import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createClient } from './browser.ts'
import type { BrowserClient, BrowserOptions, ResolvedFlag } from './browser.ts'
import type { PageTiming } from './browser/page-timing.ts'
import { FakePage, clientKey, resolved } from './testing/fake-page.ts'
import { until } from './testing/fast-client.ts'

let page: FakePage
let sluice: BrowserClient
const open = (options?: Partial<BrowserOptions>, timing?: Partial<PageTiming>) => (sluice = page.open(options, timing))
const ann = { targetingKey: 'ann' }

beforeEach(() => {
  page = new FakePage()
  page.answer = ({ targetingKey, plan }) => [resolved('chat', targetingKey === 'ann' && plan !== 'free' ? 'on' : 'off')]
})
afterEach(async () => {
  await sluice?.close()
  vi.unstubAllGlobals()
})

test('what people keep with a flag is told apart from the evaluation, and stays one object while the flag does', async () => {
  page.answer = () => [{ ...resolved('chat', 'on'), metadata: { owner: 'ai', reason: 'RULE', revision: 3 } }]
  const client = page.open()
  await client.ready()
  const { metadata, reason, revision } = client.details('chat', false)
  expect([metadata, reason, revision]).toEqual([{ owner: 'ai' }, 'RULE', 3])
  expect(client.details('chat', false).metadata).toBe(metadata)
  expect(client.details('nowhere', false).metadata).toBe(client.details('none', false).metadata)
  await client.close()
})

test('names the option that is wrong', () => {
  const right = { url: 'https://x', key: clientKey }
  expect(() => createClient({ ...right, key: 'slc_srv_production_0123' })).toThrow('`key`: expected a client key')
  expect(() => createClient({ ...right, url: 'sluice' })).toThrow('`url`')
  expect(() => createClient(undefined as never)).toThrow('`url`')
})

describe('reading', () => {
  test('gives values, variants, details, and the caller’s fallback where there is none', async () => {
    page.answer = () => [resolved('chat', 'on'), resolved('limits', 'high', { max: 9 })]
    open({ context: ann })
    expect(sluice.isEnabled('chat')).toBe(false)
    expect(sluice.details('chat', true)).toMatchObject({ value: true, errorCode: 'PROVIDER_NOT_READY', stale: true })
    expect(await sluice.ready()).toEqual({ source: 'server' })
    expect(sluice.isEnabled('chat')).toBe(true)
    expect(sluice.isEnabled('limits')).toBe(true)
    expect(sluice.variant('limits', 'low')).toBe('high')
    expect(sluice.value('limits', { max: 1 })).toEqual({ max: 9 })
    expect(sluice.value('limits', 7)).toBe(7)
    expect(sluice.details('limits', 7)).toMatchObject({ variant: null, errorCode: 'TYPE_MISMATCH' })
    expect(sluice.details('nowhere', 'x')).toMatchObject({ value: 'x', errorCode: 'FLAG_NOT_FOUND' })
    expect(sluice.details('chat', false)).toMatchObject({
      reason: 'RULE',
      rule: 'r',
      drawn: true,
      stale: false,
      revision: 1,
    })
  })

  test('waits for nobody for longer than it was told', async () => {
    page.status = 0
    open({ initTimeoutMs: 10 })
    expect(await sluice.ready()).toEqual({ source: 'default' })
    expect(sluice.value('chat', 5)).toBe(5)
  })

  test('without a document it reads its bootstrap and asks nobody', async () => {
    vi.stubGlobal('document', undefined)
    open({ context: ann, bootstrap: { flags: [resolved('chat', 'on')] } })
    expect(await sluice.ready()).toEqual({ source: 'bootstrap' })
    expect(sluice.isEnabled('chat')).toBe(true)
    await sluice.setContext(ann)
    sluice.track({ flag: 'chat', latency_ms: 1 })
    await sluice.flush()
    expect([page.asked, page.rows]).toEqual([[], []])
  })

  test('keeps what a server has rendered beside what has come since', async () => {
    open({ context: ann, bootstrap: { flags: [resolved('chat', 'off')] } })
    expect(sluice.isEnabled('chat')).toBe(false)
    await sluice.ready()
    expect(sluice.isEnabled('chat')).toBe(true)
    expect(sluice.initial.isEnabled('chat')).toBe(false)
  })

  test('a visit begins with what the last one has left, for the same context only', async () => {
    open({ context: ann })
    await sluice.ready()
    await sluice.close()
    page.status = 0
    open({ context: ann })
    expect([sluice.isEnabled('chat'), sluice.status().source]).toEqual([true, 'cache'])
    await sluice.close()
    open({ context: { targetingKey: 'bob' } })
    expect([sluice.isEnabled('chat'), sluice.status().source]).toEqual([false, 'default'])
  })

  test('a broken storage disturbs nobody', async () => {
    const broken = () => {
      throw new Error('forbidden')
    }
    open({ context: ann, storage: { getItem: broken, setItem: broken } })
    await sluice.ready()
    expect(sluice.isEnabled('chat')).toBe(true)
  })
})

describe('another context', () => {
  test('of the same user keeps the old values until the server has answered', async () => {
    open({ context: ann })
    await sluice.ready()
    const done = sluice.setContext({ ...ann, plan: 'free' })
    expect(sluice.isEnabled('chat')).toBe(true)
    await done
    expect(sluice.isEnabled('chat')).toBe(false)
  })

  test('of another user keeps nothing, and the last one asked for wins', async () => {
    open({ context: ann })
    await sluice.ready()
    const late = Promise.withResolvers<ResolvedFlag[]>()
    page.answer = ({ targetingKey }) => (targetingKey === 'ann' ? [resolved('chat', 'on')] : late.promise)
    const first = sluice.setContext({ targetingKey: 'bob' })
    expect(sluice.details('chat', true).errorCode).toBe('PROVIDER_NOT_READY')
    const second = sluice.setContext(ann)
    await second
    late.resolve([resolved('chat', 'off')])
    await first
    expect(sluice.context).toEqual(ann)
    expect(sluice.isEnabled('chat')).toBe(true)
  })

  test('that is none is taken for an empty one', async () => {
    open({ context: ann })
    await sluice.setContext(null as never)
    expect(page.asked.at(-1)).toEqual({})
  })
})

describe('in step with the server', () => {
  test('a notice brings the change, and listeners hear which flags', async () => {
    open({ context: ann })
    await sluice.ready()
    const heard: string[][] = []
    sluice.on('change', ({ flags }) => heard.push(flags))
    page.answer = () => [resolved('chat', 'off'), resolved('new', 'on')]
    page.notify()
    await until(() => !sluice.isEnabled('chat'))
    expect(heard).toEqual([['chat', 'new']])
    page.notify()
    await until(() => page.asked.length === 3)
    expect(heard).toHaveLength(1)
  })

  test('without a stream it asks again and again', async () => {
    open({ context: ann, EventSource: null }, { pollMs: 10 })
    await sluice.ready()
    page.answer = () => [resolved('chat', 'off')]
    await until(() => !sluice.isEnabled('chat'))
  })

  test('a stream that ended for good is opened again after the next answer, a 304 too', async () => {
    open({ context: ann }, { pollMs: 20 })
    await sluice.ready()
    for (const stream of page.streams) stream.fail()
    expect(page.streams.size).toBe(0)
    await until(() => page.streams.size === 1)
  })

  test('goes stale in silence, answers on, and comes back', async () => {
    open({ context: ann, EventSource: null }, { pollMs: 15, staleMs: 250 })
    await sluice.ready()
    const heard: string[] = []
    for (const event of ['ready', 'stale', 'error'] as const) sluice.on(event, () => heard.push(event))
    page.status = 503
    await until(() => sluice.status().state === 'stale')
    expect(sluice.details('chat', false)).toMatchObject({ value: true, stale: true })
    page.status = 200
    await until(() => sluice.status().state === 'ready')
    expect(new Set(heard)).toEqual(new Set(['error', 'stale', 'ready']))
    expect(heard.at(-1)).toBe('ready')
  })

  test('a refused key ends the wait at once', async () => {
    page.status = 401
    const errors: string[] = []
    open({ initTimeoutMs: 60_000 }).on('error', ({ code }) => errors.push(code))
    await sluice.ready()
    expect(errors).toEqual(['UNAUTHENTICATED'])
  })

  test('a page that nobody sees lets its stream go, and asks when it is seen again', async () => {
    open({ context: ann }, { hiddenMs: 10 })
    await sluice.ready()
    page.setHidden(true)
    await until(() => page.streams.size === 0)
    page.answer = () => [resolved('chat', 'off')]
    page.setHidden(false)
    await until(() => !sluice.isEnabled('chat') && page.streams.size === 1)
  })

  test('closing ends it all', async () => {
    open({ context: ann }, { pollMs: 5 })
    await sluice.ready()
    await sluice.close()
    const { length } = page.asked
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect([page.asked.length, page.streams.size]).toEqual([length, 0])
    expect(sluice.isEnabled('chat')).toBe(true)
  })
})

describe('reporting', () => {
  test('run counts the call, and the off branch answers for a failing one', async () => {
    open({ context: ann })
    await sluice.ready()
    const answer = await sluice.run('chat', {
      on: (call) => {
        call.record({ output_tokens: 3 })
        throw new Error('broken')
      },
      off: () => 'old',
    })
    expect(answer).toBe('old')
    sluice.track({ flag: 'chat', latency_ms: 812, error: 0 })
    await sluice.flush()
    expect(page.rows).toMatchObject([
      { flag: 'chat', variant: 'on', unit: 'ann', metrics: { error: 1, fallback: 1, output_tokens: 3 } },
      { flag: 'chat', variant: 'on', unit: 'ann', metrics: { error: 0, latency_ms: 812 } },
    ])
  })

  test('what waits goes out when the page is left', async () => {
    open({ context: ann, flushIntervalMs: 600_000 })
    await sluice.ready()
    sluice.track({ flag: 'chat', quality: 1 })
    page.setHidden(true)
    await until(() => page.rows.length === 1)
  })

  test('hostile calls throw nothing', async () => {
    open({ context: ann })
    await sluice.ready()
    sluice.track(null as never)
    sluice.track({ flag: 'chat', at: 'never', latency_ms: 1 })
    expect(await sluice.run('nowhere', { on: () => 1, off: () => 2 })).toBe(2)
    await sluice.flush()
    expect(page.rows).toEqual([])
  })
})

test('an answer that could not be taken is asked for again as a whole', async () => {
  const held: (string | null)[] = []
  const fetchLike: typeof fetch = async (_address, init) => {
    held.push(new Headers(init?.headers).get('if-none-match'))
    const requestUri = held.length === 1 ? 'http://[' : '/stream'
    const answer = { flags: [resolved('chat', 'on')], eventStreams: [{ endpoint: { requestUri } }] }
    return Response.json(answer, { headers: { etag: '"e"' } })
  }
  open({ context: ann, fetch: fetchLike, EventSource: null }, { pollMs: 10 })
  await sluice.ready()
  expect(sluice.isEnabled('chat')).toBe(true)
  expect(held.slice(0, 2)).toEqual([null, null])
})
