import { connect } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { readConfig } from './config.ts'
import { describeEachEngine, makeSqliteFile } from './database/testing/each-engine.ts'
import { silentLogger } from './ports/logger.ts'
import { systemRandom } from './ports/random.ts'
import { startServer } from './start-server.ts'
import { adminKey, startTestServer, tenth } from './testing/test-server.ts'

const config = (url: string, more: Record<string, string> = {}) =>
  readConfig({ PORT: '0', SLUICE_DATABASE_URL: url, SLUICE_ADMIN_KEY: adminKey, ...more })
const options = { logger: silentLogger }

describeEachEngine('a server', (makeDatabase) => {
  test('has after a restart what was written, in the same epoch', async () => {
    const { url, close } = await makeDatabase()
    await close()
    const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' }
    const snapshots: unknown[] = []
    for (const round of [1, 2]) {
      const server = await startServer(config(url), options)
      const path = `${server.url}/api/v1/environments/demo`
      if (round === 1) await fetch(`${path}/flags/f`, { method: 'PUT', headers, body: JSON.stringify(tenth) })
      snapshots.push(await (await fetch(`${path}/snapshot`, { headers })).json())
      await server.close()
    }
    expect(snapshots[0]).toMatchObject({ revision: 1, flags: { f: tenth } })
    expect(snapshots[1]).toEqual(snapshots[0])
  })
})

test('a second server on the same file is refused, and the first goes on', async () => {
  const file = makeSqliteFile()
  onTestFinished(file.drop)
  const first = await startServer(config(file.url), options)
  onTestFinished(() => first.close())
  await expect(startServer(config(file.url), options)).rejects.toThrow(
    /in use by Sluice \(pid \d+.*One server per SQLite file/,
  )
  expect((await fetch(`${first.url}/readyz`)).status).toBe(200)
})

test('a port that is taken is named, and the database is let go', async () => {
  const file = makeSqliteFile()
  onTestFinished(file.drop)
  const first = await startServer(config('sqlite::memory:'), options)
  onTestFinished(() => first.close())
  const taken = config(file.url, { PORT: String(first.port) })
  await expect(startServer(taken, options)).rejects.toThrow(/Port \d+ on 127\.0\.0\.1 is taken.*set PORT/)
  const second = await startServer(config(file.url), options)
  await second.close()
})

test('parts bring their routes, start once the server listens and stop before the database closes', async () => {
  const seen: string[] = []
  const { server } = await startTestServer({
    parts: [
      ({ database }) => ({
        start: () => void seen.push('start'),
        stop: async () => {
          await database.kysely.selectFrom('flags').selectAll().execute()
          seen.push('stop')
        },
      }),
    ],
  })
  expect(seen).toEqual(['start'])
  await Promise.all([server.close(), server.close()])
  expect(seen).toEqual(['start', 'stop'])
})

test('closing takes no more requests', async () => {
  const { server } = await startTestServer()
  await server.close()
  await expect(fetch(`${server.url}/livez`)).rejects.toThrow()
})

test('a connection that never asked for anything is not waited for, a request under way is', async () => {
  let arrived = (): void => {}
  const arrival = new Promise<void>((resolve) => (arrived = resolve))
  const id = (prefix: string): string => {
    if (prefix === 'req') arrived()
    return systemRandom.id(prefix)
  }
  const { server, send } = await startTestServer({ random: { ...systemRandom, id } })
  const silent = connect(server.port, '127.0.0.1')
  await new Promise((resolve) => silent.once('connect', resolve))
  const ended = new Promise((resolve) => silent.once('close', resolve))
  let release = (): void => {}
  const held = server.shell.database.transaction(() => new Promise<void>((resolve) => (release = resolve)))
  const writing = send('PUT', '/api/v1/environments/demo/flags/f', { body: tenth })
  await arrival
  const closing = server.close()
  await ended
  release()
  expect((await writing).status).toBe(201)
  await Promise.all([held, closing])
})

test('a part that cannot start takes the whole server down again, and lets the database go', async () => {
  const file = makeSqliteFile()
  onTestFinished(file.drop)
  const stopped: string[] = []
  const part = () => ({ start: () => Promise.reject(new Error('no engine')), stop: () => void stopped.push('stopped') })
  await expect(startServer(config(file.url), { ...options, parts: [part] })).rejects.toThrow('no engine')
  expect(stopped).toEqual(['stopped'])
  const again = await startServer(config(file.url), options)
  await again.close()
})

test('while it stops it is alive and not ready; flags are served from memory while the database is away', async () => {
  const { server, send } = await startTestServer()
  server.shell.readiness = () => 'stopping'
  expect((await send('GET', '/livez', { key: null })).status).toBe(200)
  const answer = await send('GET', '/readyz', { key: null })
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5'])
  server.shell.readiness = () => 'ready'
  await server.shell.database.close()
  expect((await send('GET', '/readyz', { key: null })).status).toBe(503)
  expect((await send('GET', '/readyz?reads', { key: null })).status).toBe(200)
  expect((await send('GET', '/api/v1/environments/demo/snapshot')).status).toBe(200)
})
