import { createHash } from 'node:crypto'
import { SluiceError } from '@sluice/contract'
import { canonicalJson } from '../events/canonical-json.ts'
import type { Database } from '../ports/database.ts'

const lifetimeMs = 86_400_000

export interface IdempotentRequest {
  readonly principal: string
  readonly key: string
  readonly method: string
  readonly address: string
  readonly body: unknown
  readonly nowMs: number
}

/**
 * Does a request once however often it is sent with the same `Idempotency-Key`, for 24 hours. Only answers that changed
 * something are kept: a refusal may be tried again with the same key.
 */
export async function answerOnce(
  database: Database,
  request: IdempotentRequest,
  perform: () => Promise<Response>,
): Promise<Response> {
  const stored = await claim(database, request)
  if (stored) return stored
  const where = { principal: request.principal, key: request.key }
  let response: Response
  try {
    response = await perform()
  } catch (error) {
    await release(database, where)
    throw error
  }
  if (!response.ok) {
    await release(database, where)
    return response
  }
  const body = await response.clone().text()
  await database.kysely
    .updateTable('idempotency_keys')
    .set({ status: response.status, body })
    .where('principal', '=', where.principal)
    .where('key', '=', where.key)
    .execute()
  return response
}

/** The stored answer, or null when this request is the first. */
async function claim({ kysely }: Database, request: IdempotentRequest): Promise<Response | null> {
  const { principal, key, method, address, body, nowMs } = request
  if (key.length > 200 || key === '')
    throw new SluiceError('INVALID_INPUT', 'Expected an Idempotency-Key of 1 to 200 characters.')
  await kysely
    .deleteFrom('idempotency_keys')
    .where('created_at', '<=', nowMs - lifetimeMs)
    .execute()
  const request_hash = createHash('sha256')
    .update(`${method} ${address} ${canonicalJson(body)}`)
    .digest('hex')
  const inserted = await kysely
    .insertInto('idempotency_keys')
    .values({ principal, key, request_hash, status: null, body: null, created_at: nowMs })
    .onConflict((conflict) => conflict.columns(['principal', 'key']).doNothing())
    .returning('key')
    .executeTakeFirst()
  if (inserted) return null
  const row = await kysely
    .selectFrom('idempotency_keys')
    .selectAll()
    .where('principal', '=', principal)
    .where('key', '=', key)
    .executeTakeFirst()
  if (row && row.request_hash !== request_hash)
    throw new SluiceError('KEY_REUSED', 'This Idempotency-Key was sent with another request.', {
      hint: 'Make a new key for each new request.',
    })
  if (!row || row.status === null)
    throw new SluiceError('STATE_CONFLICT', 'A request with this Idempotency-Key is under way, or was cut off.', {
      hint: 'Wait, look whether it took effect, and use a new key if it did not.',
    })
  const headers = { 'content-type': 'application/json', 'idempotent-replayed': 'true' }
  return new Response(row.body, { status: row.status, headers })
}

async function release({ kysely }: Database, where: { principal: string; key: string }): Promise<void> {
  await kysely
    .deleteFrom('idempotency_keys')
    .where('principal', '=', where.principal)
    .where('key', '=', where.key)
    .execute()
}
