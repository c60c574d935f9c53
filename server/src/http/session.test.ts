import { describe, expect, test } from 'vitest'
import { type TestServer, adminKey, startTestServer, tenth } from '../testing/test-server.ts'

const tokenOf = (link: string): string => link.split('#token=')[1] ?? ''
const flag = '/api/v1/environments/demo/flags/f'

async function signIn({ server, send }: TestServer): Promise<{ cookie: string; setCookie: string }> {
  const answer = await send('POST', '/api/v1/session', { key: null, body: { token: tokenOf(server.adminLink) } })
  expect(answer.status).toBe(200)
  const setCookie = answer.headers.get('set-cookie') ?? ''
  return { setCookie, cookie: setCookie.split(';')[0] ?? '' }
}

describe('signing in', () => {
  test('the one-time link works once, and is known only to its hash', async () => {
    const fixture = await startTestServer()
    const { setCookie } = await signIn(fixture)
    expect(setCookie).toMatch(/^sluice=[A-Za-z0-9]{43}; Max-Age=604800; Path=\/; HttpOnly; SameSite=Strict$/)
    const again = await fixture.send('POST', '/api/v1/session', {
      key: null,
      body: { token: tokenOf(fixture.server.adminLink) },
    })
    expect(again).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } })
    expect(again.headers.get('set-cookie')).toBeNull()
  })

  test('the link dies after an hour', async () => {
    const { server, send, clock } = await startTestServer()
    await clock.advance(3_600_000)
    expect(
      (await send('POST', '/api/v1/session', { key: null, body: { token: tokenOf(server.adminLink) } })).status,
    ).toBe(401)
  })

  test('an admin key signs in too, another kind does not, nor both at once', async () => {
    const { send, makeKey } = await startTestServer()
    expect((await send('POST', '/api/v1/session', { key: null, body: { key: adminKey } })).status).toBe(200)
    expect(
      (await send('POST', '/api/v1/session', { key: null, body: { key: await makeKey('server', 'demo') } })).status,
    ).toBe(401)
    expect((await send('POST', '/api/v1/session', { key: null, body: { key: adminKey, token: 'x' } })).status).toBe(422)
    expect((await send('POST', '/api/v1/session', { key: null, body: {} })).status).toBe(422)
  })

  test('behind https the cookie is Secure and bound to the host', async () => {
    const fixture = await startTestServer({}, { publicUrl: 'https://sluice.example.com' })
    expect(fixture.server.adminLink).toMatch(/^https:\/\/sluice\.example\.com\/sign-in#token=/)
    expect((await signIn(fixture)).setCookie).toMatch(/^__Host-sluice=.*; Secure; SameSite=Lax$/)
  })

  test('another site cannot sign a visitor in', async () => {
    const { send } = await startTestServer()
    const headers = { origin: 'https://evil.example' }
    expect((await send('POST', '/api/v1/session', { key: null, body: { key: adminKey }, headers })).status).toBe(403)
  })
})

describe('the cookie', () => {
  test('reads, and changes from the console’s own pages; the person is in the log', async () => {
    const fixture = await startTestServer()
    const { server, send } = fixture
    const { cookie } = await signIn(fixture)
    const own = { cookie, origin: server.url }
    expect(await send('GET', '/api/v1/session', { key: null, headers: { cookie } })).toMatchObject({
      status: 200,
      body: { signedIn: true, person: { name: 'admin' } },
    })
    expect((await send('PUT', flag, { key: null, body: tenth, headers: own })).status).toBe(201)
    const { items } = (await send('GET', '/api/v1/environments/demo/events')).body
    expect(items[0].actor).toMatchObject({ kind: 'person', name: 'admin' })
  })

  test.each([
    ['no origin', {}],
    ['another site', { origin: 'https://evil.example' }],
    ['the opaque origin', { origin: 'null' }],
    ['another port of this machine', { origin: 'http://127.0.0.1:1' }],
  ])('is of no use with %s', async (_, headers) => {
    const fixture = await startTestServer()
    const { cookie } = await signIn(fixture)
    for (const [method, sent] of [
      ['PUT', { body: tenth }],
      ['DELETE', {}],
    ] as const)
      expect((await fixture.send(method, flag, { key: null, ...sent, headers: { ...headers, cookie } })).status).toBe(
        403,
      )
    expect((await fixture.send('GET', '/api/v1/environments/demo/flags')).body.items).toEqual([])
  })

  test('is of no use with a form, whose type is not JSON', async () => {
    const fixture = await startTestServer()
    const { cookie } = await signIn(fixture)
    const headers = { cookie, origin: fixture.server.url, 'content-type': 'text/plain' }
    expect((await fixture.send('PUT', flag, { key: null, raw: JSON.stringify(tenth), headers })).status).toBe(415)
  })

  test('is gone after signing out', async () => {
    const fixture = await startTestServer()
    const { cookie } = await signIn(fixture)
    const out = await fixture.send('DELETE', '/api/v1/session', {
      key: null,
      headers: { cookie, origin: fixture.server.url },
    })
    expect(out.status).toBe(204)
    expect(out.headers.get('set-cookie')).toContain('Max-Age=0')
    expect((await fixture.send('GET', '/api/v1/session', { key: null, headers: { cookie } })).status).toBe(401)
  })

  test('made up, it is as none', async () => {
    const { send } = await startTestServer()
    const headers = { cookie: `sluice=${'a'.repeat(43)}` }
    expect((await send('GET', '/api/v1/session', { key: null, headers })).status).toBe(401)
    expect((await send('GET', '/api/v1/environments', { key: null, headers })).status).toBe(401)
  })
})
