import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, onTestFinished, test } from 'vitest'
import type { ClientOptions } from './client-options.ts'
import { type RepositoryOptions, compat, createModelRepository } from './models.ts'
import type { SluiceClient } from './sluice-client.ts'
import { FakeServer } from './testing/fake-server.ts'
import { fastClient, lineLogger, until } from './testing/fast-client.ts'

const clients: SluiceClient[] = []
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()))
})

const gpt = (input: string, more: object = {}) => ({
  id: 'openai:gpt-4o',
  provider: 'openai',
  name: 'GPT-4o',
  status: 'active',
  kind: 'chat',
  limits: { context: 128_000 },
  prices: [
    { meter: 'input', rate: input, per: 1_000_000 },
    { meter: 'output', rate: '10', per: 1_000_000 },
  ],
  aliases: [{ alias: 'gpt-4o-2024-08-06', kind: 'dated' }],
  source: 'manual',
  ...more,
})
const entry = (model: object, version = 1) => ({ version, model })
const table = { 'openai:gpt-4o': { name: 'GPT-4o', pricing: { input: 5, output: 10 }, contextWindow: 128_000 } }
const dualFlag = (serve: 'db' | 'static', share: number) => ({
  enabled: true,
  variants: { db: 'db', static: 'static' },
  off: 'static',
  rules: [{ id: 'rollout', sample: { share, salt: 's' }, serve: 'db' }],
  serve,
  rollout: { id: 'r1', rule: 'rollout', attempt: 1, visit: 1, timeoutMs: null },
})

async function start(options: RepositoryOptions = {}, more: ClientOptions = {}, flags = {}) {
  const server = await new FakeServer(flags).start()
  onTestFinished(() => server.stop())
  server.publishModels([entry(gpt('2.5')), entry({ ...gpt('1'), id: 'openai:o3', aliases: [] })], ['openai:gone'])
  const models = createModelRepository(options)
  const client = fastClient(server.url, { models, ...more })
  clients.push(client)
  await Promise.all([client.ready(), models.ready()])
  return { server, models, client }
}

test('the tests of the guide run over the catalogue', async () => {
  const { models } = await start()
  const { getModelConfig, getAllModels, getModelsByProvider, calculateCost } = compat(models)
  expect(getModelConfig('openai:gpt-4o')).toMatchObject({ pricing: { input: 2.5, output: 10 }, contextWindow: 128_000 })
  expect(getModelConfig('gpt-4o-2024-08-06')?.id).toBe('openai:gpt-4o')
  expect(getModelConfig('nobody:nothing')).toBeNull()
  expect(getAllModels()).toHaveLength(2)
  expect(getModelsByProvider('openai').every(({ provider }) => provider === 'openai')).toBe(true)
  expect(getModelsByProvider('nobody')).toEqual([])
  expect(calculateCost('openai:gpt-4o', 1000, 500)).toBe(0.0075)
  expect(calculateCost('nobody:nothing', 1, 1)).toBeNaN()
  expect(models.calculateCost('openai:gpt-4o', { prompt_tokens: 1000, completion_tokens: 500 })).toMatchObject({
    usd: '0.0075',
    status: 'complete',
    source: 'catalogue',
    priceVersion: 1,
  })
})

test('a new price arrives by the stream, a revision never goes back', async () => {
  const { server, models } = await start()
  server.publishModels([entry(gpt('2'), 2)])
  await until(() => models.getModelConfig('openai:gpt-4o')?.pricing['input'] === 2)
  expect(models.status()).toMatchObject({ source: 'server', revision: 2 })
  if (server.models) server.models.revision = 1
  server.publishModels([entry(gpt('9'), 3)])
  if (server.models) server.models.revision = 1
  await new Promise((resolve) => setTimeout(resolve, 150))
  expect(models.status().revision).toBe(2)
})

test('the server dies: the last catalogue goes on answering, and after a restart that of the file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-models-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const cacheFile = join(folder, 'flags.json')
  const { server, models, client } = await start({}, { cacheFile })
  await server.stop()
  expect(models.getModelConfig('openai:gpt-4o')?.pricing['input']).toBe(2.5)
  await client.close()
  const again = createModelRepository({ static: table })
  clients.push(fastClient(server.url, { models: again, cacheFile, initTimeoutMs: 50 }))
  expect(again.getModelConfig('openai:gpt-4o')?.pricing['input']).toBe(2.5)
  expect(again.status()).toMatchObject({ source: 'cache', fallbacks: { unavailable: 0 } })
})

