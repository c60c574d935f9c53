import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { FakeServer, rolloutFlag } from './testing/fake-server.ts'
import { testKey, until } from './testing/fast-client.ts'

const server = new FakeServer({ 'patch-mode': rolloutFlag(100_000) })
const entry = new URL('./index.ts', import.meta.url).href

afterEach(() => server.stop().catch(() => {}))

async function script(source: string) {
  const child = spawn(
    process.execPath,
    ['--conditions=@sluice/source', '--input-type=module', '--trace-uncaught', '-e', source],
    {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      env: { ...process.env, SLUICE_URL: server.url, SLUICE_KEY: testKey },
    },
  )
  const [code, output, errors] = await Promise.all([
    new Promise((resolve) => child.on('exit', resolve)),
    text(child.stdout),
    text(child.stderr),
  ])
  return { code, output, errors }
}

const start = `
  import { createClient } from '${entry}'
  const sluice = createClient()
  const user = { targetingKey: 'user_1' }
`

test('a script ends by itself with a stream open, and its observations arrive', async () => {
  await server.start()
  const { code, output, errors } = await script(`${start}
    console.log((await sluice.ready()).source)
    await sluice.run('patch-mode', user, { on: () => 1, off: () => 2 })`)
  expect({ code, output, errors }).toEqual({ code: 0, output: 'server\n', errors: '' })
  expect(server.rows.map(({ variant, metrics }) => [variant, metrics.error])).toEqual([
    ['on', undefined],
    ['on', 0],
  ])
})

test('a script that never waits ends at once', async () => {
  await server.start()
  const { code, output } = await script(`${start} console.log(sluice.isEnabled('patch-mode', user))`)
  expect({ code, output }).toEqual({ code: 0, output: 'false\n' })
})

test('a server that dies in every way leaves no unhandled rejection and no uncaught error', async () => {
  await server.start()
  server.answers.observations = (request) => request.socket.destroy()
  const ended = script(`${start}
    process.on('uncaughtException', (error) => console.log('uncaught', error))
    process.on('unhandledRejection', (error) => console.log('unhandled', error))
    sluice.on('error', () => { throw new Error('a listener of the host') })
    await sluice.ready()
    await sluice.guard('patch-mode', user, {
      candidate: ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      baseline: () => 1,
      timeoutMs: 5,
    })
    await new Promise((resolve) => setTimeout(resolve, 1500))
    await sluice.close()
    await sluice.close()
    console.log(sluice.isEnabled('patch-mode', user))`)
  await until(() => server.streams === 1)
  server.send('put', 'no json')
  server.cut()
  await until(() => server.streams === 1)
  await server.stop()
  expect(await ended).toMatchObject({ code: 0, output: 'true\n' })
})
