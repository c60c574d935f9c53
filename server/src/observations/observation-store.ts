import type { ReadObservation, Receipt, RejectedRow } from '@sluice/contract'
import type { Kysely, Selectable } from 'kysely'
import type { DatabaseTransaction, Tables } from '../ports/database.ts'
import type { SummaryRow } from '../metrics/summarize-calls.ts'
import type { ObservationTable, RowStatus } from '../ports/rollout-tables.ts'
import type { Attribution } from './attribute.ts'
import { withModel } from './is-call.ts'

/** A row on its way into the database. */
export interface AttributedRow extends Attribution {
  readonly row: ReadObservation
  readonly rollout: string | null
  readonly unitHash: string | null
}

/** Rows of one statement: SQLite takes 32,766 parameters, a row has 14. */
const rowsPerInsert = 500

/** Notes the batch as received. False when it was before. */
export async function claimBatch(
  transaction: DatabaseTransaction,
  environment: string,
  id: string,
  nowMs: number,
  accepted: number,
  rejected: readonly RejectedRow[],
): Promise<boolean> {
  const claimed = await transaction
    .insertInto('observation_batches')
    .values({ environment, id, received_at: nowMs, accepted, rejected: JSON.stringify(rejected) })
    .onConflict((conflict) => conflict.columns(['environment', 'id']).doNothing())
    .returning('id')
    .execute()
  return claimed.length === 1
}

export async function findReceipt(db: Kysely<Tables>, environment: string, id: string): Promise<Receipt | null> {
  const row = await db
    .selectFrom('observation_batches')
    .selectAll()
    .where('environment', '=', environment)
    .where('id', '=', id)
    .executeTakeFirst()
  return row ? { accepted: row.accepted, rejected: JSON.parse(row.rejected) as RejectedRow[], duplicate: true } : null
}

export async function insertObservations(
  transaction: DatabaseTransaction,
  environment: string,
  rows: readonly AttributedRow[],
  nowMs: number,
): Promise<void> {
  for (let from = 0; from < rows.length; from += rowsPerInsert)
    await transaction
      .insertInto('observations')
      .values(
        rows.slice(from, from + rowsPerInsert).map(({ row, rollout, attempt, visit, arm, status, unitHash }) => ({
          environment,
          flag: row.flag,
          variant: row.variant,
          rollout,
          attempt,
          visit,
          arm,
          status,
          unit: unitHash,
          at: row.atMs,
          received_at: nowMs,
          model: row.model,
          task: row.task,
          metrics: JSON.stringify(row.metrics),
        })),
      )
      .execute()
}

/** A stored row, as far as the engine reads it. */
export interface StoredRow {
  readonly seq: number
  readonly attempt: number | null
  readonly visit: number | null
  readonly arm: 'T' | 'C' | null
  readonly status: RowStatus
  readonly unit: string | null
  readonly atMs: number
  readonly metrics: Readonly<Record<string, number>>
}

type Selected = Pick<
  Selectable<ObservationTable>,
  'seq' | 'attempt' | 'visit' | 'arm' | 'status' | 'unit' | 'at' | 'model' | 'metrics'
>

/** The rollout's rows after `afterSeq`, in the order they were accepted. */
export async function rowsAfter(db: Kysely<Tables>, rollout: string, afterSeq: number): Promise<readonly StoredRow[]> {
  const rows: Selected[] = await db
    .selectFrom('observations')
    .select(['seq', 'attempt', 'visit', 'arm', 'status', 'unit', 'at', 'model', 'metrics'])
    .where('rollout', '=', rollout)
    .where('seq', '>', afterSeq)
    .orderBy('seq')
    .execute()
  return rows.map(({ at, arm, model, metrics, ...row }) => ({
    ...row,
    arm: arm as StoredRow['arm'],
    atMs: at,
    metrics: withModel(JSON.parse(metrics) as Record<string, number>, model),
  }))
}

const rowsPerPage = 5000

/** A flag's rows whose call began in [fromMs, toMs), in pages, so that nobody else waits for a long read. */
export async function* observationsSince(
  db: Kysely<Tables>,
  environment: string,
  flag: string,
  fromMs: number,
  toMs: number,
): AsyncGenerator<readonly (SummaryRow & { readonly at: number })[]> {
  let after = { at: fromMs, seq: -1 }
  for (;;) {
    const { at, seq } = after
    const rows = await db
      .selectFrom('observations')
      .select(['seq', 'at', 'variant', 'model', 'task', 'unit', 'metrics'])
      .where('environment', '=', environment)
      .where('flag', '=', flag)
      .where('at', '<', toMs)
      .where((eb) => eb.or([eb('at', '>', at), eb.and([eb('at', '=', at), eb('seq', '>', seq)])]))
      .orderBy('at')
      .orderBy('seq')
      .limit(rowsPerPage)
      .execute()
    yield rows.map(({ metrics, ...row }) => ({ ...row, metrics: JSON.parse(metrics) as Record<string, number> }))
    const last = rows.at(-1)
    if (!last || rows.length < rowsPerPage) return
    after = last
  }
}