test('without server and file the static table answers, each time counted', async () => {
  const models = createModelRepository({ static: table })
  clients.push(fastClient('http://127.0.0.1:9', { models, initTimeoutMs: 20 }))
  await models.ready()
  expect(models.getModelConfig('openai:gpt-4o')?.pricing['input']).toBe(5)
  expect(models.calculateCost('openai:gpt-4o', { inputTokens: 1000, outputTokens: 500 })).toMatchObject({
    usd: '0.01',
    source: 'static',
  })
  expect(models.status()).toMatchObject({
    source: 'static',
    fallbacks: { unavailable: 2 },
    affected: ['openai:gpt-4o'],
  })
})

describe('dual read', () => {
  test('the flag says who reads the catalogue, the others read the table', async () => {
    const { models } = await start(
      { static: table, flag: 'db-models' },
      {},
      { 'db-models': dualFlag('static', 50_000) },
    )
    const inputs = Array.from(
      { length: 200 },
      (_, i) => models.getModelConfig('openai:gpt-4o', { targetingKey: `u${i}` })?.pricing['input'],
    )
    const fromDb = inputs.filter((input) => input === 2.5).length
    expect(fromDb).toBeGreaterThan(60)
    expect(fromDb).toBeLessThan(140)
    expect(inputs.filter((input) => input === 5)).toHaveLength(200 - fromDb)
  })

  test('an unknown id falls back and is a metric; a deleted one does not come back from the table', async () => {
    const own = { ...table, 'openai:only-here': { pricing: { input: 1 } }, 'openai:gone': { pricing: { input: 1 } } }
    const { server, models, client } = await start(
      { static: own, flag: 'db-models' },
      {},
      { 'db-models': dualFlag('db', 100_000) },
    )
    const ada = { targetingKey: 'ada' }
    expect(models.getModelConfig('openai:only-here', ada)?.pricing['input']).toBe(1)
    expect(models.getModelConfig('openai:gone', ada)).toBeNull()
    expect(models.calculateCost('openai:gone', { inputTokens: 1 }, { context: ada })).toMatchObject({
      status: 'unpriced',
    })
    expect(models.getModelConfig('openai:gpt-4o', ada)?.pricing['input']).toBe(2.5)
    expect(models.status().fallbacks).toMatchObject({ unknown_model: 1, unavailable: 0 })
    await client.flush()
    const metrics = server.rows.map((row) => row.metrics).filter((row) => 'fallback' in row)
    expect(metrics).toMatchObject([
      { fallback: 1, error: 0, models_affected: 1, 'fallback.unknown_model': 1 },
      { fallback: 0, error: 0 },
      { fallback: 0, error: 0 },
      { fallback: 0, error: 0 },
    ])
  })

  test('R45: a cost is compared with what the table makes of it, unless the difference is right', async () => {
    const used = { inputTokens: 1000, outputTokens: 500 }
    const free = { 'openai:gpt-4o': { pricing: { input: 0, output: 0 } } }
    const right = [{ model: 'openai:gpt-4o', component: 'input', static: '5', db: '2.5', reason: 'negotiated' }]
    const deviations = async (options: RepositoryOptions, serve: 'db' | 'static' = 'db', id = 'openai:gpt-4o') => {
      const flags = { 'db-models': dualFlag(serve, serve === 'db' ? 100_000 : 0) }
      const { server, models, client } = await start({ flag: 'db-models', ...options }, {}, flags)
      models.calculateCost(id, used, { context: { targetingKey: 'ada' } })
      await client.flush()
      return server.rows.flatMap(({ metrics }) => metrics['cost_deviation'] ?? [])
    }
    expect(await deviations({ static: table })).toEqual([expect.closeTo(0.25, 9)])
    expect(await deviations({ static: free })).toEqual([1])
    expect(await deviations({ static: table, accepted: right })).toEqual([])
    expect(await deviations({ static: table }, 'static')).toEqual([])
    expect(await deviations({ static: table }, 'db', 'openai:o3')).toEqual([])
    expect(await deviations({})).toEqual([])
  })

  test('R67: one model that is not found may be a slip; several are told apart, until they are there', async () => {
    const own = { ...table, 'openai:a': { pricing: { input: 1 } }, 'openai:b': { pricing: { input: 1 } } }
    const flags = { 'db-models': dualFlag('db', 100_000) }
    const { server, models, client } = await start({ static: own, flag: 'db-models' }, {}, flags)
    const read = (id: string) => models.getModelConfig(id, { targetingKey: 'ada' })
    for (const id of ['openai:a', 'openai:a', 'openai:b', 'openai:a', 'openai:gpt-4o']) read(id)
    server.publishModels([entry(gpt('2.5')), entry({ ...gpt('1'), id: 'openai:b', aliases: [] })])
    await until(() => models.status().revision === 2)
    for (const id of ['openai:b', 'openai:a']) read(id)
    await client.flush()
    const reads = server.rows.map(({ metrics }) => metrics).filter((metrics) => 'fallback' in metrics)
    expect(reads.map((metrics) => metrics['fallback.unknown_model'] ?? 0)).toEqual([1, 1, 1, 1, 0, 0, 1])
    expect(reads.map((metrics) => metrics['fallback.several_unknown'] ?? 0)).toEqual([0, 0, 1, 1, 0, 0, 0])
  })

  test('a damaged entry spoils itself only', async () => {
    const { server, models } = await start({ static: table })
    server.publishModels([entry({ id: 'openai:gpt-4o' }, 2), entry({ ...gpt('1'), id: 'openai:o3', aliases: [] })])
    await until(() => models.status().revision === 2)
    expect(models.getModelConfig('openai:gpt-4o')?.pricing['input']).toBe(5)
    expect(models.getModelConfig('openai:o3')?.pricing['input']).toBe(1)
    expect(models.status().fallbacks.invalid_entry).toBe(1)
  })
})

