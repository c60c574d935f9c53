import type { z } from 'zod'
import type { Principal } from '../access/principal.ts'
import type { BodyRules } from './read-body.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** What a handler gets: everything is checked against the route's schemas, and the caller may do this. */
export interface Call<Body = unknown, Query = unknown> {
  readonly request: Request
  readonly requestId: string
  readonly principal: Principal
  /** The `{…}` of the path, decoded. */
  readonly params: Readonly<Record<string, string>>
  /** The environment of the path; it exists and the caller may see it. Empty outside of one. */
  readonly environment: string
  readonly query: Query
  readonly body: Body
}

export interface Answer {
  readonly description: string
  /** What the JSON looks like; absent: the body is no JSON, or none. */
  readonly schema?: z.ZodType
  readonly mediaType?: string
}

/** One route: the app, the access check and the description (OpenAPI) are all made from it. */
export interface Route<Body = unknown, Query = unknown> {
  readonly method: Method
  /** With `{…}` for its parts: `/api/v1/environments/{env}/flags/{key}`. */
  readonly path: string
  readonly summary: string
  readonly query?: z.ZodType<Query>
  readonly body?: z.ZodType<Body>
  /** Where they differ from the ordinary ones. */
  readonly bodyRules?: Partial<BodyRules>
  /** An empty request counts as this. */
  readonly emptyBody?: unknown
  /** Pages of any origin may call it: it takes a key, never the console's cookie. */
  readonly crossOrigin?: true
  /** Honours `Idempotency-Key`. */
  readonly idempotent?: true
  readonly answers: Readonly<Record<number, Answer>>
  /** How a refusal looks where a standard wants something else than a problem (RFC 9457). */
  readonly refuse?: RefusalFormat
  handle(call: Call<Body, Query>): Promise<Response> | Response
}

export type RefusalFormat = (
  error: {
    readonly code: string
    readonly status: number
    readonly detail: string
    readonly pointers: readonly string[]
  },
  params: Readonly<Record<string, string>>,
) => Response | null

/** Keeps the types of body and query for the handler. */
export function defineRoute<Body = undefined, Query = Record<string, never>>(route: Route<Body, Query>): Route {
  return route as unknown as Route
}

export function json(value: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(value), { status, headers: { 'content-type': 'application/json', ...headers } })
}

export const noContent = (headers: Record<string, string> = {}): Response =>
  new Response(null, { status: 204, headers })
