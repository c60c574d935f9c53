import type { KeyKind } from '@sluice/contract'
import { describe, expect, test } from 'vitest'
import { type Access, policy } from '../access/policy.ts'
import { type Shell, shellRoutes } from '../compose.ts'
import { startTestServer, tenth } from '../testing/test-server.ts'
import { serverParts } from '../server-parts.ts'
import type { ServerPart } from '../start-server.ts'
import { createApp, routeName } from './app.ts'
import { type Route, defineRoute, json } from './route.ts'

type Caller = 'none' | 'wrong' | KeyKind
const callers: readonly Caller[] = ['none', 'wrong', 'server', 'client', 'ingest', 'viewer', 'editor', 'admin']

/** What a caller must get; `in`: anything but a refusal of access. */
function expected(access: Access, caller: Caller, place: 'own' | 'other' | 'unknown' | 'none'): number | 'in' {
  if (access === 'anyone' || access === 'loopback') return 'in'
  if (caller === 'none' || caller === 'wrong') return 401
  if (!access.includes(caller)) return 403
  if (place === 'unknown') return 404
  return place === 'other' && caller !== 'admin' ? 404 : 'in'
}

/** Bodies with which each route gets past its own checks. */
const bodies: Readonly<Record<string, unknown>> = {
  'PUT /api/v1/environments/{env}/flags/{key}': tenth,
  'PATCH /api/v1/environments/{env}/flags/{key}': { description: 'x' },
  'PUT /api/v1/environments/{env}/segments/{key}': { if: { all: [] } },
  'POST /api/v1/environments/{env}/flags/{key}/explain': { context: {} },
  'POST /api/v1/environments/{env}/flags/{key}/complaints': { unit: 'u1' },
  'POST /ofrep/v1/evaluate/flags/{key}': { context: {} },
  'POST /ofrep/v1/evaluate/flags': { context: {} },
  'POST /api/v1/keys': { kind: 'server', environment: 'demo', name: 'x' },
  'POST /api/v1/environments/{env}/rollouts': { flag: 'closed' },
  'POST /api/v1/environments/{env}/rollouts/preview': { plan: { flag: 'closed' } },
  'POST /api/v1/environments/{env}/observations': {
    id: 'batch-1',
    observations: [{ flag: 'f', variant: 'on', at: '2026-11-20T00:00:00Z', metrics: {} }],
  },
  'POST /api/v1/channels': { kind: 'webhook', name: 'x', url: 'https://hooks.example.com' },
}

function queryOf({ path, method }: Route, caller: Caller): string {
  if (path.startsWith('/ofrep') && caller === 'admin') return '?environment=demo'
  return path.endsWith('/rollouts') && method === 'POST' ? '?dryRun=true' : ''
}

/** Where the request of this test is one that succeeds: it names no id that is not there, and no file. */
function isAnswered({ path, method }: Route, caller: Caller): boolean {
  const isComplete = method === 'GET' || Object.hasOwn(bodies, `${method} ${path}`)
  return (
    isComplete && !path.includes('{id}') && !path.includes('{plan}') && !path.includes('sdk') && caller !== 'client'
  )
}

