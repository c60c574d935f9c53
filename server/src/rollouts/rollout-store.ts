import { SluiceError } from '@sluice/contract'
import type { ExpressionBuilder, ExpressionWrapper, Kysely, SqlBool } from 'kysely'
import type { DatabaseTransaction, Tables } from '../ports/database.ts'
import type { RolloutTable } from '../ports/rollout-tables.ts'
import { noRelease } from '../checklists/release.ts'
import type { Release } from '../checklists/release.ts'
import { isLive } from './rollout-record.ts'
import type { RolloutRecord } from './rollout-record.ts'

type Reader = Kysely<Tables>
type ExpressionCallback = (eb: ExpressionBuilder<Tables, 'rollouts'>) => ExpressionWrapper<Tables, 'rollouts', SqlBool>

export async function insertRollout(transaction: DatabaseTransaction, record: RolloutRecord): Promise<void> {
  await transaction.insertInto('rollouts').values(toRow(record)).execute()
}

/** Writes the next version; refuses when somebody wrote in between. */
export async function updateRollout(transaction: DatabaseTransaction, record: RolloutRecord): Promise<RolloutRecord> {
  const next = { ...record, version: record.version + 1 }
  const { numUpdatedRows } = await transaction
    .updateTable('rollouts')
    .set(toRow(next))
    .where('id', '=', record.id)
    .where('version', '=', record.version)
    .executeTakeFirst()
  if (Number(numUpdatedRows) !== 1)
    throw new SluiceError('VERSION_CONFLICT', `The rollout ${record.id} changed in the meantime.`, {
      hint: 'Read it again and repeat.',
    })
  return next
}

/** By its id, or by the key of its flag: then the one that runs, else the newest (a clock set back can make it look old). */
export async function findRollout(db: Reader, environment: string, idOrFlag: string): Promise<RolloutRecord | null> {
  return newest(db, environment, (eb) => eb.or([eb('id', '=', idOrFlag), eb('flag', '=', idOrFlag)]))
}

async function newest(db: Reader, environment: string, which: ExpressionCallback): Promise<RolloutRecord | null> {
  // States are long: the id is looked for first, so that one row is read and not all of the flag's.
  const meant = db
    .selectFrom('rollouts')
    .select('id')
    .where('environment', '=', environment)
    .where(which)
    .orderBy('live', 'desc')
    .orderBy('created_at', 'desc')
    // Made in the same millisecond: what was started, before a draft that was refused its start.
    .orderBy('started_at', (order) => order.desc().nullsLast())
    .orderBy('id', 'desc')
    .limit(1)
  const row = await db.selectFrom('rollouts').selectAll().where('id', '=', meant).executeTakeFirst()
  return row ? fromRow(row) : null
}

/** The rollout of a flag that runs, else its newest. */
export const newestOfFlag = async (db: Reader, environment: string, flag: string): Promise<RolloutRecord | null> =>
  newest(db, environment, (eb) => eb('flag', '=', flag))

export async function listRollouts(db: Reader, environment: string, flag?: string): Promise<readonly RolloutRecord[]> {
  const all = db.selectFrom('rollouts').selectAll().where('environment', '=', environment)
  const rows = await (flag === undefined ? all : all.where('flag', '=', flag))
    .orderBy('created_at', 'desc')
    .limit(200)
    .execute()
  return rows.map(fromRow)
}

/** All that the engine looks after, in every environment. */
export async function liveRollouts(db: Reader): Promise<readonly RolloutRecord[]> {
  return (await db.selectFrom('rollouts').selectAll().where('live', '=', 1).execute()).map(fromRow)
}

/** Of all that runs or waits to start. */
export const watchedVersions = (db: Reader): Promise<{ id: string; version: number }[]> =>
  db
    .selectFrom('rollouts')
    .select(['id', 'version'])
    .where((eb) => eb.or([eb('live', '=', 1), eb('armed', '=', 1)]))
    .execute()

export async function rolloutById(db: Reader, id: string): Promise<RolloutRecord | null> {
  const row = await db.selectFrom('rollouts').selectAll().where('id', '=', id).executeTakeFirst()
  return row ? fromRow(row) : null
}

/** The rollout of a flag that ended last. */
export async function lastEnded(db: Reader, environment: string, flag: string): Promise<RolloutRecord | null> {
  const row = await db
    .selectFrom('rollouts')
    .selectAll()
    .where('environment', '=', environment)
    .where('flag', '=', flag)
    .where('ended_at', 'is not', null)
    .orderBy('ended_at', 'desc')
    .orderBy('created_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row ? fromRow(row) : null
}

/** Drafts whose start waits for something else. */
export async function armedRollouts(db: Reader): Promise<readonly RolloutRecord[]> {
  const rows = await db.selectFrom('rollouts').selectAll().where('armed', '=', 1).orderBy('created_at').execute()
  return rows.map(fromRow)
}

function toRow(record: RolloutRecord): RolloutTable {
  return {
    id: record.id,
    environment: record.environment,
    flag: record.flag,
    version: record.version,
    plan: JSON.stringify(record.plan),
    reason: record.reason,
    notes: JSON.stringify(record.notes),
    conditions: JSON.stringify(record.release),
    armed: record.release.armed ? 1 : 0,
    state: JSON.stringify(record.state),
    visits: JSON.stringify(record.visits),
    totals: JSON.stringify(record.totals),
    sealed_seq: record.sealedSeq,
    live: isLive(record) ? 1 : 0,
    created_at: record.createdMs,
    started_at: record.startedMs,
    ended_at: record.endedMs,
  }
}

const fromRow = (row: RolloutTable): RolloutRecord => ({
  id: row.id,
  environment: row.environment,
  flag: row.flag,
  version: row.version,
  plan: JSON.parse(row.plan) as RolloutRecord['plan'],
  reason: row.reason,
  notes: JSON.parse(row.notes) as string[],
  release: { ...noRelease, ...(JSON.parse(row.conditions) as Partial<Release>) },
  state: JSON.parse(row.state) as RolloutRecord['state'],
  visits: JSON.parse(row.visits) as RolloutRecord['visits'],
  totals: JSON.parse(row.totals) as RolloutRecord['totals'],
  sealedSeq: row.sealed_seq,
  createdMs: row.created_at,
  startedMs: row.started_at,
  endedMs: row.ended_at,
})
