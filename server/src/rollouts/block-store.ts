import type { Kysely } from 'kysely'
import type { DatabaseTransaction, Tables } from '../ports/database.ts'
import type { BlockSeries, ChartBlock } from './block-series.ts'

/** Where a sealed block lies, and which rows it holds. */
export interface SealedBlock {
  readonly attempt: number
  readonly index: number
  readonly visit: number
  readonly entry: number
  readonly sharePer100k: number
  readonly startMs: number
  readonly endMs: number
  readonly fromSeq: number
  readonly toSeq: number
}

export async function insertBlock(
  transaction: DatabaseTransaction,
  rollout: string,
  block: SealedBlock,
  series: BlockSeries,
): Promise<void> {
  await transaction
    .insertInto('blocks')
    .values({
      rollout,
      attempt: block.attempt,
      index: block.index,
      visit: block.visit,
      entry: block.entry,
      share: block.sharePer100k,
      start_at: block.startMs,
      end_at: block.endMs,
      from_seq: block.fromSeq,
      to_seq: block.toSeq,
      series: JSON.stringify(series),
    })
    .execute()
}

/** Blocks of an attempt that hold rows, after that index: enough to rebuild its ledger from there. */
export async function sealedBlocks(
  db: Kysely<Tables>,
  rollout: string,
  attempt: number,
  after = -1,
): Promise<readonly SealedBlock[]> {
  const rows = await db
    .selectFrom('blocks')
    .select(['attempt', 'index', 'visit', 'entry', 'share', 'start_at', 'end_at', 'from_seq', 'to_seq'])
    .where('rollout', '=', rollout)
    .where('attempt', '=', attempt)
    .where('index', '>', after)
    .orderBy('index')
    .execute()
  return rows.map((row) => ({
    attempt: row.attempt,
    index: row.index,
    visit: row.visit,
    entry: row.entry,
    sharePer100k: row.share,
    startMs: row.start_at,
    endMs: row.end_at,
    fromSeq: row.from_seq,
    toSeq: row.to_seq,
  }))
}

export async function chartBlocks(db: Kysely<Tables>, rollout: string): Promise<readonly ChartBlock[]> {
  const rows = await db
    .selectFrom('blocks')
    .select(['start_at', 'end_at', 'share', 'series'])
    .where('rollout', '=', rollout)
    .orderBy('attempt')
    .orderBy('index')
    .execute()
  return rows.map((row) => ({
    startMs: row.start_at,
    endMs: row.end_at,
    sharePer100k: row.share,
    series: JSON.parse(row.series) as BlockSeries,
  }))
}
