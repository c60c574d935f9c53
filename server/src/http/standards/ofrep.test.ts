import { ofrepFailureSchema, ofrepSuccessSchema } from '@sluice/contract'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { ofrepEventFaults, ofrepFaults } from '../../testing/ofrep-schema.ts'
import { serverParts } from '../../server-parts.ts'
import { type Received, type Sent, type TestServer, startTestServer, tenth } from '../../testing/test-server.ts'

let fixture: TestServer
let key: string

beforeEach(async () => {
  fixture = await startTestServer()
  key = await fixture.makeKey('server', 'demo')
})

const put = async (name: string, flag: object): Promise<void> => {
  const answer = await fixture.send('PUT', `/api/v1/environments/demo/flags/${name}`, { body: flag })
  expect(answer.body.errors).toBeUndefined()
}
/** Every answer of this file is checked against the protocol's own description. */
async function ask(name: string, context: unknown, sent: Sent = {}, query = ''): Promise<Received> {
  const path = `/ofrep/v1/evaluate/flags/${name}${query}`
  const answer = await fixture.send('POST', path, { key, body: { context }, ...sent })
  expect(ofrepFaults('one', answer.status, answer.body)).toEqual([])
  return answer
}
async function askAll(context: unknown, sent: Sent = {}, query = ''): Promise<Received> {
  const answer = await fixture.send('POST', `/ofrep/v1/evaluate/flags${query}`, { key, body: { context }, ...sent })
  expect(ofrepFaults('bulk', answer.status, answer.body)).toEqual([])
  return answer
}

describe('every reason', () => {
  const split = { split: [['on', 100_000]], salt: 'sp' }
  const user = { targetingKey: 'user_1' }
  test.each([
    ['killed', { ...tenth, enabled: false }, user, 'DISABLED', 'OFF', 'off'],
    ['excluded', { ...tenth, exclude: [{ unit: 'user_1' }] }, user, 'TARGETING_MATCH', 'EXCLUDE', 'off'],
    ['included', { ...tenth, include: [{ unit: 'user_1', variant: 'on' }] }, user, 'TARGETING_MATCH', 'INCLUDE', 'on'],
    ['forced', { ...tenth, force: 'on' }, user, 'STATIC', 'FORCED', 'on'],
    ['a requirement unmet', { ...tenth, requires: [{ flag: 'parent' }] }, user, 'STATIC', 'REQUIRES', 'off'],
    [
      'a rule with a draw',
      { ...tenth, rules: [{ id: 'r', sample: { share: 100_000, salt: 's' }, serve: 'on' }] },
      user,
      'SPLIT',
      'RULE',
      'on',
    ],
    [
      'a rule without a draw',
      { ...tenth, rules: [{ id: 'r', if: { attr: 'plan', op: 'in', values: ['pro'] }, serve: 'on' }] },
      { plan: 'pro' },
      'TARGETING_MATCH',
      'RULE',
      'on',
    ],
    ['no rule serves', tenth, user, 'STATIC', 'SERVE', 'off'],
    ['a split for all', { ...tenth, serve: split }, user, 'SPLIT', 'SERVE', 'on'],
    ['a split without a unit', { ...tenth, serve: split }, {}, 'STATIC', 'NO_TARGETING_KEY', 'off'],
  ])('%s', async (_, flag, context, reason, exact, variant) => {
    await put('parent', { ...tenth, enabled: false })
    await put('f', flag)
    const answer = await ask('f', context)
    expect(answer.status).toBe(200)
    expect(ofrepSuccessSchema.parse(answer.body)).toMatchObject({
      key: 'f',
      variant,
      value: variant === 'on',
      reason,
      metadata: { reason: exact },
    })
    expect(answer.body.metadata.rule).toBe(exact === 'RULE' ? 'r' : undefined)
    expect(answer.body.metadata.revision).toBe(
      (await fixture.send('GET', '/api/v1/environments/demo/snapshot')).body.revision,
    )
  })

  test('a flag that could not be read serves off, as UNKNOWN', async () => {
    const { shell } = fixture.server
    const broken = { ...tenth, rules: [{ id: 'r', if: { attr: 'a', op: 'from-the-future' }, serve: 'on' }] }
    const row = {
      environment: 'demo',
      key: 'f',
      version: 1,
      revision: 5,
      flag: tenth,
      rollout: null,
      createdAtMs: 0,
      updatedAtMs: 0,
    }
    shell.cache.load({ name: 'demo', epoch: 'e', revision: 5 }, [{ ...row, flag: broken as never }])
    const answer = await ask('f', { targetingKey: 'user_1', a: 1 })
    expect(answer.body).toMatchObject({
      value: false,
      variant: 'off',
      reason: 'UNKNOWN',
      metadata: { reason: 'ERROR' },
    })
    expect(answer.body.metadata.error).toContain('UNSUPPORTED_RULE')
  })

  test('no variant at all: the default of the caller counts', async () => {
    await put('f', { ...tenth, off: null, enabled: false })
    const { body } = await ask('f', {})
    expect(body).toMatchObject({ reason: 'DISABLED' })
    expect(body).not.toHaveProperty('value')
    expect(body).not.toHaveProperty('variant')
  })
})

