import {
  costSchema,
  modelHistorySchema,
  modelListSchema,
  modelRecordSchema,
  modelSnapshotSchema,
  modelUsageSchema,
} from '@sluice/contract'
import { describe, expect, test } from 'vitest'
import { serverParts } from '../server-parts.ts'
import { startTestServer, tenth } from '../testing/test-server.ts'

const opus = {
  id: 'anthropic:claude-opus-5',
  provider: 'anthropic',
  name: 'Claude Opus 5',
  contextWindow: 200_000,
  pricing: { input: 15, output: 75 },
  capabilities: ['thinking', 'vision'],
  status: 'active',
}
const gpt = { id: 'openai:gpt-4o', name: 'GPT-4o', pricing: { input: 5, output: 10 }, status: 'active' }
const at = (id: string, rest = ''): string => `/api/v1/models/${encodeURIComponent(id)}${rest}`

async function startWith(...models: readonly object[]) {
  const server = await startTestServer({ parts: serverParts })
  for (const body of models) expect((await server.send('POST', '/api/v1/models', { body })).status).toBe(201)
  return server
}

test('a model of the guides is added and looks as it did there', async () => {
  const { send } = await startWith(opus)
  const { body, headers } = await send('GET', at(opus.id))
  expect(modelRecordSchema.parse(body)).toMatchObject({ version: 1, selectable: true, config: opus })
  expect(headers.get('etag')).toBe('"v1"')
  expect(body.model.prices).toEqual([
    { meter: 'input', rate: '15', per: 1_000_000 },
    { meter: 'output', rate: '75', per: 1_000_000 },
  ])
})

test('a price change is one new price from now on, and history says which field, who, when and why', async () => {
  const { send, clock } = await startWith(gpt)
  await clock.advance(60_000)
  const query = '?reason=OpenAI%20announced%20price%20reduction'
  const changed = await send('PATCH', at(gpt.id) + query, { body: { pricing: { input: 2.5, output: 10 } } })
  expect(changed.body.config.pricing).toEqual({ input: 2.5, output: 10 })
  const { body } = await send('GET', at(gpt.id, '/history'))
  expect(modelHistorySchema.parse(body).items[0]).toMatchObject({
    version: 2,
    at: '2026-11-20T00:01:00.000Z',
    changedBy: 'SLUICE_ADMIN_KEY',
    role: 'admin',
    action: 'update',
    reason: 'OpenAI announced price reduction',
    changes: [{ field: 'pricing.input', oldValue: 5, newValue: 2.5 }],
    patch: [{ op: 'add', path: '/prices/input@2026-11-20T00:01:00Z', value: { rate: '2.5', per: 1_000_000 } }],
  })
  const cost = (when: string) =>
    send('POST', '/api/v1/models/cost', {
      body: { model: gpt.id, usage: { inputTokens: 1000, outputTokens: 500 }, context: { at: when } },
    })
  expect((await cost('2026-11-20T00:00:59.999Z')).body.usd).toBe('0.01')
  expect(costSchema.parse((await cost('2026-11-20T00:01:00Z')).body)).toMatchObject({
    usd: '0.0075',
    status: 'complete',
    priceVersion: 2,
  })
})

