import { createClient } from '@sluice/sdk'
import { compat, createModelRepository } from '@sluice/sdk/models'
import { seedModels, startingCatalogue } from '@sluice/demo'
import { expect, test } from 'vitest'
import { adminKey, newDatabase, startServer } from './running-server.ts'

const environment = 'production'
const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10))
}

test('R91, R92: an application reads 58 models, adds one, changes a price, and goes on when the server is killed', async () => {
  const server = await startServer(await newDatabase())
  await seedModels(server.url, adminKey)
  const input = { kind: 'server', environment, name: 'app' }
  const { body } = await server.request('POST', '/api/v1/keys', input)
  const { secret } = body as { secret: string }
  const models = createModelRepository({ static: { 'openai:own': { pricing: { input: 1 } } }, editKey: adminKey })
  const client = createClient({ url: server.url, key: secret, environment, models, logger: { warn() {}, error() {} } })
  try {
    await Promise.all([client.ready(), models.ready()])
    const old = compat(models)
    expect(old.getAllModels()).toHaveLength(58)
    expect(old.getModelConfig('openai:gpt-4o')?.pricing).toMatchObject({ input: 2.5, output: 10 })
    expect(old.getModelConfig('openai:gpt-5')?.reasoning.type).toBe('openai-reasoning-effort')
    expect(old.calculateCost('openai:gpt-4o', 1000, 500)).toBe(0.0075)

    const opus = 'anthropic:claude-opus-5'
    const pricing = { input: 15, output: 75 }
    await models.createModel({ id: opus, name: 'Claude Opus 5', contextWindow: 200_000, pricing, status: 'active' })
    await until(() => models.getAllModels().length === 59)
    const usage = { inputTokens: 1000, outputTokens: 500 }
    const before = models.calculateCost(opus, usage)
    expect(before).toMatchObject({ usd: '0.0525', status: 'complete' })
    const change = { id: opus, updates: { pricing: { input: 10, output: 50 } } }
    await expect(models.updateModel(change)).rejects.toThrow(/reason/)
    await models.updateModel({ ...change, reason: 'price cut', ifVersion: 1 })
    await expect(models.updateModel({ ...change, reason: 'again', ifVersion: 1 })).rejects.toThrow(/version v2/)
    await until(() => models.getModelConfig(opus)?.pricing['input'] === 10)
    expect(models.calculateCost(opus, usage).usd).toBe('0.035')
    expect(models.calculateCost(opus, usage, { atMs: Date.parse(before.at) }).usd).toBe('0.0525')
    expect((await models.getModelHistory({ modelId: opus })).map(({ version, changes }) => [version, changes])).toEqual(
      [
        [
          2,
          [
            { field: 'pricing.output', oldValue: 75, newValue: 50 },
            { field: 'pricing.input', oldValue: 15, newValue: 10 },
          ].toSorted((a, b) => (a.field < b.field ? -1 : 1)),
        ],
        [1, expect.any(Array)],
      ],
    )
    expect(
      startingCatalogue()
        .split('\n')
        .filter((line) => line.startsWith('{"id"')),
    ).toHaveLength(58)

    await server.end('SIGKILL')
    expect(models.getModelConfig(opus)?.pricing['input']).toBe(10)
    expect(models.getModelConfig('openai:own')?.pricing['input']).toBe(1)
    expect(models.getModelConfig('nobody:nothing')).toBeNull()
    expect(models.status().fallbacks).toMatchObject({ unknown_model: 2, unavailable: 0 })
    await expect(models.updateModel({ ...change, reason: 'x' })).rejects.toThrow(/Models:/)
  } finally {
    await client.close()
    await server.end('SIGKILL')
  }
})
