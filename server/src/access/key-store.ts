import { type ApiKey, type KeyKind, SluiceError } from '@sluice/contract'
import type { Selectable } from 'kysely'
import { type EventParts, appendEvent } from '../events/append-event.ts'
import { type Actor, installationScope } from '../events/event.ts'
import type { Database } from '../ports/database.ts'
import type { ApiKeyTable } from '../ports/tables.ts'
import { hashSecret, mintKey } from './key-format.ts'

export type StoredKey = Selectable<ApiKeyTable>

export interface KeyInput {
  readonly kind: KeyKind
  readonly environment: string | null
  readonly name: string
}

export async function listKeys({ kysely }: Database): Promise<StoredKey[]> {
  return kysely.selectFrom('api_keys').selectAll().where('revoked_at', 'is', null).orderBy('created_at').execute()
}

/** The secret is in the answer and nowhere else. */
export async function createKey(
  database: Database,
  input: KeyInput,
  actor: Actor,
  parts: EventParts,
): Promise<{ key: StoredKey; secret: string }> {
  const secret = mintKey(input.kind, input.environment, parts.random)
  const key: StoredKey = {
    id: parts.random.id('key'),
    ...input,
    hash: hashSecret(secret),
    last4: secret.slice(-4),
    created_by: actor.id,
    created_at: parts.clock.now(),
    revoked_at: null,
  }
  await database.transaction(async (transaction) => {
    await transaction.insertInto('api_keys').values(key).execute()
    const { kind, environment, name } = key
    const event = {
      actor,
      subject: { kind: 'key', id: key.id },
      action: 'create',
      evidence: { kind, environment, name },
    }
    await appendEvent(transaction, environment ?? installationScope, event, parts)
  })
  return { key, secret }
}

export async function revokeKey(database: Database, id: string, actor: Actor, parts: EventParts): Promise<StoredKey> {
  return database.transaction(async (transaction) => {
    const key = await transaction
      .updateTable('api_keys')
      .set({ revoked_at: parts.clock.now() })
      .where('id', '=', id)
      .where('revoked_at', 'is', null)
      .returningAll()
      .executeTakeFirst()
    if (!key)
      throw new SluiceError('NOT_FOUND', 'There is no live key of that id.', {
        hint: 'GET /api/v1/keys lists the live ones.',
      })
    const { kind, environment, name } = key
    const event = { actor, subject: { kind: 'key', id }, action: 'revoke', evidence: { kind, environment, name } }
    await appendEvent(transaction, environment ?? installationScope, event, parts)
    return key
  })
}

export function keyRecord({ id, kind, environment, name, last4, created_at }: StoredKey): ApiKey {
  return { id, kind, environment, name, last4, createdAt: new Date(created_at).toISOString() }
}