describe('refusals', () => {
  test('prices, status, limits and deletion need a reason', async () => {
    const { send } = await startWith(gpt)
    for (const body of [{ pricing: { input: 1 } }, { status: 'deprecated' }, { limits: { context: 5 } }])
      expect(await send('PATCH', at(gpt.id), { body })).toMatchObject({
        status: 422,
        body: { errors: [{ code: 'reason_required' }] },
      })
    expect((await send('DELETE', at(gpt.id))).status).toBe(422)
    expect((await send('PATCH', at(gpt.id), { body: { notes: 'nice' } })).status).toBe(200)
    expect((await send('GET', at(gpt.id))).body.version).toBe(2)
  })

  test.each<[string, unknown, string]>([
    ['a negative price', { pricing: { input: -1 } }, '/pricing/input'],
    ['more digits than a price has', { prices: [{ meter: 'input', rate: '0.1234567890123' }] }, '/prices/0/rate'],
    ['an unknown status', { status: 'gone' }, '/status'],
    ['another id', { id: 'openai:other' }, '/id'],
    ['a successor that is not there', { replacedBy: 'openai:nothing' }, '/replacedBy'],
    [
      'a default effort that is not offered',
      { reasoning: { type: 'openai-reasoning-effort', values: ['low'], default: 'high' } },
      '/reasoning/default',
    ],
    ['a field with a typing error', { prics: [] }, '/prics'],
  ])('%s is refused with its place, and nothing changes', async (_, body, pointer) => {
    const { send } = await startWith(gpt)
    const refused = await send('PATCH', `${at(gpt.id)}?reason=x`, { body })
    expect([400, 422]).toContain(refused.status)
    expect(refused.body.errors[0].pointer).toBe(pointer)
    expect((await send('GET', at(gpt.id))).body.version).toBe(1)
  })

  test('an id is taken once, also after deletion, and the refusal says how to bring it back', async () => {
    const { send } = await startWith(gpt)
    expect((await send('POST', '/api/v1/models', { body: gpt })).status).toBe(409)
    await send('DELETE', `${at(gpt.id)}?reason=x`)
    const again = await send('POST', '/api/v1/models', { body: gpt })
    expect(again).toMatchObject({
      status: 409,
      body: { code: 'ALREADY_EXISTS', hint: expect.stringContaining('/restore') },
    })
  })

  test('a model that a flag or another model names is not deleted', async () => {
    const { send } = await startWith(gpt, opus)
    const flag = { ...tenth, variants: { on: { model: opus.id, fallback: [gpt.id] }, off: { model: opus.id } } }
    expect((await send('PUT', '/api/v1/environments/demo/flags/chat', { body: flag })).status).toBe(201)
    await send('PATCH', at(opus.id), { body: { replacedBy: gpt.id } })
    const refused = await send('DELETE', `${at(gpt.id)}?reason=x`)
    expect(refused).toMatchObject({ status: 409, body: { code: 'STATE_CONFLICT' } })
    expect(refused.body.current.referrers).toEqual([
      { kind: 'flag', environment: 'demo', ref: 'chat', path: '/variants/on/fallback/0' },
      { kind: 'model', environment: null, ref: opus.id, path: '/replacedBy' },
    ])
    expect((await send('GET', at(gpt.id, '/referrers'))).body.items).toHaveLength(2)
  })

  test('usage that cannot be has no strict cost', async () => {
    const { send } = await startWith(gpt)
    const body = { model: gpt.id, usage: { inputTokens: 1, cacheWriteTokens: 2 } }
    expect(await send('POST', '/api/v1/models/cost', { body })).toMatchObject({
      status: 422,
      body: { errors: [{ code: 'INVALID_USAGE' }] },
    })
  })
})

describe('two who change the same version', () => {
  test('the later one sees both ways from where they began, and where they meet', async () => {
    const { send } = await startWith(gpt)
    await send('PATCH', `${at(gpt.id)}?reason=cheaper`, { body: { pricing: { input: 4 } } })
    const late = await send('PATCH', `${at(gpt.id)}?reason=mine`, {
      body: { pricing: { input: 3 }, notes: 'mine' },
      headers: { 'if-match': '"v1"' },
    })
    expect(late.status).toBe(412)
    expect(late.body.current).toMatchObject({
      current: { version: 2 },
      theirs: [{ field: 'pricing.input', oldValue: 5, newValue: 4 }],
      yours: [
        { field: 'pricing.input', oldValue: 5, newValue: 3 },
        { field: 'notes', oldValue: null, newValue: 'mine' },
      ],
      both: ['pricing.input'],
    })
  })

  test('of two at once with the same version one is told', async () => {
    const { send } = await startWith(gpt)
    const headers = { 'if-match': '"v1"' }
    const both = ['a', 'b'].map((notes) => send('PATCH', at(gpt.id), { body: { notes }, headers }))
    expect((await Promise.all(both)).map(({ status }) => status).sort()).toEqual([200, 412])
  })
})

