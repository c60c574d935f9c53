import { problemSchema } from '@sluice/contract'
import { z } from 'zod'
import type { Access } from '../access/policy.ts'
import { type Answer, type Route, defineRoute, json } from './route.ts'

type JsonObject = Record<string, unknown>

const namedProblem = problemSchema.meta({ id: 'Problem' })

/** The description of all these routes (OpenAPI 3.1), made from the schemas that check the requests. */
function describeApi(routes: readonly Route[], policy: Readonly<Record<string, Access>>, version: string): JsonObject {
  const schemas: JsonObject = {}
  const paths: Record<string, JsonObject> = {}
  for (const route of routes) {
    const operation = describeRoute(route, policy[`${route.method} ${route.path}`] ?? [], schemas)
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Sluice', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1))),
      securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'A key: slc_<kind>_<environment>_…' } },
    },
  }
}

/** `GET /api/v1/openapi.json` of an app made of these routes and this one. */
export function openApiRoute(
  routes: readonly Route[],
  policy: Readonly<Record<string, Access>>,
  version: string,
): Route {
  let text: JsonObject | undefined
  const route: Route = defineRoute({
    method: 'GET',
    path: '/api/v1/openapi.json',
    summary: 'This description.',
    answers: { 200: { description: 'OpenAPI 3.1', schema: z.looseObject({}) } },
    handle: () => json((text ??= describeApi([...routes, route], policy, version))),
  })
  return route
}

function describeRoute(route: Route, access: Access, schemas: JsonObject): JsonObject {
  const failure = {
    description: 'Refused.',
    content: { 'application/problem+json': { schema: toJson(namedProblem, 'output', schemas) } },
  }
  return {
    operationId: operationId(route),
    summary: route.summary,
    ...(access === 'anyone'
      ? { security: [] }
      : { security: [{ key: [] }], 'x-key-kinds': access === 'loopback' ? ['any'] : access }),
    parameters: [...pathParameters(route.path), ...queryParameters(route, schemas)],
    ...(route.body
      ? {
          requestBody: {
            required: route.emptyBody === undefined,
            content: { 'application/json': { schema: toJson(route.body, 'input', schemas) } },
          },
        }
      : {}),
    responses: {
      ...Object.fromEntries(
        Object.entries(route.answers).map(([status, answer]) => [status, describeAnswer(answer, schemas)]),
      ),
      default: failure,
    },
  }
}

function describeAnswer(
  { description, schema, mediaType = 'application/json' }: Answer,
  schemas: JsonObject,
): JsonObject {
  if (!schema && mediaType === 'application/json') return { description }
  return { description, content: { [mediaType]: schema ? { schema: toJson(schema, 'output', schemas) } : {} } }
}

/** `putEnvironmentsFlags`, `postRolloutsActions`: stable, from method and path. */
function operationId({ method, path }: Route): string {
  const words = path.split(/[^A-Za-z0-9{}]+/).filter((word) => word !== '' && !['api', 'v1'].includes(word))
  const named = words.map((word) => (word.startsWith('{') ? `By${capital(word.slice(1, -1))}` : capital(word)))
  return method.toLowerCase() + named.join('')
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)

function pathParameters(path: string): JsonObject[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
}

function queryParameters({ query }: Route, schemas: JsonObject): JsonObject[] {
  if (!query) return []
  const { properties = {}, required = [] } = toJson(query, 'input', schemas) as {
    properties?: JsonObject
    required?: string[]
  }
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...schema } = property as JsonObject
    return {
      name,
      in: 'query',
      required: required.includes(name),
      ...(description === undefined ? {} : { description }),
      schema,
    }
  })
}

/** A schema as JSON; the named ones inside move to the components. */
function toJson(schema: z.ZodType, io: 'input' | 'output', schemas: JsonObject): JsonObject {
  // Wrapped, because a schema that stands at the top is never made a reference to itself.
  const { properties, $defs = {} } = z.toJSONSchema(z.object({ it: schema }), {
    io,
    unrepresentable: 'any',
  }) as unknown as {
    properties: { it: JsonObject }
    $defs?: JsonObject
  }
  for (const [name, definition] of Object.entries($defs)) schemas[name] = atComponents(definition)
  return atComponents(properties.it) as JsonObject
}

function atComponents(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll('"#/$defs/', '"#/components/schemas/')) as unknown
}
