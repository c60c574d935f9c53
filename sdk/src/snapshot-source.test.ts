import type { ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { SluiceClient } from './sluice-client.ts'
import { FakeServer, plainFlag } from './testing/fake-server.ts'
import { fastClient, until } from './testing/fast-client.ts'

let server: FakeServer
let client: SluiceClient | undefined

beforeEach(async () => {
  server = await new FakeServer({ f: plainFlag('on') }).start()
})

afterEach(async () => {
  await client?.close()
  await server.stop()
})

describe('what is no snapshot', () => {
  const answers: [string, number, string, string][] = [
    ['a login page', 200, 'text/html', '<html>Sign in</html>'],
    ['half a snapshot', 200, 'application/json', '{"schema":1,"env":"production","ep'],
    ['nothing', 200, 'application/json', ''],
    [
      'another environment',
      200,
      'application/json',
      '{"schema":1,"env":"staging","epoch":"e1","revision":9,"flagCount":0,"flags":{}}',
    ],
    [
      'an empty set that does not say so',
      200,
      'application/json',
      '{"schema":1,"env":"production","epoch":"e1","revision":9,"flags":{}}',
    ],
    ['a redirect', 302, 'text/html', ''],
    ['a server error', 500, 'text/plain', 'oops'],
  ]

  test.each(answers)('is refused, and the flags in use are kept: %s', async (_kind, status, type, body) => {
    const bootstrap = server.snapshot()
    const answer = (_request: unknown, response: ServerResponse) =>
      void response.writeHead(status, { 'content-type': type, location: '/login' }).end(body)
    Object.assign(server.answers, { snapshot: answer, stream: answer })
    client = fastClient(server.url, { bootstrap, initTimeoutMs: 60 })
    const codes = new Set<string>()
    client.on('error', ({ code }) => codes.add(code))
    expect(await client.ready()).toEqual({ source: 'bootstrap' })
    await until(() => server.requests.length > 3)
    expect(client.isEnabled('f')).toBe(true)
    expect(client.status()).toMatchObject({ state: 'bootstrapped', revision: 1 })
    expect(codes.size).toBeGreaterThan(0)
  })

  test('in the stream is refused too, and what comes after is taken', async () => {
    client = fastClient(server.url)
    await client.ready()
    const messages: string[] = []
    client.on('error', ({ message }) => messages.push(message))
    server.send('put', '{"schema":1')
    server.send('put', { ...server.snapshot(), env: 'staging' })
    server.send('patch', { from: 1, revision: 'two', flags: {} })
    server.send('unheard-of', {})
    await until(() => messages.length > 0)
    server.patch({ f: plainFlag('off') })
    await until(() => !client!.isEnabled('f'))
    expect(messages).toEqual([expect.stringContaining('refused')])
  })
})

test('a stream that is cut again and again at once is asked for less and less often', async () => {
  server.answers.stream = (request, response) => {
    server.answerStream(request, response)
    setTimeout(() => request.socket.destroy(), 1)
  }
  client = fastClient(server.url, {}, { backoffBaseMs: 30, backoffCapMs: 5000, firstPollMs: 10_000 })
  await new Promise((resolve) => setTimeout(resolve, 600))
  // A client that began its back-off anew with each connection would come about 40 times; a slow machine only fewer.
  expect(server.requests.length).toBeLessThan(20)
  expect(client.isEnabled('f')).toBe(true)
})