test('shadow: prices of the table against the catalogue', async () => {
  const { models } = await start({ static: table })
  expect(models.shadow()).toMatchObject({
    alerts: 1,
    models: [
      {
        id: 'openai:gpt-4o',
        differences: [{ component: 'input', static: '5', db: '2.5', percent: -50, verdict: 'alert' }],
      },
      { id: 'openai:o3', side: 'only_db', verdict: 'within' },
    ],
  })
  const accepted = [{ model: 'openai:gpt-4o', component: 'input', static: '5', db: '2.5', reason: 'known' }]
  expect(models.shadow(accepted).alerts).toBe(0)
})

test('each new catalogue is compared with the table: a line for what is off, a metric for how many', async () => {
  const logger = lineLogger()
  const flags = { 'db-models': dualFlag('db', 100_000) }
  const { server, models, client } = await start({ static: table, flag: 'db-models' }, { logger }, flags)
  expect(logger.lines.join('\n')).toContain('"openai:gpt-4o": input 5 → 2.5')
  models.getModelConfig('openai:gpt-4o', { targetingKey: 'ada' })
  await client.flush()
  expect(server.rows.map(({ metrics }) => metrics)).toContainEqual(expect.objectContaining({ shadow_alerts: 1 }))
})

test('no damaged catalogue and no strange argument makes a read throw', async () => {
  const { server, models } = await start(
    { static: table, flag: 'db-models' },
    {},
    { 'db-models': dualFlag('db', 100_000) },
  )
  const prices = [{ meter: 7, rate: {}, per: 'x', when: 5, effectiveFrom: [] }]
  const odd = { id: 'openai:odd', provider: 'openai', name: 5, prices, aliases: [{}], capabilities: 'x', limits: 7 }
  server.publishModels([
    entry(gpt('2.5')),
    entry(odd),
    entry({ ...odd, id: 'openai:worse', capabilities: null, status: 8 }),
  ])
  await until(() => models.status().revision === 2)
  const hostile = new Proxy(
    {},
    {
      get: () => {
        throw new Error('trap')
      },
      ownKeys: () => {
        throw new Error('trap')
      },
    },
  )
  for (const id of ['openai:odd', 'openai:worse', 'openai:gpt-4o', '', '__proto__', 5 as never, null as never])
    for (const context of [undefined, {}, hostile]) {
      models.getModelConfig(id, context)
      models.getModelsByProvider(id, context)
      expect(models.calculateCost(id, { inputTokens: 5 }, { ...(context && { context }) })).toHaveProperty('status')
      expect(models.calculateCost(id, hostile)).toHaveProperty('status')
    }
  expect(models.getAllModels().map(({ id }) => id)).toContain('openai:gpt-4o')
  expect(models.getModelConfig('openai:gpt-4o')?.pricing['input']).toBe(2.5)
})

