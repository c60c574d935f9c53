import { connect } from 'node:net'
import { problemSchema } from '@sluice/contract'
import { beforeEach, describe, expect, test } from 'vitest'
import { type Sent, type TestServer, adminKey, startTestServer, tenth } from '../testing/test-server.ts'

const flags = '/api/v1/environments/demo/flags'
let fixture: TestServer
let before: string

/** All that a write could have changed. */
async function stateOf({ send }: TestServer): Promise<string> {
  const paths = [flags, '/api/v1/environments/demo/snapshot', '/api/v1/environments/demo/events', '/api/v1/keys']
  const answers = await Promise.all(paths.map((path) => send('GET', path)))
  return JSON.stringify(answers.map(({ body }) => body))
}

beforeEach(async () => {
  fixture = await startTestServer()
  expect((await fixture.send('PUT', `${flags}/f`, { body: tenth })).status).toBe(201)
  before = await stateOf(fixture)
  return async () => {
    expect(await stateOf(fixture)).toBe(before)
  }
})

const bad = async (method: string, path: string, sent: Sent, status: number) => {
  const answer = await fixture.send(method, path, sent)
  expect(problemSchema.parse(answer.body)).toMatchObject({ status })
  expect(answer.status).toBe(status)
  expect(answer.headers.get('content-type')).toBe('application/problem+json')
  expect(answer.body.requestId).toBe(answer.headers.get('x-request-id'))
  return answer.body
}

const rule = (sample: unknown) => ({ ...tenth, rules: [{ id: 'rollout', sample, serve: 'on' }] })

describe('a flag that is refused leaves no trace', () => {
  test.each([
    ['a text for a boolean', { ...tenth, enabled: 'yes' }, 400, '/enabled'],
    ['a list for the whole', [tenth], 400, ''],
    ['null', null, 400, ''],
    ['no variants', { ...tenth, variants: {} }, 422, '/variants'],
    ['variants of two types', { ...tenth, variants: { on: true, off: 'x' } }, 422, '/variants'],
    ['a list as variant', { ...tenth, variants: { on: [1], off: [2] } }, 400, '/variants/on'],
    ['an unknown variant', { ...tenth, serve: 'maybe' }, 422, '/serve'],
    ['a share as text', rule({ share: '10' }), 400, '/rules/0/sample/share'],
    ['a share of null', rule({ share: null }), 400, '/rules/0/sample/share'],
    ['a share below 0', rule({ share: -5 }), 422, '/rules/0/sample/share'],
    ['a share above all', rule({ share: 100_001 }), 422, '/rules/0/sample/share'],
    ['a share with decimals', rule({ share: 0.5 }), 422, '/rules/0/sample/share'],
    ['a salt with a colon', rule({ share: 10_000, salt: 'a:b' }), 422, '/rules/0/sample/salt'],
    ['weights that do not add up', { ...tenth, serve: { split: [['on', 1]] } }, 422, '/serve/split'],
    ['an unknown field', { ...tenth, enabeld: true }, 400, '/enabeld'],
    ['a prototype key', JSON.parse('{"variants":{"__proto__":true}}'), 400, '/variants/__proto__'],
    [
      'a constructor deep inside',
      { ...tenth, variants: { on: { a: { constructor: 1 } }, off: {} } },
      400,
      '/variants/on/a/constructor',
    ],
    [
      'a unit on both lists',
      { ...tenth, include: [{ unit: 'u', variant: 'on' }], exclude: [{ unit: 'u' }] },
      422,
      '/include/0/unit',
    ],
    ['half a surrogate pair', { ...tenth, include: [{ unit: 'u\ud800', variant: 'on' }] }, 400, '/include/0/unit'],
    ['a NUL', { ...tenth, description: 'a\u0000b' }, 400, '/description'],
    ['a requirement of nothing', { ...tenth, requires: [{ flag: 'nowhere' }] }, 422, '/requires/0/flag'],
  ])('%s', async (_, body, status, pointer) => {
    for (const key of ['f', 'new']) {
      const problem = await bad('PUT', `${flags}/${key}`, { body }, status)
      expect(problem.errors.map((error: { pointer: string }) => error.pointer)).toContain(pointer)
      expect(problem.errors[0].message.length).toBeGreaterThan(20)
    }
  })

  test('an unknown field comes with the one that was meant', async () => {
    const { errors } = await bad('PUT', `${flags}/f`, { body: { ...tenth, serv: 'on' } }, 400)
    expect(errors[0].message).toContain('did you mean "serve"?')
  })

  test.each(['%00', 'a%0Ab', 'x'.repeat(201), '__proto__', 'constructor'])('the key %s', async (key) => {
    const answer = await fixture.send('PUT', `${flags}/${key}`, { body: tenth })
    expect([400, 422]).toContain(answer.status)
    expect(problemSchema.safeParse(answer.body).success).toBe(true)
  })
})