test('an unknown flag is 404 with FLAG_NOT_FOUND', async () => {
  const answer = await ask('nowhere', {})
  expect(answer).toMatchObject({ status: 404, body: { key: 'nowhere', errorCode: 'FLAG_NOT_FOUND' } })
  expect(ofrepFailureSchema.parse(answer.body)).toBeTruthy()
})

describe('wrong requests, in OFREP’s own form', () => {
  beforeEach(() => put('f', tenth))

  test.each([
    ['no JSON', { raw: '{"context": {' }, 'PARSE_ERROR', 'expected'],
    ['no context', { body: {} }, 'INVALID_CONTEXT', 'context'],
    ['a context that is a list', { body: { context: [1] } }, 'INVALID_CONTEXT', 'object'],
    ['a context that is null', { body: { context: null } }, 'INVALID_CONTEXT', 'context'],
    ['no body', { raw: '' }, 'INVALID_CONTEXT', 'missing'],
    [
      'a unit with NUL',
      { body: { context: { targetingKey: 'a\u0000' } } },
      'INVALID_CONTEXT',
      'targetingKey: The text holds a NUL character (U+0000): take it out',
    ],
    [
      'half a surrogate pair',
      { body: { context: { targetingKey: 'a\udc00' } } },
      'INVALID_CONTEXT',
      'targetingKey: The text holds half of a surrogate pair: send well-formed',
    ],
    [
      'a unit above 1 KiB',
      { body: { context: { targetingKey: 'é'.repeat(513) } } },
      'INVALID_CONTEXT',
      'targetingKey has 1026 bytes; at most 1024 are taken. Send an id',
    ],
  ])('%s', async (_, sent, errorCode, text) => {
    const answer = await ask('f', {}, sent)
    expect(answer.status).toBe(400)
    expect(ofrepFailureSchema.parse(answer.body)).toMatchObject({ key: 'f', errorCode })
    expect(answer.body.errorDetails).toContain(text)
  })

  test('1 KiB, emoji and no unit at all are fine', async () => {
    for (const context of [
      { targetingKey: 'x'.repeat(1024) },
      { targetingKey: '😀' },
      {},
      { targetingKey: null },
      { targetingKey: 7 },
    ])
      expect((await ask('f', context)).status).toBe(200)
  })

  test('unknown members beside the context are left alone, as the protocol grows', async () => {
    expect((await ask('f', {}, { body: { context: {}, later: 1 } })).status).toBe(200)
  })
})

