import type { Delivery } from '@sluice/contract'
import type { Kysely, Selectable } from 'kysely'
import type { StoredEvent } from '../events/event.ts'
import type { DatabaseTransaction, Tables } from '../ports/database.ts'
import type { DeliveryTable } from '../ports/notification-tables.ts'
import { typeOf } from './event-type.ts'

export type StoredDelivery = Selectable<DeliveryTable>

/** Notes that a channel is to be told of an event, once however often this is asked for. */
export async function planDelivery(
  transaction: DatabaseTransaction,
  channel: string,
  event: StoredEvent,
  nowMs: number,
): Promise<void> {
  const planned: DeliveryTable = {
    channel,
    event: event.id,
    scope: event.scope,
    seq: event.seq,
    type: typeOf(event),
    state: 'pending',
    attempts: 0,
    next_at: nowMs,
    delivered_at: null,
    error: null,
  }
  await transaction
    .insertInto('deliveries')
    .values(planned)
    .onConflict((conflict) => conflict.columns(['channel', 'event']).doNothing())
    .execute()
}

/** What is due, in the order in which it happened. */
export async function dueDeliveries(db: Kysely<Tables>, nowMs: number): Promise<readonly StoredDelivery[]> {
  return db
    .selectFrom('deliveries')
    .selectAll()
    .where('state', '=', 'pending')
    .where('next_at', '<=', nowMs)
    .orderBy('scope')
    .orderBy('seq')
    .limit(100)
    .execute()
}

export async function saveDelivery(db: Kysely<Tables>, { channel, event, ...changed }: StoredDelivery): Promise<void> {
  await db.updateTable('deliveries').set(changed).where('channel', '=', channel).where('event', '=', event).execute()
}

/** The newest first. */
export async function listDeliveries(db: Kysely<Tables>, channel: string): Promise<readonly StoredDelivery[]> {
  return db
    .selectFrom('deliveries')
    .selectAll()
    .where('channel', '=', channel)
    .orderBy('seq', 'desc')
    .limit(200)
    .execute()
}

const instantOrNull = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString())

export const deliveryRecord = ({
  event,
  type,
  state,
  attempts,
  next_at,
  delivered_at,
  error,
}: StoredDelivery): Delivery => ({
  event,
  type,
  state,
  attempts,
  nextAttemptAt: instantOrNull(next_at),
  deliveredAt: instantOrNull(delivered_at),
  error,
})