describe('bytes that are no request', () => {
  test.each([
    ['NaN', '{"enabled": NaN}', 'Line 1, column 13'],
    ['Infinity', '{"a":\n Infinity}', 'Line 2, column 2'],
    ['a trailing comma', '{"a": 1,}', 'Line 1, column 9'],
    ['single quotes', "{'a': 1}", 'Line 1, column 2'],
    ['a body cut off', '{"a": [1, 2', 'found the end'],
    ['an HTML page', '<html>', 'Line 1, column 1'],
  ])('%s: the place is named', async (_, raw, place) => {
    const { detail, hint } = await bad('PATCH', `${flags}/f`, { raw }, 400)
    expect(detail).toContain(place)
    expect(hint).toContain('JSON has no NaN')
  })

  test('invalid UTF-8: the byte is named', async () => {
    const raw = new Uint8Array([...new TextEncoder().encode('{"description":"é'), 0xff, 0x22, 0x7d])
    const problem = await bad('PATCH', `${flags}/f`, { raw }, 400)
    expect(problem).toMatchObject({ code: 'INVALID_INPUT', errors: [{ code: 'invalid_utf8' }] })
    expect(problem.detail).toMatch(/not valid UTF-8: byte 18 \(0xff\)/)
  })

  test('a number too large for a number is not taken as infinite', async () => {
    await bad('PATCH', `${flags}/f`, { raw: '{"variants":{"on":1e999,"off":0}}' }, 400)
  })

  test('brackets without end', async () => {
    const { detail } = await bad('PATCH', `${flags}/f`, { raw: '['.repeat(500_000) }, 400)
    expect(detail).toContain('nested more than 32 deep')
  })

  test('10 MB where 1 MiB is taken, and more than 16 MiB of a flag', async () => {
    const problem = await bad('POST', '/api/v1/keys', { raw: `{"name":"${'x'.repeat(10_000_000)}"}` }, 413)
    expect(problem.detail).toContain('1 MiB')
    await bad('PUT', `${flags}/f`, { raw: ' '.repeat(17_000_000) }, 413)
  })

  test('the limit holds for a body that does not say how long it is', async () => {
    const chunk = new Uint8Array(400_000)
    let sent = 0
    const stream = new ReadableStream({
      pull: (controller) => void (sent++ < 10 ? controller.enqueue(chunk) : controller.close()),
    })
    const request: RequestInit & { duplex: 'half' } = {
      method: 'POST',
      duplex: 'half',
      body: stream,
      headers: { 'content-type': 'application/json', authorization: 'Bearer test-admin-key-0123456789-0123456789' },
    }
    const response = await fetch(`${fixture.server.url}/api/v1/keys`, request)
    expect(response.status).toBe(413)
  })

  test('no JSON type, no body, a packed body', async () => {
    await bad('PUT', `${flags}/f`, { raw: '{}', headers: { 'content-type': 'text/plain' } }, 415)
    await bad('PUT', `${flags}/f`, {}, 400)
    await bad('PUT', `${flags}/f`, { raw: 'x', headers: { 'content-encoding': 'gzip' } }, 415)
  })
})