describe('who asks', () => {
  test('an admin key names the environment', async () => {
    await put('f', tenth)
    const admin = { key: await fixture.makeKey('admin') }
    expect(await ask('f', {}, admin)).toMatchObject({ status: 400, body: { errorCode: 'GENERAL' } })
    expect((await ask('f', {}, admin, '?environment=demo')).status).toBe(200)
    expect((await ask('f', {}, admin, '?environment=production')).status).toBe(404)
    expect((await ask('f', {}, admin, '?environment=nowhere')).status).toBe(404)
    expect((await ask('f', {}, {}, '?environment=production')).status).toBe(404)
  })

  test('a client key sees only the flags that are meant for it', async () => {
    await put('inside', tenth)
    await put('outside', { ...tenth, client: true })
    const client = { key: await fixture.makeKey('client', 'demo') }
    expect((await ask('outside', {}, client)).status).toBe(200)
    expect((await ask('inside', {}, client)).status).toBe(404)
  })

  test('a key may come in X-API-Key; without one it is 401', async () => {
    await put('f', tenth)
    expect((await ask('f', {}, { key: null, headers: { 'x-api-key': key } })).status).toBe(200)
    expect((await ask('f', {}, { key: null })).status).toBe(401)
    expect((await ask('f', {}, { key: await fixture.makeKey('ingest', 'demo') })).status).toBe(403)
  })
})

describe('all flags at once', () => {
  const user = { targetingKey: 'user_1', plan: 'free' }
  const forPros = { ...tenth, rules: [{ id: 'r', if: { attr: 'plan', op: 'in', values: ['pro'] }, serve: 'on' }] }

  test('every kind of value, a caller’s default and a flag that is off, in one answer', async () => {
    const valued = (on: unknown, off: unknown) => ({ ...tenth, variants: { on, off }, rules: [], serve: 'on' })
    await put('bool', valued(true, false))
    await put('text', valued('a', 'b'))
    await put('integer', valued(7, 8))
    await put('fraction', valued(0.5, 1.5))
    await put('object', valued({ max: 9, deep: { a: [null] } }, {}))
    await put('mine', { ...tenth, off: null, enabled: false })
    await put('killed', { ...tenth, enabled: false })
    const { status, body } = await askAll(user)
    expect(status).toBe(200)
    const byKey = Object.fromEntries(body.flags.map((flag: { key: string }) => [flag.key, flag]))
    expect(Object.entries(byKey).map(([name, flag]) => [name, (flag as { value?: unknown }).value])).toEqual([
      ['bool', true],
      ['text', 'a'],
      ['integer', 7],
      ['fraction', 0.5],
      ['object', { max: 9, deep: { a: [null] } }],
      ['mine', undefined],
      ['killed', false],
    ])
    for (const name of Object.keys(byKey)) expect((await ask(name, user)).body).toEqual(byKey[name])
  })

  test('a tag for the same flags in the same context, and no other', async () => {
    await put('f', forPros)
    const etag = (await askAll(user)).headers.get('etag') ?? ''
    const again = (context: object, sent: Sent = {}) =>
      askAll(context, { headers: { 'if-none-match': etag }, body: { context }, ...sent }).then(({ status }) => status)
    expect(await again(user)).toBe(304)
    expect(await again({ plan: 'free', targetingKey: 'user_1' })).toBe(304)
    expect(await again({ ...user, plan: 'pro' })).toBe(200)
    expect(await again({ ...user, other: 1 })).toBe(200)
    expect(await again(user, { key: await fixture.makeKey('server', 'demo') })).toBe(200)
    await put('f', { ...forPros, enabled: false })
    expect(await again(user)).toBe(200)
  })

  test('an entry of a list that has expired changes the tag, though no flag has changed', async () => {
    const expires = new Date(fixture.clock.now() + 60_000).toISOString()
    await put('f', { ...tenth, rules: [], include: [{ unit: 'user_1', variant: 'on', expires }] })
    const before = await askAll(user)
    await fixture.clock.advance(61_000)
    const after = await askAll(user, { headers: { 'if-none-match': before.headers.get('etag') ?? '' } })
    expect([before.body.flags[0].value, after.status, after.body.flags?.[0].value]).toEqual([true, 200, false])
  })

  test('a client key sees only the flags that are meant for it', async () => {
    await put('inside', tenth)
    await put('outside', { ...tenth, client: true })
    const { body } = await askAll(user, { key: await fixture.makeKey('client', 'demo') })
    expect(body.flags.map((flag: { key: string }) => flag.key)).toEqual(['outside'])
  })

  test('wrong requests in OFREP’s own form, and hints of a provider are taken', async () => {
    expect(await askAll({}, { raw: '{' })).toMatchObject({ status: 400, body: { errorCode: 'PARSE_ERROR' } })
    expect(await askAll([1])).toMatchObject({ status: 400, body: { errorCode: 'INVALID_CONTEXT' } })
    const admin = { key: await fixture.makeKey('admin') }
    expect(await askAll({}, admin)).toMatchObject({ status: 400, body: { errorCode: 'GENERAL' } })
    expect((await askAll({}, admin, '?environment=demo')).status).toBe(200)
    expect((await askAll({}, {}, '?flagConfigEtag=x-1&flagConfigLastModified=1771622898')).status).toBe(200)
    expect((await askAll({}, { key: null })).status).toBe(401)
  })
})

