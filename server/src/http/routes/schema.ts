import { configFileJsonSchema, flagSetSchema } from '@sluice/contract'
import { z } from 'zod'
import { type Route, defineRoute } from '../route.ts'

/** The native format, for editors, and for SDKs in other languages. */
export function schemaRoute(): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/flag-set.schema.json',
    summary: 'The JSON Schema of a flag set; a flag as it is written is #/$defs/flag.',
    answers: { 200: { description: 'JSON Schema 2020-12.', schema: z.looseObject({}) } },
    handle: () => Response.json(flagSetSchema, { headers: { 'content-type': 'application/schema+json' } }),
  })
}

/** `sluice.yaml`, for editors: they ask without a key. */
export function configSchemaRoute(): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/config-file.schema.json',
    summary: 'The JSON Schema of sluice.yaml.',
    answers: { 200: { description: 'JSON Schema 2020-12.', schema: z.looseObject({}) } },
    handle: () =>
      Response.json(configFileJsonSchema(), {
        headers: { 'content-type': 'application/schema+json', 'access-control-allow-origin': '*' },
      }),
  })
}