describe('addresses and queries', () => {
  test('an unknown address is 404 and an unknown method 405 with the known ones', async () => {
    await bad('GET', '/api/v1/nowhere', {}, 404)
    await bad('POST', '/nowhere', { body: {} }, 404)
    await bad('DELETE', flags, {}, 405)
    const answer = await fixture.send('DELETE', `${flags}/f/explain`)
    expect(answer.headers.get('allow')).toBe('POST')
  })

  test.each(['%ff', 'a%E0%A4', '%ED%A0%80', '100%', '%zz'])('the broken escape %s names nothing', async (text) => {
    for (const [method, sent] of [
      ['GET', {}],
      ['PUT', { body: tenth }],
      ['DELETE', {}],
    ] as const) {
      const { detail, hint } = await bad(method, `${flags}/${text}`, sent, 400)
      expect(detail).toContain(`the path holds "%`)
      expect(hint).toContain('%25')
    }
    const { detail } = await bad('PATCH', `${flags}/f?reason=${text}`, { body: { description: 'x' } }, 400)
    expect(detail).toContain('the query holds "%')
  })

  test('a NUL in the path reaches no database', async () => {
    expect((await bad('GET', `${flags}/f%00`, {}, 400)).detail).toContain('path key: The text holds a NUL')
    // Which environments there are stands in memory.
    await bad('GET', '/api/v1/environments/de%00mo/flags', {}, 404)
  })

  test('an unknown, doubled or wrong parameter is refused, not passed over', async () => {
    const { errors } = await bad('PATCH', `${flags}/f?reshufle=true`, { body: { description: 'x' } }, 400)
    expect(errors[0].message).toContain('did you mean "reshuffle"?')
    await bad('PATCH', `${flags}/f?reshuffle=yes`, { body: { description: 'x' } }, 400)
    await bad('PATCH', `${flags}/f?reason=a&reason=b`, { body: { description: 'x' } }, 400)
    await bad('PATCH', `${flags}/f?reason=${'x'.repeat(501)}`, { body: { description: 'x' } }, 422)
    await bad('PATCH', `${flags}/f?reason=a%00b`, { body: { description: 'x' } }, 400)
    await bad('GET', '/api/v1/environments/demo/events?after=-1', {}, 422)
    await bad('GET', '/api/v1/environments/demo/events?after=NaN', {}, 422)
    await bad('GET', '/api/v1/environments/demo/stream?topics=everything', {}, 400)
  })

  test('a key for no environment, or for one that is not there', async () => {
    expect((await bad('POST', '/api/v1/keys', { body: { kind: 'server', name: 'x' } }, 422)).errors[0].pointer).toBe(
      '/environment',
    )
    await bad('POST', '/api/v1/keys', { body: { kind: 'server', name: 'x', environment: 'prod' } }, 422)
    await bad('POST', '/api/v1/keys', { body: { kind: 'admin', name: 'x', environment: 'demo' } }, 422)
    await bad('POST', '/api/v1/keys', { body: { kind: 'root', name: 'x' } }, 400)
    await bad('POST', '/api/v1/keys', { body: { kind: 'admin', name: '' } }, 422)
    await bad('DELETE', '/api/v1/keys/key_nothing', {}, 404)
  })

  test('prototypes stay as they are', async () => {
    await fixture.send('PATCH', `${flags}/f`, {
      raw: '{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}',
    })
    expect(({} as { admin?: boolean }).admin).toBeUndefined()
  })
})

test('a sender who hangs up in the middle is not a database that is away', async () => {
  const told: [string, unknown][] = []
  let done = (): void => {}
  const answered = new Promise<void>((resolve) => (done = resolve))
  const note = (message: string, fields?: Record<string, unknown>): void => {
    told.push([message, fields?.['status']])
    if (message === 'request') done()
  }
  const { server } = await startTestServer({ logger: { debug: note, info: () => {}, warn: note, error: note } })
  const socket = connect(server.port, '127.0.0.1')
  const head = ['PUT /api/v1/environments/demo/flags/f HTTP/1.1', 'Host: x', `Authorization: Bearer ${adminKey}`]
  socket.write([...head, 'Content-Type: application/json', 'Content-Length: 100', '', '{"ena'].join('\r\n'))
  socket.end()
  await answered
  expect(told).toEqual([['request', 400]])
})

test('a failure on our side tells the request id and no inside knowledge', async () => {
  const { server, send } = fixture
  const find = server.shell.cache.get.bind(server.shell.cache)
  server.shell.cache.get = () => {
    throw new Error('secret at /home/me/code.ts')
  }
  const answer = await send('GET', '/api/v1/environments/demo/snapshot')
  server.shell.cache.get = find
  expect(answer.status).toBe(500)
  expect(JSON.stringify(answer.body)).not.toMatch(/secret|code\.ts|stack/)
  expect(answer.body.hint).toContain(answer.body.requestId)
})
