import type { Kysely } from 'kysely'
import type { Tables } from '../ports/database.ts'
import type { StoredEvent } from './event.ts'
import { readEvent } from './event-store.ts'

export interface AuditFilter {
  /** Chains to read: environments, and that of the installation. */
  readonly scopes: readonly string[]
  readonly kind?: string | undefined
  readonly subject?: string | undefined
  readonly actor?: string | undefined
  /** The last event of the page before. */
  readonly before?: { readonly atMs: number; readonly id: string } | undefined
  readonly limit: number
}

/** Events of several chains, the newest first. Those of one millisecond are ordered by their ids, so that pages never overlap. */
export async function listAudit(db: Kysely<Tables>, filter: AuditFilter): Promise<StoredEvent[]> {
  const { scopes, kind, subject, actor, before, limit } = filter
  let query = db
    .selectFrom('events')
    .selectAll()
    .where('scope', 'in', [...scopes])
  if (kind !== undefined) query = query.where('subject_kind', '=', kind)
  if (subject !== undefined) query = query.where('subject_id', '=', subject)
  if (actor !== undefined) query = query.where('actor_name', '=', actor)
  if (before)
    query = query.where(({ and, or, eb }) =>
      or([eb('at', '<', before.atMs), and([eb('at', '=', before.atMs), eb('id', '<', before.id)])]),
    )
  const rows = await query.orderBy('at', 'desc').orderBy('id', 'desc').limit(limit).execute()
  return rows.map(readEvent)
}
