import { type EventParts, appendEvent } from '../events/append-event.ts'
import { type Actor, installationScope } from '../events/event.ts'
import type { Database } from '../ports/database.ts'
import { hashSecret } from './key-format.ts'
import type { Principal } from './principal.ts'

const hourMs = 3_600_000
const linkLifetimeMs = hourMs
const idleLimitMs = 12 * hourMs
export const sessionLifetimeMs = 7 * 24 * hourMs
/** The last use is written at most this often. */
const touchIntervalMs = 60_000

/** A token that signs in one person, once, within the hour. Only its hash is stored. */
export async function createSignInLink({ kysely }: Database, { clock, random }: EventParts): Promise<string> {
  const token = random.secret()
  const nowMs = clock.now()
  await kysely.deleteFrom('sign_in_links').where('expires_at', '<=', nowMs).execute()
  await kysely
    .insertInto('sign_in_links')
    .values({ hash: hashSecret(token), created_at: nowMs, expires_at: nowMs + linkLifetimeMs, used_at: null })
    .execute()
  return token
}

/** True for the first who comes with it in time, and for nobody after. */
export async function redeemSignInLink({ kysely }: Database, token: string, nowMs: number): Promise<boolean> {
  const row = await kysely
    .updateTable('sign_in_links')
    .set({ used_at: nowMs })
    .where('hash', '=', hashSecret(token))
    .where('used_at', 'is', null)
    .where('expires_at', '>', nowMs)
    .returning('hash')
    .executeTakeFirst()
  return row !== undefined
}

/** The cookie's value is in the answer; the database holds its hash. */
export async function createSession(
  database: Database,
  name: string,
  parts: EventParts,
): Promise<{ secret: string; principal: Principal }> {
  const secret = parts.random.secret()
  const id = parts.random.id('ses')
  const nowMs = parts.clock.now()
  const actor: Actor = { kind: 'person', id, name }
  await database.transaction(async (transaction) => {
    await transaction
      .insertInto('sessions')
      .values({ hash: hashSecret(secret), id, name, created_at: nowMs, last_used_at: nowMs })
      .execute()
    const event = { actor, subject: { kind: 'session', id }, action: 'sign-in' }
    await appendEvent(transaction, installationScope, event, parts)
  })
  return { secret, principal: sessionPrincipal(id, name) }
}

export async function findSession({ kysely }: Database, secret: string, nowMs: number): Promise<Principal | null> {
  const hash = hashSecret(secret)
  const row = await kysely.selectFrom('sessions').selectAll().where('hash', '=', hash).executeTakeFirst()
  if (!row) return null
  if (nowMs >= row.created_at + sessionLifetimeMs || nowMs >= row.last_used_at + idleLimitMs) {
    await kysely.deleteFrom('sessions').where('hash', '=', hash).execute()
    return null
  }
  if (nowMs - row.last_used_at >= touchIntervalMs)
    await kysely.updateTable('sessions').set({ last_used_at: nowMs }).where('hash', '=', hash).execute()
  return sessionPrincipal(row.id, row.name)
}

export async function endSession({ kysely }: Database, id: string): Promise<void> {
  await kysely.deleteFrom('sessions').where('id', '=', id).execute()
}

const sessionPrincipal = (id: string, name: string): Principal => ({
  kind: 'admin',
  environment: null,
  via: 'session',
  id,
  name,
})