test('deprecated is no longer offered, deleted is gone and comes back, an old version returns as a new one', async () => {
  const { send } = await startWith(gpt)
  const old = await send('PATCH', `${at(gpt.id)}?reason=old`, { body: { status: 'deprecated' } })
  expect(old.body).toMatchObject({ selectable: false, callable: true, model: { deprecatedAt: '2026-11-20' } })
  expect((await send('DELETE', `${at(gpt.id)}?reason=gone`)).status).toBe(204)
  expect((await send('GET', at(gpt.id))).status).toBe(404)
  expect((await send('GET', '/api/v1/models/snapshot')).body).toMatchObject({ modelCount: 0, deleted: [gpt.id] })
  expect((await send('POST', at(gpt.id, '/restore'))).body.version).toBe(4)
  const back = await send('POST', `${at(gpt.id, '/revert')}?reason=back`, { body: { version: 1 } })
  expect(back.body).toMatchObject({ version: 5, selectable: true })
  const { items } = (await send('GET', at(gpt.id, '/history'))).body
  expect(items.map(({ action }: { action: string }) => action)).toEqual([
    'revert',
    'restore',
    'delete',
    'deprecate',
    'create',
  ])
  expect((await send('GET', at(gpt.id, '/prices?atVersion=1'))).body.items).toHaveLength(2)
})

test('a duplicate is a draft with the prices in force and no history', async () => {
  const { send } = await startWith(gpt)
  await send('PATCH', `${at(gpt.id)}?reason=x`, {
    body: { pricing: { input: 2.5 }, aliases: [{ alias: 'gpt-4o-latest', kind: 'latest' }] },
  })
  const copy = await send('POST', at(gpt.id, '/duplicate'), { body: { id: 'openai:gpt-4o-eu' } })
  expect(copy.body).toMatchObject({
    version: 1,
    model: {
      status: 'draft',
      aliases: [],
      prices: [
        { meter: 'input', rate: '2.5', per: 1_000_000 },
        { meter: 'output', rate: '10', per: 1_000_000 },
      ],
    },
  })
})

test('a new price list withdraws the tiers it does not name, a correction replaces', async () => {
  const { send } = await startWith({
    id: 'x:y',
    prices: [
      { meter: 'input', rate: '5' },
      { meter: 'input', rate: '10', when: { promptTokensGt: 200_000 } },
    ],
  })
  const listed = await send('POST', `${at('x:y', '/prices')}?reason=flat`, {
    body: { prices: [{ meter: 'input', rate: '5' }], wholeList: true },
  })
  expect(listed.body.config.pricing).toEqual({ input: 5 })
  const usage = { model: 'x:y', usage: { inputTokens: 300_000 } }
  expect((await send('POST', '/api/v1/models/cost', { body: usage })).body.usd).toBe('1.5')
  const corrected = await send('POST', `${at('x:y', '/prices')}?reason=typo`, {
    body: { prices: [{ meter: 'input', rate: '4' }], correction: true },
  })
  expect(
    corrected.body.model.prices.filter(({ when, rate }: { when?: object; rate: string }) => !when && rate === '4'),
  ).toHaveLength(1)
})

