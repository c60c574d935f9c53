import { ofrepFailureSchema, ofrepSuccessSchema } from '@sluice/contract'
import { beforeEach, describe, expect, test } from 'vitest'
import { type Sent, type TestServer, startTestServer, tenth } from '../../testing/test-server.ts'

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
const ask = (name: string, context: unknown, sent: Sent = {}, query = '') =>
  fixture.send('POST', `/ofrep/v1/evaluate/flags/${name}${query}`, { key, body: { context }, ...sent })

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
