import { importPlanSchema, importProgressSchema, importResultSchema } from '@sluice/contract'
import { expect, test } from 'vitest'
import { startTestServer } from '../testing/test-server.ts'

const litellm = (input: number, more: object = {}) => ({
  'gpt-4o': { litellm_provider: 'openai', mode: 'chat', input_cost_per_token: input / 1e6, ...more },
  'claude-opus-5': { litellm_provider: 'anthropic', mode: 'chat', input_cost_per_token: 15e-6 },
})
const path = (id: string, rest = ''): string => `/api/v1/models/${encodeURIComponent(id)}${rest}`

async function start() {
  const server = await startTestServer()
  const plan = async (file: unknown, query = '', headers = {}) => {
    const raw = typeof file === 'string' ? file : JSON.stringify(file)
    return server.send('POST', `/api/v1/models/import/plan${query}`, { raw, headers })
  }
  const apply = ({ planId, planHash }: { planId: string; planHash: string }, more: object = {}, headers = {}) =>
    server.send('POST', '/api/v1/models/import/apply', { body: { planId, planHash, reason: 'sync', ...more }, headers })
  return { ...server, plan, apply }
}

test('a plan changes nothing; applied, every model stands there with its history; again all is unchanged', async () => {
  const { send, plan, apply } = await start()
  const planned = await plan(litellm(5), '?format=litellm', { 'x-sluice-plan': 'mine' })
  expect(importPlanSchema.parse(planned.body)).toMatchObject({ format: 'litellm', counts: { records: 2, create: 2 } })
  expect((await send('GET', '/api/v1/models')).body.total).toBe(0)
  const applied = await apply(planned.body)
  expect(importResultSchema.parse(applied.body)).toMatchObject({ created: 2, updated: 0, passedOver: 0, revision: 1 })
  expect((await send('GET', path('openai:gpt-4o', '/history'))).body.items).toMatchObject([
    { action: 'import', reason: 'sync', source: 'litellm', importId: applied.body.importId },
  ])
  const progress = await send('GET', '/api/v1/models/import/progress/mine')
  expect(importProgressSchema.parse(progress.body)).toMatchObject({ phase: 'done' })
  expect((await plan(litellm(5))).body).toMatchObject({
    summary: 'All unchanged.',
    records: [],
    counts: { unchanged: 2, create: 0, update: 0 },
  })
})

test('what was edited by hand survives the next sync, and a large change of price is marked', async () => {
  const { send, plan, apply, clock } = await start()
  await apply((await plan(litellm(5))).body)
  await clock.advance(60_000)
  await send('PATCH', `${path('anthropic:claude-opus-5')}?reason=agreed`, { body: { pricing: { input: 12 } } })
  await clock.advance(60_000)
  const second = await plan({
    ...litellm(2.5),
    'claude-opus-5': { litellm_provider: 'anthropic', mode: 'chat', input_cost_per_token: 20e-6 },
  })
  expect(second.body).toMatchObject({
    counts: { update: 1, conflict: 1, largePriceChanges: 1 },
    summary: expect.stringContaining('1 prices change by more than 25 %'),
  })
  await apply(second.body)
  expect((await send('GET', path('openai:gpt-4o'))).body.config.pricing).toEqual({ input: 2.5 })
  expect((await send('GET', path('anthropic:claude-opus-5'))).body.config.pricing).toEqual({ input: 12 })
  const cost = (at: string) =>
    send('POST', '/api/v1/models/cost', {
      body: { model: 'openai:gpt-4o', usage: { inputTokens: 1000 }, context: { at } },
    })
  expect((await cost('2026-11-20T00:01:00Z')).body.usd).toBe('0.005')
  expect((await cost('2026-11-20T00:02:00Z')).body.usd).toBe('0.0025')
})

test('with bad records nothing is written, unless the good ones are asked for', async () => {
  const { send, plan, apply } = await start()
  const file = { ...litellm(5), bad: { litellm_provider: 'openai', input_cost_per_token: -1 } }
  const planned = await plan(file)
  expect(planned.body.records[0]).toMatchObject({
    action: 'error',
    errors: [{ pointer: '/bad/input_cost_per_token', line: 1, message: expect.stringContaining('0 or more') }],
  })
  expect((await apply(planned.body)).status).toBe(422)
  expect((await send('GET', '/api/v1/models')).body.total).toBe(0)
  expect((await apply(planned.body, { partial: true })).body).toMatchObject({ created: 2, passedOver: 1 })
})

test('a plan is refused when a model of it has changed, when it is not the one looked at, and when it is gone', async () => {
  const { send, plan, apply, clock } = await start()
  await apply((await plan(litellm(5))).body)
  const planned = (await plan(litellm(4))).body
  expect((await apply({ ...planned, planHash: 'x' })).status).toBe(409)
  await send('PATCH', path('openai:gpt-4o'), { body: { notes: 'mine' } })
  const refused = await apply(planned)
  expect(refused).toMatchObject({ status: 409, body: { detail: expect.stringContaining('openai:gpt-4o') } })
  expect((await send('GET', path('openai:gpt-4o'))).body.version).toBe(2)
  await clock.advance(31 * 60_000)
  expect((await apply(planned)).status).toBe(404)
})

test('sent twice with one key it is done once', async () => {
  const { plan, apply } = await start()
  const planned = (await plan(litellm(5))).body
  const first = await apply(planned, {}, { 'idempotency-key': 'k1' })
  const second = await apply(planned, {}, { 'idempotency-key': 'k1' })
  expect(second.body).toEqual(first.body)
})

test('export, into another server, export again: the same bytes', async () => {
  const one = await start()
  await one.apply((await one.plan(litellm(5))).body)
  await one.send('PATCH', `${path('openai:gpt-4o')}?reason=cheaper`, { body: { pricing: { input: 2.5 }, tags: ['x'] } })
  const file = await (
    await fetch(`${one.server.url}/api/v1/models/export`, {
      headers: { authorization: 'Bearer test-admin-key-0123456789-0123456789' },
    })
  ).text()
  const other = await start()
  await other.apply((await other.plan(file)).body)
  const again = await (
    await fetch(`${other.server.url}/api/v1/models/export`, {
      headers: { authorization: 'Bearer test-admin-key-0123456789-0123456789' },
    })
  ).text()
  expect(again).toBe(file)
})

test('a file that is no JSON, of no format or too large is refused with its place; only an admin imports', async () => {
  const { plan, send, makeKey } = await start()
  expect(await plan('{"a": 1,\n "b": }')).toMatchObject({
    status: 400,
    body: { detail: expect.stringContaining('Line 2, column 7') },
  })
  expect((await plan('{"hello": 1}')).status).toBe(422)
  expect((await plan(' '.repeat(21 * 1_048_576))).status).toBe(413)
  const key = await makeKey('editor')
  expect((await send('POST', '/api/v1/models/import/plan', { key, raw: '{}' })).status).toBe(403)
  expect((await send('GET', '/api/v1/models/export', { key: await makeKey('viewer') })).status).toBe(200)
})
