import type { Flag, RolloutMark } from '@sluice/core/evaluation'
import type { Kysely, Selectable } from 'kysely'
import type { DatabaseTransaction, Tables } from '../ports/database.ts'
import type { FlagTable } from '../ports/tables.ts'

export interface StoredFlag {
  readonly environment: string
  readonly key: string
  /** Counts the changes of this flag, from 1. */
  readonly version: number
  /** The environment's revision in which it last changed. */
  readonly revision: number
  readonly flag: Flag
  /** The running rollout that owns the share of one rule. */
  readonly rollout: RolloutMark | null
  readonly createdAtMs: number
  readonly updatedAtMs: number
}

/** The flags of one environment, by key. */
export async function listFlags(db: Kysely<Tables>, environment: string): Promise<StoredFlag[]> {
  const rows = await db
    .selectFrom('flags')
    .selectAll()
    .where('environment', '=', environment)
    .where('deleted_at', 'is', null)
    .orderBy('key')
    .execute()
  return rows.map(readRow)
}

/** The flags that a change after that revision touched; null for one that was deleted. */
export async function flagsChangedAfter(
  db: Kysely<Tables>,
  environment: string,
  revision: number,
): Promise<Map<string, StoredFlag | null>> {
  const rows = await db
    .selectFrom('flags')
    .selectAll()
    .where('environment', '=', environment)
    .where('revision', '>', revision)
    .execute()
  return new Map(rows.map((row) => [row.key, row.deleted_at === null ? readRow(row) : null]))
}

export async function findFlag(db: Kysely<Tables>, environment: string, key: string): Promise<StoredFlag | null> {
  const { present } = await findFlagRow(db, environment, key)
  return present
}

/** Also tells the version a deleted flag of that key had, so that a new one counts on. */
export async function findFlagRow(
  db: Kysely<Tables>,
  environment: string,
  key: string,
): Promise<{ present: StoredFlag | null; lastVersion: number }> {
  const row = await db
    .selectFrom('flags')
    .selectAll()
    .where('environment', '=', environment)
    .where('key', '=', key)
    .executeTakeFirst()
  if (!row) return { present: null, lastVersion: 0 }
  return { present: row.deleted_at === null ? readRow(row) : null, lastVersion: row.version }
}

export async function saveFlag(transaction: DatabaseTransaction, stored: StoredFlag): Promise<void> {
  const columns = {
    version: stored.version,
    revision: stored.revision,
    flag: JSON.stringify(stored.flag),
    rollout: stored.rollout === null ? null : JSON.stringify(stored.rollout),
    created_at: stored.createdAtMs,
    updated_at: stored.updatedAtMs,
    deleted_at: null,
  }
  await transaction
    .insertInto('flags')
    .values({ environment: stored.environment, key: stored.key, ...columns })
    .onConflict((conflict) => conflict.columns(['environment', 'key']).doUpdateSet(columns))
    .execute()
}

export async function removeFlag(
  transaction: DatabaseTransaction,
  stored: StoredFlag,
  at: { readonly revision: number; readonly nowMs: number },
): Promise<void> {
  await transaction
    .updateTable('flags')
    .set({ version: stored.version + 1, revision: at.revision, rollout: null, deleted_at: at.nowMs })
    .where('environment', '=', stored.environment)
    .where('key', '=', stored.key)
    .execute()
}

function readRow(row: Selectable<FlagTable>): StoredFlag {
  return {
    environment: row.environment,
    key: row.key,
    version: row.version,
    revision: row.revision,
    flag: JSON.parse(row.flag) as Flag,
    rollout: row.rollout === null ? null : (JSON.parse(row.rollout) as RolloutMark),
    createdAtMs: row.created_at,
    updatedAtMs: row.updated_at,
  }
}
