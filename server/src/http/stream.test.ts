import { afterEach, describe, expect, test } from 'vitest'
import { publishSnapshot } from '../flags/publish-snapshot.ts'
import { adminKey, startTestServer, tenth } from '../testing/test-server.ts'
import { SseReader } from './sse-reader.ts'

interface Frame {
  readonly event: string
  readonly id: string | undefined
  readonly data: any
}

const open: AbortController[] = []
afterEach(() => {
  for (const controller of open.splice(0)) controller.abort()
})

/** Reads frames one by one from a real connection. */
async function listen(url: string, key: string, headers: Record<string, string> = {}) {
  const controller = new AbortController()
  open.push(controller)
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${key}`, ...headers },
    signal: controller.signal,
  })
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  const decoder = new TextDecoder()
  let buffer = ''
  const next = async (): Promise<Frame | null> => {
    for (;;) {
      const end = buffer.indexOf('\n\n')
      if (end >= 0) {
        const fields = new Map(
          buffer
            .slice(0, end)
            .split('\n')
            .map((line) => line.split(/: (.*)/s) as [string, string]),
        )
        buffer = buffer.slice(end + 2)
        return {
          event: fields.get('event') ?? '',
          id: fields.get('id'),
          data: JSON.parse(fields.get('data') ?? 'null'),
        }
      }
      const { done, value } = await reader.read()
      if (done) return null
      buffer += decoder.decode(value, { stream: true })
    }
  }
  return { response, next, abort: () => controller.abort() }
}

const streamPath = '/api/v1/environments/demo/stream'
const flagPath = '/api/v1/environments/demo/flags'

describe('the stream of flags', () => {
  test('begins with the whole snapshot, then tells each change in order, and no revision goes back', async () => {
    const { server, send, makeKey } = await startTestServer()
    await send('PUT', `${flagPath}/a`, { body: tenth })
    const { next, response } = await listen(server.url + streamPath, await makeKey('server', 'demo'))
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    const put = await next()
    expect(put).toMatchObject({ event: 'put', data: { revision: 1, flagCount: 1, flags: { a: tenth } } })
    await Promise.all(Array.from({ length: 20 }, (_, i) => send('PUT', `${flagPath}/f${i}`, { body: tenth })))
    await send('DELETE', `${flagPath}/a`)
    const flags: Record<string, unknown> = { ...put?.data.flags }
    for (let revision = 1; revision < 22; revision += 1) {
      const frame = await next()
      expect(frame).toMatchObject({
        event: 'patch',
        id: `${put?.data.epoch}-${revision + 1}`,
        data: { from: revision, revision: revision + 1 },
      })
      for (const [key, flag] of Object.entries(frame?.data.flags)) flags[key] = flag
    }
    expect(flags['a']).toBeNull()
    expect(Object.values(flags).filter(Boolean)).toHaveLength(20)
  })

  test('begins with a ping when the reader holds the present revision, with put when it does not', async () => {
    const { server, send } = await startTestServer()
    await send('PUT', `${flagPath}/a`, { body: tenth })
    const { epoch } = (await send('GET', '/api/v1/environments/demo/snapshot')).body
    const url = server.url + streamPath
    expect(await (await listen(url, adminKey, { 'last-event-id': `${epoch}-1` })).next()).toMatchObject({
      event: 'ping',
      data: { revision: 1 },
    })
    expect(await (await listen(`${url}?revision=${epoch}-1`, adminKey)).next()).toMatchObject({ event: 'ping' })
    for (const old of [`${epoch}-0`, 'other-1', `${epoch}-2`])
      expect(await (await listen(`${url}?revision=${old}`, adminKey)).next()).toMatchObject({ event: 'put' })
  })

  test('that holds what the database has lost brings a new epoch, which all readers take', async () => {
    const { server, send, makeKey } = await startTestServer()
    await send('PUT', `${flagPath}/a`, { body: tenth })
    const snapshotPath = '/api/v1/environments/demo/snapshot'
    const { epoch } = (await send('GET', snapshotPath)).body
    const other = await listen(server.url + streamPath, await makeKey('server', 'demo'))
    expect(await other.next()).toMatchObject({ id: `${epoch}-1` })
    // An older backup was put back: what the reader has seen as revision 3 never happened here.
    const restored = await listen(server.url + streamPath, adminKey, { 'last-event-id': `${epoch}-3` })
    const put = await restored.next()
    const next = String(put?.data.epoch)
    expect(put).toMatchObject({ event: 'put', data: { revision: 1, flags: { a: tenth } } })
    expect(next).not.toBe(epoch)
    expect(await other.next()).toMatchObject({ event: 'put', id: `${next}-1` })
    await send('PUT', `${flagPath}/a`, { body: { ...tenth, enabled: false } })
    expect(await other.next()).toMatchObject({ event: 'patch', id: `${next}-2`, data: { from: 1 } })
    // One that polls tells it by its tag, which a proxy may have weakened; and a second restore is seen as well.
    const polled = await send('GET', snapshotPath, { headers: { 'if-none-match': `W/"${next}-7"` } })
    expect(polled).toMatchObject({ status: 200, body: { revision: 2 } })
    expect(polled.body.epoch).not.toBe(next)
    for (const held of [`${next}-9`, 'other-9', `${polled.body.epoch}-2`, `${polled.body.epoch}--3`, '-', '"'])
      await send('GET', snapshotPath, { headers: { 'if-none-match': held } })
    expect((await send('GET', snapshotPath)).body.epoch).toBe(polled.body.epoch)
  })

  test('tells a change of another environment to nobody here', async () => {
    const { server, send } = await startTestServer()
    const { next } = await listen(server.url + streamPath, adminKey)
    expect((await next())?.event).toBe('put')
    await send('PUT', '/api/v1/environments/staging/flags/x', { body: tenth })
    await send('PUT', `${flagPath}/y`, { body: tenth })
    expect((await next())?.data.flags).toHaveProperty('y')
  })

  test('pings every 15 seconds', async () => {
    const { server, clock } = await startTestServer()
    const { next } = await listen(server.url + streamPath, adminKey)
    await next()
    await clock.advance(15_000)
    await clock.advance(15_000)
    expect([await next(), await next()]).toMatchObject([{ event: 'ping', data: { revision: 0 } }, { event: 'ping' }])
  })

  test('after a gap the whole is read again, so that nobody misses a change', async () => {
    const { server, send } = await startTestServer()
    const { shell } = server
    const { next } = await listen(server.url + streamPath, adminKey)
    await next()
    const audience = { patch: () => {}, put: () => {} }
    await send('PUT', `${flagPath}/a`, { body: tenth })
    await next()
    const epoch = shell.cache.get('demo')?.epoch ?? ''
    // Revisions 2 and 3 commit; the news of 3 comes first, and that of 2 after.
    await shell.database.kysely.updateTable('environments').set({ revision: 3 }).where('name', '=', 'demo').execute()
    const late = { environment: 'demo', epoch, key: 'a', flag: tenth }
    await publishSnapshot({ ...late, from: 2, revision: 3 }, shell)
    await publishSnapshot({ ...late, from: 1, revision: 2 }, { ...shell, audience })
    expect(await next()).toMatchObject({ event: 'put', data: { revision: 3 } })
    expect(shell.cache.get('demo')?.revision).toBe(3)
  })
})

describe('who may listen', () => {
  test('only admins hear of rollouts, and only those who asked', async () => {
    const { server, makeKey } = await startTestServer()
    const key = await makeKey('server', 'demo')
    const url = server.url + streamPath
    expect((await listen(`${url}?topics=flags,rollouts`, key)).response.status).toBe(403)
    expect((await listen(url, await makeKey('ingest', 'demo'))).response.status).toBe(403)
    expect((await listen(url, await makeKey('server', 'staging'))).response.status).toBe(404)
    const flagsOnly = await listen(url, adminKey)
    const both = await listen(`${url}?topics=rollouts`, adminKey)
    await Promise.all([flagsOnly.next(), both.next()])
    server.shell.hub.publish('demo', 'rollout', { id: 'ro_1' })
    server.shell.hub.publish('staging', 'rollout', { id: 'ro_2' })
    server.shell.hub.publish('demo', 'decision', { id: 'ev_1' })
    expect([await both.next(), await both.next()]).toMatchObject([
      { event: 'rollout', data: { id: 'ro_1' } },
      { event: 'decision', data: { id: 'ev_1' } },
    ])
    server.shell.hub.closePrincipal('SLUICE_ADMIN_KEY')
    expect(await flagsOnly.next()).toBeNull()
  })

  test('a revoked key hears nothing more', async () => {
    const { server, send } = await startTestServer()
    const { body } = await send('POST', '/api/v1/keys', { body: { kind: 'server', environment: 'demo', name: 'x' } })
    const { next } = await listen(server.url + streamPath, body.secret)
    await next()
    await send('DELETE', `/api/v1/keys/${body.id}`)
    expect(await next()).toBeNull()
    expect(server.shell.hub.count).toBe(0)
  })

  test('who goes away is forgotten, and shown as an instance while here', async () => {
    const { server, send } = await startTestServer()
    const headers = { 'x-sluice-instance': 'i1', 'x-sluice-sdk': 'node/0.1.0' }
    const { next, abort } = await listen(server.url + streamPath, adminKey, headers)
    await next()
    await send('PUT', `${flagPath}/a`, { body: tenth })
    await next()
    expect((await send('GET', '/api/v1/environments/demo/instances')).body.items).toMatchObject([
      { id: 'i1', revision: 1 },
    ])
    abort()
    await expect.poll(() => server.shell.hub.count).toBe(0)
  })
})

test('the server ends its streams when it stops', async () => {
  const { server } = await startTestServer()
  const { next } = await listen(server.url + streamPath, adminKey)
  await next()
  const closing = server.close()
  expect(await next()).toBeNull()
  await closing
})

describe('a reader that does not keep up', () => {
  const frameOf = (bytes: number): Uint8Array => new Uint8Array(bytes)
  const read = async (reader: SseReader): Promise<number> => {
    let bytes = 0
    for await (const chunk of reader.stream) bytes += chunk.length
    return bytes
  }

  test('is let go once more than 1 MiB waits behind the frame on its way', async () => {
    let ended = 0
    const reader = new SseReader(() => void (ended += 1))
    // The first frame may be a snapshot of any size.
    reader.send(frameOf(5_000_000))
    for (let i = 0; i < 16; i += 1) reader.send(frameOf(65_536))
    expect(ended).toBe(0)
    reader.send(frameOf(1))
    expect(ended).toBe(1)
    await expect(read(reader)).rejects.toThrow(/does not keep up/)
  })

  test('stays as long as it reads, however much it is', async () => {
    let ended = 0
    const reader = new SseReader(() => void (ended += 1))
    const reading = read(reader)
    for (let i = 0; i < 50; i += 1) {
      reader.send(frameOf(100_000))
      await new Promise((resolve) => setImmediate(resolve))
    }
    reader.close()
    expect(await reading).toBe(5_000_000)
    expect(ended).toBe(1)
  })

  test('that falls behind and catches up again may go on for ever', async () => {
    let ended = 0
    const sse = new SseReader(() => void (ended += 1))
    const reader = sse.stream.getReader()
    for (let round = 0; round < 10; round += 1) {
      for (let i = 0; i < 3; i += 1) sse.send(frameOf(200_000))
      for (let i = 0; i < 3; i += 1) expect((await reader.read()).value).toHaveLength(200_000)
    }
    expect(ended).toBe(0)
  })

  test('frames that wait are sent before the end', async () => {
    const reader = new SseReader(() => {})
    reader.send(frameOf(2))
    reader.send(frameOf(2))
    reader.close()
    expect(await read(reader)).toBe(4)
  })
})