test('the list is searched, filtered, sorted and counted by provider', async () => {
  const { send } = await startWith(gpt, opus, {
    id: 'anthropic:claude-haiku',
    pricing: { input: 1 },
    status: 'deprecated',
  })
  const list = async (query: string) => modelListSchema.parse((await send('GET', `/api/v1/models${query}`)).body)
  const ids = async (query: string) => (await list(query)).items.map(({ id }) => id)
  expect(await ids('?provider=anthropic')).toEqual(['anthropic:claude-haiku', opus.id])
  expect(await ids('?q=OPUS%20claude')).toEqual([opus.id])
  expect(await ids('?capability=vision')).toEqual([opus.id])
  expect(await ids('?sort=input')).toEqual(['anthropic:claude-haiku', gpt.id, opus.id])
  expect(await ids('?status=active,preview')).toEqual([opus.id, gpt.id])
  expect((await list('?limit=1')).next).toBe('1')
  expect((await list('')).providers).toEqual([
    { provider: 'anthropic', models: 2 },
    { provider: 'openai', models: 1 },
  ])
  expect(await ids('?provider=nobody')).toEqual([])
})

test('viewers read, editors edit, only admins delete and bring back', async () => {
  const { send, makeKey } = await startWith(gpt)
  const [viewer, editor] = [await makeKey('viewer'), await makeKey('editor')]
  expect((await send('GET', at(gpt.id), { key: viewer })).status).toBe(200)
  expect((await send('PATCH', at(gpt.id), { key: viewer, body: { notes: 'x' } })).status).toBe(403)
  expect((await send('PATCH', at(gpt.id), { key: editor, body: { notes: 'x' } })).status).toBe(200)
  expect((await send('DELETE', `${at(gpt.id)}?reason=x`, { key: editor })).status).toBe(403)
  expect((await send('GET', at(gpt.id, '/history'))).body.items[0].role).toBe('editor')
})

test('a reader that holds what the database has lost is given the models as they are, in a new epoch', async () => {
  const { send } = await startWith(opus)
  const path = '/api/v1/models/snapshot'
  const { epoch } = (await send('GET', path)).body
  const ahead = await send('GET', path, { headers: { 'if-none-match': `"${epoch}-9"` } })
  expect(ahead).toMatchObject({ status: 200, body: { revision: 1, modelCount: 1 } })
  expect(ahead.body.epoch).not.toBe(epoch)
  expect((await send('POST', '/api/v1/models', { body: gpt })).status).toBe(201)
  const next = await send('GET', path, { headers: { 'if-none-match': ahead.headers.get('etag') ?? '' } })
  expect(next.body).toMatchObject({ epoch: ahead.body.epoch, revision: 2, modelCount: 2 })
})

test('the snapshot answers 304 until a model changes, and models answer to their other names', async () => {
  const { send, makeKey } = await startWith({ ...gpt, aliases: [{ alias: 'gpt-4o-2024-08-06', kind: 'dated' }] })
  const key = await makeKey('server', 'demo')
  const first = await send('GET', '/api/v1/models/snapshot', { key })
  expect(modelSnapshotSchema.parse(first.body)).toMatchObject({ revision: 1, modelCount: 1, models: [{ version: 1 }] })
  const headers = { 'if-none-match': first.headers.get('etag') ?? '' }
  expect((await send('GET', '/api/v1/models/snapshot', { key, headers })).status).toBe(304)
  await send('PATCH', at(gpt.id), { body: { notes: 'x' } })
  expect((await send('GET', '/api/v1/models/snapshot', { key, headers })).body.revision).toBe(2)
  expect((await send('GET', at('gpt-4o-2024-08-06'))).body.model.id).toBe(gpt.id)
  const twice = { id: 'openai:other', aliases: [{ alias: 'gpt-4o-2024-08-06', kind: 'dated' }] }
  expect(await send('POST', '/api/v1/models', { body: twice })).toMatchObject({
    status: 422,
    body: { errors: [{ pointer: '/aliases/0' }] },
  })
})

