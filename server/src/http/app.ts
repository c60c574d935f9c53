import { SluiceError, problems } from '@sluice/contract'
import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { type Access, policy as standardPolicy } from '../access/policy.ts'
import { type Principal, nobody } from '../access/principal.ts'
import type { Clock } from '../ports/clock.ts'
import type { Database } from '../ports/database.ts'
import type { Logger } from '../ports/logger.ts'
import type { Random } from '../ports/random.ts'
import { type AuthParts, authenticate, authorize, refuseForeignOrigin } from './authenticate.ts'
import { checkShape } from './check-shape.ts'
import { preflight, withCrossOrigin, withSecurityHeaders } from './headers.ts'
import { answerOnce } from './idempotency.ts'
import { faultOfText } from './json-faults.ts'
import { problemResponse, toSluiceError } from './problem.ts'
import { ordinaryBody, readJson } from './read-body.ts'
import type { Call, Route } from './route.ts'

export interface AppParts {
  readonly routes: readonly Route[]
  readonly auth: AuthParts
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly database: Database
  /** Answers what no route does: the console's pages. Null: there is no such page. */
  readonly staticFile: (request: Request) => Promise<Response | null>
  readonly policy?: Readonly<Record<string, Access>>
}

const apiPath = /^\/(?:api|ofrep|v1)(?:\/|$)/
const noQuery = z.strictObject({})

/** The whole HTTP side, built from one table of routes. Throws when a route has no line in the access policy. */
export function createApp(parts: AppParts): Hono {
  const app = new Hono({ strict: true })
  const { routes, policy = standardPolicy } = parts
  checkPolicy(routes, policy)
  for (const route of routes) {
    const access = policy[routeName(route)] as Access
    app.on(route.method, honoPath(route.path), (context) =>
      respond(context, parts, (requestId) => serve(context, { route, access, requestId, parts }), route),
    )
  }
  for (const [path, allowed] of methodsByPath(routes)) {
    const shared = routes.filter((route) => route.path === path && route.crossOrigin)
    if (shared.length > 0)
      app.on('OPTIONS', honoPath(path), (context) =>
        respond(context, parts, () => preflight(shared.map(({ method }) => method)), shared[0]),
      )
    app.all(honoPath(path), (context) =>
      respond(context, parts, (requestId) => refuseMethod(context.req.method, allowed, requestId)),
    )
  }
  app.notFound((context) => respond(context, parts, () => serveUnknown(context.req.raw, parts)))
  return app
}

export const routeName = ({ method, path }: Route): string => `${method} ${path}`

function checkPolicy(routes: readonly Route[], policy: Readonly<Record<string, Access>>): void {
  const missing = routes.map(routeName).filter((name) => !Object.hasOwn(policy, name))
  if (missing.length > 0)
    throw new Error(`Nobody said who may use ${missing.join(', ')}: add a line to access/policy.ts.`)
  const twice = routes.map(routeName).filter((name, index, names) => names.indexOf(name) !== index)
  if (twice.length > 0) throw new Error(`These routes stand twice: ${twice.join(', ')}.`)
}

const honoPath = (path: string): string => path.replace(/\{(\w+)\}/g, ':$1')

function methodsByPath(routes: readonly Route[]): Map<string, string[]> {
  const methods = new Map<string, string[]>()
  for (const { path, method } of routes) methods.set(path, [...(methods.get(path) ?? []), method])
  return methods
}

/** The frame around every request: an id, a refusal in the right form, headers, one line in the log. */
async function respond(
  context: Context,
  parts: AppParts,
  perform: (requestId: string) => Promise<Response> | Response,
  route?: Route,
): Promise<Response> {
  const { clock, logger, random } = parts
  const requestId = random.id('req')
  const startMs = clock.now()
  let response: Response
  try {
    response = await perform(requestId)
  } catch (error) {
    response = refusal(toSluiceError(error, requestId, logger), requestId, route, context.req.param())
  }
  const { method, path } = context.req
  logger.debug('request', { requestId, method, path, status: response.status, ms: clock.now() - startMs })
  return withSecurityHeaders(route?.crossOrigin ? withCrossOrigin(response) : response, requestId)
}

function refusal(
  error: SluiceError,
  requestId: string,
  route: Route | undefined,
  params: Record<string, string>,
): Response {
  const { status } = problems[error.code]
  const pointers = error.errors.map(({ pointer }) => pointer)
  const codes = error.errors.map(({ code }) => code)
  const told = {
    code: codes[0] === 'invalid_json' ? 'INVALID_JSON' : error.code,
    status,
    detail: error.message,
    pointers,
  }
  return route?.refuse?.(told, params) ?? problemResponse(error, requestId)
}