describe('notices of change', () => {
  const listen = async (path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(fixture.server.url + path, { headers, signal: stopped.signal })
    const reader = response.body!.getReader()
    const next = async () => new TextDecoder().decode((await reader.read()).value)
    return { response, next }
  }
  let stopped: AbortController
  beforeEach(() => {
    stopped = new AbortController()
    onTestFinished(() => stopped.abort())
  })
  const pathOf = ({ body }: Received): string => body.eventStreams[0].endpoint.requestUri

  test('come at once to who may have missed one, then with every change of the environment', async () => {
    await put('f', tenth)
    const { epoch } = (await fixture.send('GET', '/api/v1/environments/demo/snapshot')).body
    const { response, next } = await listen(pathOf(await askAll({})))
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(await next()).toContain(`id: ${epoch}-1\nevent: message\ndata: {"type":"refetchEvaluation"`)
    await fixture.send('PUT', '/api/v1/environments/staging/flags/f', { body: tenth })
    await put('f', { ...tenth, enabled: false })
    const frame = await next()
    const data = JSON.parse(/data: (.*)/.exec(frame)?.[1] ?? '')
    expect(data).toEqual({ type: 'refetchEvaluation', etag: `${epoch}-2` })
    expect(ofrepEventFaults(data)).toEqual([])
    const { next: nextOfSecond } = await listen(pathOf(await askAll({})), { 'last-event-id': `${epoch}-2` })
    expect(await nextOfSecond()).toBe(':\n\n')
  })

  test('have an address that stays, tells no key, and dies with its key', async () => {
    const { body } = await fixture.send('POST', '/api/v1/keys', {
      body: { kind: 'client', environment: 'demo', name: 'x' },
    })
    const path = pathOf(await askAll({}, { key: body.secret }))
    expect(pathOf(await askAll({ a: 1 }, { key: body.secret }))).toBe(path)
    expect(path).not.toContain(body.secret.slice(-20))
    expect((await fixture.send('GET', `${path}x`, { key: null })).status).toBe(404)
    expect((await fixture.send('GET', path.replace('demo', 'production'), { key: null })).status).toBe(404)
    const { next } = await listen(path)
    await next()
    await fixture.send('DELETE', `/api/v1/keys/${body.id}`)
    expect(await next()).toBe('')
    expect((await fixture.send('GET', path, { key: null })).status).toBe(404)
  })
})

test('pages of any origin may ask, and be told no', async () => {
  const { server } = await startTestServer({ parts: serverParts })
  const { url } = server
  for (const path of [
    '/ofrep/v1/evaluate/flags',
    '/ofrep/v1/evaluate/flags/f',
    '/api/v1/environments/demo/observations',
  ]) {
    const asked = await fetch(url + path, { method: 'OPTIONS', headers: { origin: 'https://shop.example' } })
    expect([asked.status, asked.headers.get('access-control-allow-origin')]).toEqual([204, '*'])
    expect(asked.headers.get('access-control-allow-headers')).toMatch(/authorization.*if-none-match/)
    const refused = await fetch(url + path, { method: 'POST', headers: { origin: 'https://shop.example' } })
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([401, '*'])
  }
  const closed = await fetch(`${url}/api/v1/environments/demo/snapshot`, { method: 'OPTIONS' })
  expect([closed.status, closed.headers.get('access-control-allow-origin')]).toEqual([405, null])
})