describe('a variant that names a model', () => {
  /** All variants of a flag are of one type. */
  const flag = (on: unknown, off: unknown) => ({ enabled: true, variants: { on, off }, off: 'off', serve: 'on' })
  const baseline = { model: 'openai:o3' }
  const chain = { model: 'openai:gpt-4o', params: { temperature: 0.3 }, fallback: ['openai:o3'] }

  test('comes to its upstream id, settings, reasoning, price and fallbacks', async () => {
    const { server, client } = await start(
      {},
      {},
      {
        chat: flag(chain, baseline),
        plain: flag('openai:o3', 'x'),
        other: flag(7, 8),
        dated: flag('gpt-4o-2024-08-06', 'x'),
      },
    )
    server.publishModels([
      entry(gpt('2.5', { upstream: { sdk: '@ai-sdk/openai' }, reasoning: { type: 'fixed' } })),
      entry({ ...gpt('1'), id: 'openai:o3', aliases: [] }),
    ])
    await until(() => client.model('chat')?.reasoning?.type === 'fixed')
    expect(client.model('chat')).toEqual({
      variant: 'on',
      id: 'openai:gpt-4o',
      upstream: { sdk: '@ai-sdk/openai', modelId: 'gpt-4o' },
      params: { temperature: 0.3 },
      reasoning: { type: 'fixed' },
      price: { input: 2.5, output: 10 },
      status: 'active',
      fallback: ['openai:o3'],
    })
    expect(client.model('plain')).toMatchObject({ id: 'openai:o3', price: { input: 1 } })
    expect(client.model('dated')).toMatchObject({ upstream: { modelId: 'gpt-4o-2024-08-06' }, price: { input: 2.5 } })
    expect(client.begin('dated').value).toBe('gpt-4o-2024-08-06')
    expect(client.model('other')).toBeNull()
    expect(client.model('nothing')).toBeNull()
  })

  test('a retired model gives way to its fallbacks, then to its successor; without a catalogue the value speaks', async () => {
    const { server, client } = await start({}, {}, { chat: flag(chain, baseline), alone: flag('openai:gpt-4o', 'x') })
    server.publishModels([
      entry(gpt('2.5', { status: 'retired', replacedBy: 'openai:gpt-5' })),
      entry({ ...gpt('1'), id: 'openai:o3', aliases: [] }),
      entry({ ...gpt('3'), id: 'openai:gpt-5', aliases: [] }),
    ])
    await until(() => client.model('alone')?.id === 'openai:gpt-5')
    expect(client.model('chat')).toMatchObject({ id: 'openai:o3', fallback: ['openai:gpt-5'] })
    expect(client.begin('chat').value).toEqual({
      model: 'openai:o3',
      params: { temperature: 0.3 },
      fallback: ['openai:gpt-5'],
    })
    expect(client.begin('alone').off.value).toBe('x')
    const plain = fastClient(server.url)
    clients.push(plain)
    await plain.ready()
    expect(plain.model('chat')).toMatchObject({ id: 'openai:gpt-4o', price: null, upstream: { modelId: 'gpt-4o' } })
  })
})

test('writes without a client say so, and reads answer from the table', async () => {
  const models = createModelRepository({ static: [{ id: 'a:x', pricing: { input: 1 } }, { id: 'broken' }] })
  expect(models.getModelConfig('a:x')?.pricing).toEqual({ input: 1 })
  await expect(models.updateModel({ id: 'a:x', updates: {} })).rejects.toThrow(/createClient/)
})