test('R94: every route, for every caller, in the own environment, another and one that is not there', async () => {
  const routes: Route[] = []
  const parts = serverParts.map((create) => (shell: Shell): ServerPart => {
    const part = create(shell)
    routes.push(...(part.routes ?? []))
    return part
  })
  const { server, send, makeKey } = await startTestServer({ parts })
  routes.push(...shellRoutes(server.shell))
  const keys: Record<Caller, string | null> = {
    none: null,
    wrong: 'slc_srv_demo_wrong',
    server: await makeKey('server', 'demo'),
    client: await makeKey('client', 'demo'),
    ingest: await makeKey('ingest', 'demo'),
    viewer: await makeKey('viewer'),
    editor: await makeKey('editor'),
    admin: await makeKey('admin'),
  }
  for (const known of ['demo', 'production'])
    await send('PUT', `/api/v1/environments/${known}/flags/closed`, { body: { ...tenth, rules: [] } })
  let cells = 0
  for (const route of routes) {
    // An open stream has no end to wait for; `stream.test.ts` looks at who may open one.
    if (route.path.endsWith('/stream') || route.path.endsWith('/session')) continue
    const places = route.path.includes('{env}') ? (['own', 'other', 'unknown'] as const) : (['none'] as const)
    for (const place of places)
      for (const caller of callers) {
        const environment = { own: 'demo', other: 'production', unknown: 'nowhere', none: '' }[place]
        const path = route.path.replace('{env}', environment).replace('{key}', 'f').replace('{id}', 'x')
        for (const known of ['demo', 'production']) {
          await send('PUT', `/api/v1/environments/${known}/flags/f`, { body: tenth })
          if (path.includes('/segments'))
            await send('PUT', `/api/v1/environments/${known}/segments/f`, { body: { if: { all: [] } } })
        }
        const body = bodies[routeName(route)]
        const query = queryOf(route, caller)
        const answer = await send(route.method, path + query, {
          key: keys[caller],
          ...(body === undefined ? {} : { body }),
        })
        const wanted = expected(policy[routeName(route)] as Access, caller, place)
        const what = `${routeName(route)} by ${caller} in ${place}`
        if (wanted === 'in') expect([401, 403], what).not.toContain(answer.status)
        else expect(answer.status, what).toBe(wanted)
        if (wanted === 'in' && isAnswered(route, caller)) expect(answer.status, what).toBeLessThan(300)
        cells += 1
      }
  }
  expect(cells).toBeGreaterThan(300)
  const described = 'GET /api/v1/openapi.json'
  expect([...routes.map(routeName), described].sort()).toEqual(Object.keys(policy).sort())
})

test('what is open on loopback needs a key once others can connect', async () => {
  const { send, makeKey } = await startTestServer({}, { publicUrl: 'https://sluice.example.com' })
  expect((await send('GET', '/api/v1/openapi.json', { key: null })).status).toBe(401)
  expect((await send('GET', '/api/v1/openapi.json', { key: await makeKey('ingest', 'demo') })).status).toBe(200)
  expect((await send('GET', '/livez', { key: null })).status).toBe(200)
})

describe('keys', () => {
  test('a revoked key is out at once, a key in a query is none', async () => {
    const { send } = await startTestServer()
    const made = await send('POST', '/api/v1/keys', { body: { kind: 'server', environment: 'demo', name: 'app' } })
    const key: string = made.body.secret
    const path = '/api/v1/environments/demo/snapshot'
    expect((await send('GET', path, { key })).status).toBe(200)
    expect((await send('GET', `${path}?key=${key}`, { key: null })).status).toBe(401)
    expect((await send('DELETE', `/api/v1/keys/${made.body.id}`)).status).toBe(204)
    expect((await send('GET', path, { key })).status).toBe(401)
    expect(JSON.stringify((await send('GET', '/api/v1/keys')).body)).not.toContain('secret')
  })

  test('a secret is in no list and no event', async () => {
    const { send } = await startTestServer()
    const { body } = await send('POST', '/api/v1/keys', { body: { kind: 'server', environment: 'demo', name: 'app' } })
    const seen = [await send('GET', '/api/v1/keys'), await send('GET', '/api/v1/environments/demo/events')]
    expect(JSON.stringify(seen.map((answer) => answer.body))).not.toContain(body.secret)
    expect(seen[1]?.body.items).toMatchObject([{ subject: { kind: 'key', id: body.id }, action: 'create' }])
  })
})

test('a route that is in no line of the policy keeps the server from starting', async () => {
  const { server } = await startTestServer()
  const stray = defineRoute({ method: 'GET', path: '/api/v1/stray', summary: '', answers: {}, handle: () => json({}) })
  const parts = { ...server.shell, auth: {} as never, staticFile: async () => null }
  expect(() => createApp({ ...parts, routes: [stray] })).toThrow(/GET \/api\/v1\/stray.*policy\.ts/)
})
