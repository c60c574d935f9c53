import type { Kysely, Selectable } from 'kysely'
import type { Tables } from '../ports/database.ts'
import type { EventTable } from '../ports/tables.ts'
import { type Actor, type StoredEvent, firstHash, hashEvent } from './event.ts'

export interface EventFilter {
  /** Only what came after this number. */
  readonly after?: number
  readonly limit?: number
  readonly subject?: { readonly kind: string; readonly id: string }
}

/** The events of one chain, oldest first. */
export async function listEvents(db: Kysely<Tables>, scope: string, filter: EventFilter = {}): Promise<StoredEvent[]> {
  const { after = 0, limit = 200, subject } = filter
  let query = db.selectFrom('events').selectAll().where('scope', '=', scope).where('seq', '>', after)
  if (subject) query = query.where('subject_kind', '=', subject.kind).where('subject_id', '=', subject.id)
  const rows = await query.orderBy('seq').limit(limit).execute()
  return rows.map(readEvent)
}

/** `brokenAt` is the number of the first event that is not what was written, or that is missing. */
export type ChainCheck =
  | { readonly state: 'whole'; readonly count: number; readonly head: string }
  | { readonly state: 'broken'; readonly brokenAt: number }

/** Reads a whole chain again and compares every hash. A tail cut off shows against the stored head. */
export async function verifyChain(db: Kysely<Tables>, scope: string): Promise<ChainCheck> {
  let seq = 0
  let head = firstHash
  for (;;) {
    const page = await listEvents(db, scope, { after: seq, limit: 1000 })
    for (const event of page) {
      const follows = event.seq === seq + 1 && event.previousHash === head && hashEvent(event) === event.hash
      if (!follows) return { state: 'broken', brokenAt: seq + 1 }
      seq = event.seq
      head = event.hash
    }
    if (page.length === 0) break
  }
  const stored = await db.selectFrom('event_chains').selectAll().where('scope', '=', scope).executeTakeFirst()
  const isWhole = (stored?.seq ?? 0) === seq && (stored?.hash ?? firstHash) === head
  return isWhole ? { state: 'whole', count: seq, head } : { state: 'broken', brokenAt: seq + 1 }
}

export function readEvent(row: Selectable<EventTable>): StoredEvent {
  return {
    scope: row.scope,
    seq: row.seq,
    id: row.id,
    atMs: row.at,
    actor: { kind: row.actor_kind as Actor['kind'], id: row.actor_id, name: row.actor_name },
    subject: { kind: row.subject_kind, id: row.subject_id },
    action: row.action,
    from: row.from_text,
    to: row.to_text,
    why: row.why_code === null ? null : { code: row.why_code, sentence: row.why_sentence ?? '' },
    reason: row.reason,
    evidence: row.evidence === null ? null : (JSON.parse(row.evidence) as unknown),
    revision: row.revision,
    previousHash: row.previous_hash,
    hash: row.hash,
  }
}
