import type { Clock } from '../ports/clock.ts'
import type { DatabaseTransaction } from '../ports/database.ts'
import type { Random } from '../ports/random.ts'
import { type EventInput, type StoredEvent, firstHash, hashEvent } from './event.ts'

export interface EventParts {
  readonly clock: Clock
  readonly random: Random
}

/** Adds to the chain of `scope` (an environment or the installation), in the transaction of the change it tells of. */
export async function appendEvent(
  transaction: DatabaseTransaction,
  scope: string,
  input: EventInput,
  { clock, random }: EventParts,
): Promise<StoredEvent> {
  const head = await takeHead(transaction, scope)
  const unsealed: StoredEvent = {
    scope,
    seq: head.seq + 1,
    id: random.id('ev'),
    atMs: clock.now(),
    actor: { kind: input.actor.kind, id: input.actor.id, name: input.actor.name },
    subject: { kind: input.subject.kind, id: input.subject.id },
    action: input.action,
    from: input.from ?? null,
    to: input.to ?? null,
    why: input.why ? { code: input.why.code, sentence: input.why.sentence } : null,
    reason: input.reason ?? null,
    // As it will be read: JSON drops what is undefined.
    evidence: input.evidence === undefined ? null : (JSON.parse(JSON.stringify(input.evidence)) as unknown),
    revision: input.revision ?? null,
    previousHash: head.hash,
    hash: '',
  }
  const event = { ...unsealed, hash: hashEvent(unsealed) }
  await insert(transaction, event)
  await transaction
    .updateTable('event_chains')
    .set({ seq: event.seq, hash: event.hash })
    .where('scope', '=', scope)
    .execute()
  return event
}

async function takeHead(transaction: DatabaseTransaction, scope: string): Promise<{ seq: number; hash: string }> {
  await transaction
    .insertInto('event_chains')
    .values({ scope, seq: 0, hash: firstHash })
    .onConflict((conflict) => conflict.column('scope').doNothing())
    .execute()
  // An update that changes nothing takes the row's lock, so that on PostgreSQL two writers line up.
  return transaction
    .updateTable('event_chains')
    .set((eb) => ({ seq: eb.ref('seq') }))
    .where('scope', '=', scope)
    .returning(['seq', 'hash'])
    .executeTakeFirstOrThrow()
}

async function insert(transaction: DatabaseTransaction, event: StoredEvent): Promise<void> {
  await transaction
    .insertInto('events')
    .values({
      scope: event.scope,
      seq: event.seq,
      id: event.id,
      at: event.atMs,
      actor_kind: event.actor.kind,
      actor_id: event.actor.id,
      actor_name: event.actor.name,
      subject_kind: event.subject.kind,
      subject_id: event.subject.id,
      action: event.action,
      from_text: event.from,
      to_text: event.to,
      why_code: event.why?.code ?? null,
      why_sentence: event.why?.sentence ?? null,
      reason: event.reason,
      evidence: event.evidence === null ? null : JSON.stringify(event.evidence),
      revision: event.revision,
      previous_hash: event.previousHash,
      hash: event.hash,
    })
    .execute()
}
