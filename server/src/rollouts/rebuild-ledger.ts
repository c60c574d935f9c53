import { ledgerSettings, positionOf } from '@sluice/core/rollout'
import type { RolloutState } from '@sluice/core/rollout'
import { UnitLedger } from '@sluice/core/statistics'
import type { LedgerRow } from '@sluice/core/statistics'
import type { Kysely } from 'kysely'
import { rowsAfter } from '../observations/observation-store.ts'
import type { StoredRow } from '../observations/observation-store.ts'
import type { Tables } from '../ports/database.ts'
import { sealedBlocks } from './block-store.ts'
import { findCheckpoint } from './checkpoint-store.ts'
import type { RolloutRecord } from './rollout-record.ts'

/** The rows that are evidence in a visit. */
export function ledgerRows(
  rows: readonly StoredRow[],
  { attempt, visit }: Pick<RolloutState, 'attempt' | 'visit'>,
): readonly LedgerRow[] {
  return rows.flatMap((row) =>
    row.status === 'evidence' && row.attempt === attempt && row.visit === visit && row.arm && row.unit !== null
      ? [{ unit: row.unit, arm: row.arm, atMs: row.atMs, metrics: row.metrics }]
      : [],
  )
}

/** The ledger of an attempt, and how many rows its last checkpoint does not hold. */
export interface KeptLedger {
  readonly attempt: number
  readonly ledger: UnitLedger
  readonly rowsSince: number
}

/** The ledger as it was when the last block was sealed: the last checkpoint, and the blocks since, folded row for row. */
export async function rebuildLedger(
  { id, plan, state, visits }: RolloutRecord,
  db: Kysely<Tables>,
): Promise<KeptLedger> {
  const { attempt } = state
  const settings = ledgerSettings(plan, state)
  const checkpoint = await findCheckpoint(db, id, attempt)
  const ledger = checkpoint ? UnitLedger.load(settings, checkpoint.image) : new UnitLedger(settings)
  const blocks = await sealedBlocks(db, id, attempt, checkpoint?.image.position.block)
  const from = checkpoint?.toSeq ?? blocks[0]?.fromSeq
  const rows = from === undefined ? [] : await rowsAfter(db, id, from)
  let at = 0
  for (const block of blocks) {
    const first = at
    while (at < rows.length && (rows[at]?.seq ?? Infinity) <= block.toSeq) at += 1
    const { index, visit, entry } = block
    const visitBlock = visits.find((known) => known.visit === visit)?.fromBlock ?? 0
    ledger.seal(ledgerRows(rows.slice(first, at), { attempt, visit }), positionOf({ visit, entry, visitBlock }, index))
  }
  // Blocks without rows are not stored, and yet units settled in them: without this they would settle, and count, again.
  const { block: next } = state
  const last = blocks.at(-1)?.index ?? checkpoint?.image.position.block
  if (last !== undefined && next - 1 > last) ledger.seal([], positionOf(state, next - 1))
  return { attempt, ledger, rowsSince: at }
}
