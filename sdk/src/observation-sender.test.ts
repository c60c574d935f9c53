import { afterEach, describe, expect, test } from 'vitest'
import { ObservationQueue } from './observation-queue.ts'
import type { SluiceClient } from './sluice-client.ts'
import { FakeServer, plainFlag } from './testing/fake-server.ts'
import { fastClient, lineLogger, until } from './testing/fast-client.ts'

const server = new FakeServer({ f: plainFlag('on') })
let client: SluiceClient | undefined

afterEach(async () => {
  delete server.answers.observations
  await client?.close()
  await server.stop()
  server.rows.length = 0
  server.batchIds.length = 0
  server.requests.length = 0
})

async function connect(
  ...[options, timing]: Parameters<typeof fastClient> extends [string, ...infer Rest] ? Rest : never
) {
  await server.start()
  client = fastClient(server.url, options, timing)
  await client.ready()
  return client
}

const posts = () => server.requests.filter(({ path }) => path === 'observations')
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe('observations', () => {
  test('are sent by themselves after a while', async () => {
    const sluice = await connect()
    sluice.track({}, { flag: 'f', latency_ms: 1 })
    await until(() => sluice.status().rows.waiting === 0)
    expect(server.rows).toHaveLength(1)
  })

  test('whose receipt was lost are sent again under the same id and count once', async () => {
    let lost = 0
    server.answers.observations = (request, response, body) => {
      if (lost++ > 1) return server.answerObservations(response, body)
      server.count(body)
      request.socket.destroy()
    }
    const sluice = await connect()
    sluice.track({}, { flag: 'f', latency_ms: 1 })
    await until(() => server.batchIds.length === 3)
    expect(new Set(server.batchIds).size).toBe(1)
    expect(server.rows).toHaveLength(1)
    await until(() => sluice.status().rows.waiting === 0)
  })

  test('go in batches of at most 1,000 rows', async () => {
    const sluice = await connect({ flushIntervalMs: 60_000 })
    for (let i = 0; i < 2500; i++) sluice.track({}, { flag: 'f', i })
    await sluice.flush()
    expect(server.rows.map(({ metrics }) => metrics.i)).toEqual(Array.from({ length: 2500 }, (_, i) => i))
    expect(server.batchIds).toHaveLength(3)
  })

  test('do not wait for the clock once 1,000 have gathered, and fewer do', async () => {
    const sluice = await connect({ flushIntervalMs: 60_000 })
    for (let i = 0; i < 999; i++) sluice.track({}, { flag: 'f', i })
    await pause(50)
    expect(posts()).toHaveLength(0)
    sluice.track({}, { flag: 'f', i: 999 })
    await until(() => sluice.status().rows.waiting === 0)
    expect(server.rows).toHaveLength(1000)
  })

  test('in any number do not hasten a server that asked for time', async () => {
    server.answers.observations = (_request, response) => response.writeHead(429, { 'retry-after': '60' }).end()
    const sluice = await connect({ flushIntervalMs: 60_000 })
    for (let i = 0; i < 1000; i++) sluice.track({}, { flag: 'f', i })
    await until(() => posts().length === 1)
    for (let i = 0; i < 3000; i++) sluice.track({}, { flag: 'f', i })
    await pause(50)
    expect(posts()).toHaveLength(1)
    expect(sluice.status().rows).toEqual({ waiting: 4000, dropped: 0 })
  })

  test.each([400, 404, 413, 422])('are given up when the server will never take them: %i', async (status) => {
    server.answers.observations = (_request, response) => response.writeHead(status).end('no')
    const logger = lineLogger()
    const sluice = await connect({ logger })
    sluice.track({}, { flag: 'f', latency_ms: 1 })
    await until(() => posts().length === 1 && sluice.status().rows.waiting === 0)
    await pause(100)
    expect(posts()).toHaveLength(1)
    expect(logger.lines.join()).toContain(String(status))
  })

  test.each([401, 403, 408, 429, 500])('are kept for another try otherwise: %i', async (status) => {
    server.answers.observations = (_request, response) => response.writeHead(status).end()
    const sluice = await connect()
    sluice.track({}, { flag: 'f', latency_ms: 1 })
    await until(() => posts().length >= 2)
    delete server.answers.observations
    await until(() => sluice.status().rows.waiting === 0)
    expect(server.rows).toHaveLength(1)
    expect(sluice.status().rows.dropped).toBe(0)
  })

  test('wait as long as the server asks, even when flushed', async () => {
    server.answers.observations = (_request, response) => response.writeHead(503, { 'retry-after': '60' }).end()
    const sluice = await connect()
    sluice.track({}, { flag: 'f', latency_ms: 1 })
    await until(() => posts().length === 1)
    await sluice.flush()
    await pause(100)
    expect(posts()).toHaveLength(1)
    expect(sluice.status().rows.waiting).toBe(1)
  })

  test('that the server rejects one by one are told of in one line', async () => {
    server.answers.observations = (_request, response) =>
      response
        .writeHead(202)
        .end('{"accepted":1,"rejected":[{"index":0,"pointer":"/unit","code":"X","message":"too long"}]}')
    const logger = lineLogger()
    const sluice = await connect({ logger })
    for (let i = 0; i < 3; i++) {
      sluice.track({}, { flag: 'f', i })
      await sluice.flush()
    }
    expect(logger.lines).toEqual(['sluice: the server refused 1 observations; the first: /unit: too long'])
  })

  test('do not keep close or flush from ending when the server hangs', async () => {
    server.answers.observations = () => {}
    const sluice = await connect({}, { closeMs: 50 })
    sluice.track({}, { flag: 'f', latency_ms: 1 })
    await sluice.flush()
    await sluice.close()
    expect(sluice.status().rows.waiting).toBe(1)
  })
})

describe('the queue', () => {
  test('gives up the oldest rows beyond 10,000 and counts them, but never changes a batch in hand', () => {
    const queue = new ObservationQueue()
    const add = (from: number, to: number) => {
      for (let i = from; i < to; i++) queue.add({ flag: 'f', variant: 'on', at: '', metrics: { i } })
    }
    add(0, 1000)
    const batch = queue.batch()
    add(1000, 10_500)
    expect(queue.waiting).toBe(10_000)
    expect(queue.dropped).toBe(500)
    expect(queue.batch()).toBe(batch)
    queue.done({ id: 'of another sender', rows: 1, body: '' })
    expect(queue.batch()).toBe(batch)
    queue.done(batch!)
    expect(JSON.parse(queue.batch()!.body).observations[0].metrics.i).toBe(1500)
  })
})