interface Serving {
  readonly route: Route
  readonly access: Access
  readonly requestId: string
  readonly parts: AppParts
}

async function serve(context: Context, { route, access, requestId, parts }: Serving): Promise<Response> {
  const request = context.req.raw
  const params = context.req.param() as Record<string, string>
  const principal = await identify(request, access, parts.auth)
  const environment = params['env'] ?? ''
  if (principal.via === 'session' && route.method !== 'GET') refuseForeignOrigin(request, parts.auth)
  authorize(principal, access, environment, parts.auth)
  checkEscapes(request.url)
  checkTexts(params, 'path')
  const query = checkShape(route.query ?? noQuery, readQuery(request), 'query')
  const body = await readBody(request, route)
  const call: Call = { request, requestId, principal, params, environment, query, body }
  const key = route.idempotent ? request.headers.get('idempotency-key') : null
  if (key === null) return route.handle(call)
  const { pathname, search } = new URL(request.url)
  const once = {
    principal: principal.id,
    key,
    method: route.method,
    address: pathname + search,
    body,
    nowMs: parts.clock.now(),
  }
  return answerOnce(parts.database, once, async () => route.handle(call))
}

/** Where anyone may come, a bad key is as none. */
async function identify(request: Request, access: Access, auth: AuthParts): Promise<Principal> {
  const isOpen = access === 'anyone' || (access === 'loopback' && auth.isLoopback)
  if (!isOpen) return authenticate(request, auth)
  return authenticate(request, auth).catch((error: unknown) => {
    if (error instanceof SluiceError && error.code === 'UNAUTHENTICATED') return nobody
    throw error
  })
}

async function readBody(request: Request, route: Route): Promise<unknown> {
  if (!route.body) return undefined
  const value = await readJson(request, { ...ordinaryBody, ...route.bodyRules })
  return checkShape(route.body, value === undefined ? route.emptyBody : value, 'body')
}

/** What cannot be decoded would be taken as it stands, or with U+FFFD in it: two addresses could name one thing. */
function checkEscapes(address: string): void {
  const { pathname, search } = new URL(address)
  for (const [where, text] of [
    ['path', pathname],
    ['query', search],
  ] as const)
    try {
      decodeURIComponent(text)
    } catch (cause) {
      const from = text.search(/%(?![0-9a-f]{2})|%[89a-f]/i)
      const detail = `The address cannot be read: the ${where} holds "${text.slice(from, from + 12)}".`
      throw new SluiceError('INVALID_INPUT', `${detail} Nothing was changed.`, {
        cause,
        hint: 'Escape UTF-8 as encodeURIComponent does; a percent sign is %25.',
      })
    }
}

function readQuery(request: Request): Record<string, string> {
  const query = new Map<string, string>()
  for (const [name, value] of new URL(request.url).searchParams) {
    if (query.has(name))
      throw new SluiceError('INVALID_INPUT', `The query parameter "${name.slice(0, 80)}" stands twice: send it once.`)
    query.set(name, value)
  }
  const found = Object.fromEntries(query)
  checkTexts(found, 'query')
  return found
}

function checkTexts(texts: Readonly<Record<string, string>>, where: string): void {
  for (const [name, text] of Object.entries(texts)) {
    const fault = faultOfText(text) ?? faultOfText(name)
    if (fault) throw new SluiceError('INVALID_INPUT', `${where} ${name.slice(0, 80).replaceAll('\0', '')}: ${fault}`)
  }
}

function refuseMethod(method: string, allowed: readonly string[], requestId: string): Response {
  const error = new SluiceError('METHOD_NOT_ALLOWED', `This address does not know ${method.slice(0, 20)}.`, {
    hint: `It knows ${allowed.join(', ')}.`,
  })
  return problemResponse(error, requestId, { allow: allowed.join(', ') })
}

async function serveUnknown(request: Request, parts: AppParts): Promise<Response> {
  const { pathname } = new URL(request.url)
  const isRead = request.method === 'GET' || request.method === 'HEAD'
  const page = isRead && !apiPath.test(pathname) ? await parts.staticFile(request) : null
  if (page) return page
  throw new SluiceError('NOT_FOUND', `There is nothing at ${pathname.slice(0, 200)}.`, {
    hint: 'GET /api/v1/openapi.json lists every address.',
  })
}
