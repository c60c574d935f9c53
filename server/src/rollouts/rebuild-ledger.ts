import type { RolloutState } from '@sluice/core/rollout'
import { comparable } from '@sluice/core/rollout'
import type { LedgerRow, UnitLedger } from '@sluice/core/statistics'
import type { Kysely } from 'kysely'
import { rowsAfter } from '../observations/observation-store.ts'
import type { StoredRow } from '../observations/observation-store.ts'
import type { Tables } from '../ports/database.ts'
import { sealedBlocks } from './block-store.ts'
import type { RolloutRecord } from './rollout-record.ts'

/** The rows that are evidence in a visit. */
export function ledgerRows(
  rows: readonly StoredRow[],
  { attempt, visit }: Pick<RolloutState, 'attempt' | 'visit'>,
): readonly LedgerRow[] {
  return rows.flatMap((row) =>
    row.status === 'evidence' && row.attempt === attempt && row.visit === visit && row.arm && row.unit !== null
      ? [{ unit: row.unit, arm: row.arm, atMs: row.atMs, metrics: comparable(row.metrics) }]
      : [],
  )
}

/** Folds the sealed blocks of the attempt again, row for row: the ledger is as it was when the last of them was sealed. */
export async function rebuildLedger(ledger: UnitLedger, record: RolloutRecord, db: Kysely<Tables>): Promise<void> {
  const blocks = await sealedBlocks(db, record.id, record.state.attempt)
  const [first] = blocks
  if (!first) return
  const rows = await rowsAfter(db, record.id, first.fromSeq)
  let at = 0
  for (const block of blocks) {
    const from = at
    while (at < rows.length && (rows[at]?.seq ?? Infinity) <= block.toSeq) at += 1
    const { index, visit, entry, attempt } = block
    ledger.seal(ledgerRows(rows.slice(from, at), { attempt, visit }), { block: index, visit, entry })
  }
  // Blocks without rows are not stored, and yet units settled in them: without this they would settle, and count, again.
  const { block: next, visit, entry } = record.state
  if (next - 1 > (blocks.at(-1)?.index ?? next)) ledger.seal([], { block: next - 1, visit, entry })
}
