import type { Segment } from '@sluice/core/evaluation'
import type { Kysely, Selectable } from 'kysely'
import type { DatabaseTransaction, Tables } from '../ports/database.ts'
import type { SegmentTable } from '../ports/tables.ts'

export interface StoredSegment {
  readonly environment: string
  readonly name: string
  /** Counts the changes of this segment, from 1. */
  readonly version: number
  /** The environment's revision in which it last changed. */
  readonly revision: number
  readonly segment: Segment
  readonly createdAtMs: number
  readonly updatedAtMs: number
}

/** The segments of one environment, by name. */
export async function listSegments(db: Kysely<Tables>, environment: string): Promise<StoredSegment[]> {
  const rows = await db
    .selectFrom('segments')
    .selectAll()
    .where('environment', '=', environment)
    .where('deleted_at', 'is', null)
    .orderBy('name')
    .execute()
  return rows.map(readRow)
}

/** Also tells the version a deleted segment of that name had, so that a new one counts on. */
export async function findSegment(
  db: Kysely<Tables>,
  environment: string,
  name: string,
): Promise<{ present: StoredSegment | null; lastVersion: number }> {
  const row = await db
    .selectFrom('segments')
    .selectAll()
    .where('environment', '=', environment)
    .where('name', '=', name)
    .executeTakeFirst()
  if (!row) return { present: null, lastVersion: 0 }
  return { present: row.deleted_at === null ? readRow(row) : null, lastVersion: row.version }
}

export async function saveSegment(transaction: DatabaseTransaction, stored: StoredSegment): Promise<void> {
  const columns = {
    version: stored.version,
    revision: stored.revision,
    segment: JSON.stringify(stored.segment),
    created_at: stored.createdAtMs,
    updated_at: stored.updatedAtMs,
    deleted_at: null,
  }
  await transaction
    .insertInto('segments')
    .values({ environment: stored.environment, name: stored.name, ...columns })
    .onConflict((conflict) => conflict.columns(['environment', 'name']).doUpdateSet(columns))
    .execute()
}

export async function removeSegment(
  transaction: DatabaseTransaction,
  { environment, name, version }: StoredSegment,
  at: { readonly revision: number; readonly nowMs: number },
): Promise<void> {
  await transaction
    .updateTable('segments')
    .set({ version: version + 1, revision: at.revision, deleted_at: at.nowMs })
    .where('environment', '=', environment)
    .where('name', '=', name)
    .execute()
}

function readRow(row: Selectable<SegmentTable>): StoredSegment {
  return {
    environment: row.environment,
    name: row.name,
    version: row.version,
    revision: row.revision,
    segment: JSON.parse(row.segment) as Segment,
    createdAtMs: row.created_at,
    updatedAtMs: row.updated_at,
  }
}