describe('models that flags name', () => {
  const chat = { ...tenth, variants: { on: { model: opus.id, fallback: [gpt.id] }, off: { model: gpt.id } } }
  const flagPath = '/api/v1/environments/demo/flags/chat'

  test('deprecating one warns each flag that names it, and the warning goes when it is back', async () => {
    const { send } = await startWith(gpt, opus)
    await send('PUT', flagPath, { body: chat })
    expect((await send('GET', flagPath)).body.warnings).toEqual([])
    await send('PATCH', `${at(opus.id)}?reason=old`, { body: { status: 'deprecated', replacedBy: gpt.id } })
    expect((await send('GET', flagPath)).body.warnings).toEqual([
      `The model "${opus.id}" of the variant "on" is deprecated; "${gpt.id}" comes after it.`,
    ])
    const [listed] = (await send('GET', '/api/v1/environments/demo/flags')).body.items
    expect(listed.warnings).toHaveLength(1)
    const alerts = async () => (await send('GET', '/api/v1/environments/demo/alerts')).body.items
    expect(await alerts()).toMatchObject([
      { flag: 'chat', cause: `model:${opus.id}`, severity: 'WARNING', state: 'open' },
    ])
    const events = (await send('GET', '/api/v1/environments/demo/events')).body.items
    expect(events.at(-1)).toMatchObject({ action: 'alert.opened', why: { sentence: expect.stringContaining(opus.id) } })
    await send('PATCH', `${at(opus.id)}?reason=again`, { body: { status: 'active' } })
    expect(await alerts()).toMatchObject([{ state: 'resolved' }])
  })

  test('a model that only a task names is told as well', async () => {
    const { send } = await startWith(gpt, opus)
    const on = { model: gpt.id, tasks: { analysis: opus.id } }
    await send('PUT', flagPath, { body: { ...chat, variants: { on, off: { model: gpt.id } } } })
    await send('PATCH', `${at(opus.id)}?reason=old`, { body: { status: 'retired' } })
    expect((await send('GET', flagPath)).body.warnings).toEqual([
      `The model "${opus.id}" of the variant "on" is retired: it is not called.`,
    ])
  })

  test('a model that nobody knows is told with the flag', async () => {
    const { send } = await startWith(gpt)
    const { body } = await send('PUT', flagPath, { body: chat })
    expect(body.warnings).toEqual([
      `The model "${opus.id}" of the variant "on" is not in the catalogue: its calls have no price.`,
    ])
  })

  test('usage and cost by model, day, flag and variant, exact, with what nobody could price', async () => {
    const { send } = await startWith(gpt, opus)
    await send('PUT', flagPath, { body: chat })
    const row = (variant: string, metrics: object, model?: string) => ({
      flag: 'chat',
      variant,
      unit: 'ada',
      at: '2026-11-20T00:00:00Z',
      metrics,
      ...(model === undefined ? {} : { model }),
    })
    const observations = [
      row('on', { error: 0, input_tokens: 1000, output_tokens: 500 }),
      row('off', { error: 0, input_tokens: 1000, output_tokens: 500 }),
      row('off', { error: 0, cost_usd: '0.02325315' }, gpt.id),
      row('off', { error: 0, input_tokens: 10 }, 'nobody:nothing'),
      row('off', {}),
    ]
    const body = { id: 'b1', observations }
    expect((await send('POST', '/api/v1/environments/demo/observations', { body })).status).toBe(202)
    const usage = await send('GET', '/api/v1/models/usage?by=model,variant')
    expect(modelUsageSchema.parse(usage.body).items).toMatchObject([
      { model: opus.id, variant: 'on', day: null, calls: 1, inputTokens: 1000, outputTokens: 500, usd: '0.0525' },
      { model: 'nobody:nothing', variant: 'off', calls: 1, usd: '0', unpricedCalls: 1 },
      { model: gpt.id, variant: 'off', calls: 2, usd: '0.03325315', unpricedCalls: 0 },
    ])
    const one = await send('GET', at(gpt.id, '/usage?by=day,flag'))
    expect(one.body.items).toMatchObject([
      { day: '2026-11-20', flag: 'chat', model: null, calls: 2, usd: '0.03325315' },
    ])
    expect((await send('GET', '/api/v1/models/usage?by=colour')).status).toBe(400)
    expect((await send('GET', '/api/v1/models/usage?from=yesterday')).status).toBe(400)
  })
})
