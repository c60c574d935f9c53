import { calcPrice } from '@pydantic/genai-prices'
import { createClient } from '@sluice/sdk'
import { createModelRepository } from '@sluice/sdk/models'
import { type Figure, quantile } from './figure.ts'
import { type BenchServer, files, importFile, startServer } from './served-catalogue.ts'

const environment = 'production'

/** Reads in process, over the whole catalogue of models.dev, beside the peer that prices calls in JavaScript. */
export async function lookupFigures(repetitions: number, tell: (line: string) => void): Promise<Figure[]> {
  const server = await startServer()
  try {
    await importFile(server, files['models.dev'])
    tell('reading models …')
    return [...(await snapshotFigures(server)), ...(await inProcess(server, repetitions))]
  } finally {
    await server.stop()
  }
}

async function snapshotFigures(server: BenchServer): Promise<Figure[]> {
  const took: number[] = []
  for (let i = 0; i < 20; i += 1) {
    const body = JSON.stringify({ notes: `edit ${i}` })
    await server.send('PATCH', '/api/v1/models/openai%3Agpt-4o', body)
    const startedMs = performance.now()
    await server.send('GET', '/api/v1/models/snapshot')
    took.push(performance.now() - startedMs)
  }
  return [
    {
      id: 'snapshot',
      what: 'snapshot of 5,276 models after an edit, median',
      value: quantile(took, 0.5),
      unit: 'ms',
      limit: 50,
    },
  ]
}

async function inProcess(server: BenchServer, repetitions: number): Promise<Figure[]> {
  const flag = {
    enabled: true,
    variants: { on: { model: 'openai:gpt-4o', params: {} }, off: { model: 'openai:gpt-5' } },
    off: 'off',
    rules: [{ id: 'rollout', sample: { share: 50_000, salt: 's' }, serve: 'on' }],
    serve: 'off',
  }
  const base = `/api/v1/environments/${environment}`
  await server.send('PUT', `${base}/flags/chat-model`, JSON.stringify(flag))
  const input = JSON.stringify({ kind: 'server', environment, name: 'bench' })
  const { secret } = JSON.parse(await server.send('POST', '/api/v1/keys', input)) as { secret: string }
  const models = createModelRepository()
  const client = createClient({ url: server.url, key: secret, environment, models })
  await Promise.all([client.ready(), models.ready()])
  try {
    const contexts = Array.from({ length: 1000 }, (_, i) => ({ targetingKey: `user_${i}` }))
    const context = (i: number) => contexts[i % 1000] as { targetingKey: string }
    const usage = { inputTokens: 1000, cacheReadTokens: 200, outputTokens: 500 }
    const theirs = { input_tokens: 1000, cache_read_tokens: 200, output_tokens: 500 }
    const ids = models.getAllModels().map(({ id }) => id)
    const config = (i: number): unknown => models.getModelConfig(ids[i % ids.length] as string)
    const cost = (): unknown => models.calculateCost('openai:gpt-4o', usage)
    const peer = (): unknown => calcPrice(theirs, 'gpt-4o', { providerId: 'openai' })
    const choose = (i: number): unknown => client.model('chat-model', context(i))
    const variant = (i: number): unknown => client.value('chat-model', context(i), null)
    const ours = perCall(cost, repetitions)
    return [
      {
        id: 'get-model-config',
        what: 'getModelConfig, p99',
        value: slowest(config, repetitions),
        unit: 'µs',
        limit: 5,
      },
      { id: 'calculate-cost', what: 'calculateCost', value: ours, unit: 'µs', limit: 20 },
      {
        id: 'calculate-cost-peer',
        what: '  as a ratio of @pydantic/genai-prices',
        value: ours / perCall(peer, repetitions),
        unit: 'x',
        limit: 1,
      },
      {
        id: 'T13',
        what: 'client.model with its price, as a ratio of client.value',
        value: ratio(choose, variant, repetitions),
        unit: 'x',
        limit: 1.5,
      },
    ]
  } finally {
    await client.close()
  }
}

const batch = 2000

/** Microseconds a call, the middle of many batches. */
function perCall(work: (i: number) => unknown, repetitions: number): number {
  const took = Array.from({ length: repetitions }, () => batchUs(work))
  return quantile(took.slice(Math.floor(repetitions / 5)), 0.5)
}

/** Both in turn, so that what disturbs one disturbs the other. */
function ratio(work: (i: number) => unknown, other: (i: number) => unknown, repetitions: number): number {
  const ratios = Array.from({ length: repetitions }, () => batchUs(work) / batchUs(other))
  return quantile(ratios.slice(Math.floor(repetitions / 5)), 0.5)
}

function batchUs(work: (i: number) => unknown): number {
  const startedMs = performance.now()
  for (let i = 0; i < batch; i += 1) work(i)
  return ((performance.now() - startedMs) * 1000) / batch
}

/** Each call by itself, 1 % of them slower than this; the clock's own time counts against us. */
function slowest(work: (i: number) => unknown, repetitions: number): number {
  batchUs(work)
  const took: number[] = []
  for (let i = 0; i < repetitions * batch; i += 1) {
    const startedMs = performance.now()
    work(i)
    took.push((performance.now() - startedMs) * 1000)
  }
  return quantile(took.slice(took.length / 2), 0.99)
}
