import { SluiceError, keyInputSchema, keyListSchema, keySchema } from '@sluice/contract'
import type { KeyRing } from '../../access/key-ring.ts'
import { createKey, keyRecord, listKeys, revokeKey } from '../../access/key-store.ts'
import { actorOf } from '../../access/principal.ts'
import type { EventParts } from '../../events/append-event.ts'
import type { Database } from '../../ports/database.ts'
import { type Route, defineRoute, json, noContent } from '../route.ts'
import type { StreamHub } from '../stream.ts'

export interface KeyParts extends EventParts {
  readonly database: Database
  readonly keyRing: KeyRing
  readonly hub: StreamHub
  readonly environments: readonly string[]
}

export function keyRoutes(parts: KeyParts): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/keys',
      summary: 'The live keys, without their secrets.',
      answers: { 200: { description: 'Oldest first.', schema: keyListSchema } },
      handle: async () => json({ items: (await listKeys(parts.database)).map(keyRecord) }),
    }),
    defineRoute({
      method: 'POST',
      path: '/api/v1/keys',
      summary: 'Make a key. Its secret is in the answer and never shown again.',
      body: keyInputSchema,
      answers: { 201: { description: 'The key with its secret.', schema: keySchema } },
      handle: async ({ body: { kind, environment, name }, principal }) => {
        const input = { kind, name, environment: environmentOf(kind, environment, parts.environments) }
        const { key, secret } = await createKey(parts.database, input, actorOf(principal), parts)
        parts.keyRing.add(key)
        return json({ ...keyRecord(key), secret }, 201)
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/api/v1/keys/{id}',
      summary: 'Revoke a key at once; its streams are cut.',
      answers: { 204: { description: 'Revoked.' } },
      handle: async ({ params, principal }) => {
        const key = await revokeKey(parts.database, params['id'] ?? '', actorOf(principal), parts)
        parts.keyRing.remove(key)
        parts.hub.closePrincipal(key.id)
        return noContent()
      },
    }),
  ]
}

function environmentOf(kind: string, environment: string | undefined, known: readonly string[]): string | null {
  if (['viewer', 'editor', 'admin'].includes(kind)) {
    if (environment === undefined) return null
    throw refused(`A key of kind "${kind}" belongs to no environment: leave "environment" out.`)
  }
  if (environment === undefined)
    throw refused(`A key of kind "${kind}" opens one environment: name it (${known.join(', ')}).`)
  if (known.includes(environment)) return environment
  throw refused(`There is no environment "${environment.slice(0, 100)}": choose one of ${known.join(', ')}.`)
}

function refused(message: string): SluiceError {
  return new SluiceError('UNPROCESSABLE', `body/environment: ${message} Nothing was changed.`, {
    errors: [{ pointer: '/environment', code: 'custom', message }],
  })
}
