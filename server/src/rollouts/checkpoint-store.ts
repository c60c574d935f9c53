import type { LedgerImage, PerArm } from '@sluice/core/statistics'
import type { Kysely } from 'kysely'
import type { DatabaseTransaction, Tables } from '../ports/database.ts'

/** A unit ledger as it was when the last row up to `toSeq` had been folded. */
export interface Checkpoint {
  readonly attempt: number
  readonly toSeq: number
  readonly image: LedgerImage
}

const fewestRows = 200

/**
 * As many rows as units, and it is time for the next one: writing them stays in proportion to what came in, and a restart
 * folds no more rows than there are units.
 */
export const isCheckpointDue = (rowsSince: number, units: PerArm): boolean =>
  rowsSince >= Math.max(fewestRows, units.T + units.C)

export async function saveCheckpoint(
  transaction: DatabaseTransaction,
  rollout: string,
  { attempt, toSeq, image }: Checkpoint,
): Promise<void> {
  const { T: candidate, C: baseline, ...rest } = image
  const row = { attempt, to_seq: toSeq, image: JSON.stringify(rest), candidate, baseline }
  await transaction
    .insertInto('checkpoints')
    .values({ rollout, ...row })
    .onConflict((conflict) => conflict.column('rollout').doUpdateSet(row))
    .execute()
}

export async function findCheckpoint(db: Kysely<Tables>, rollout: string, attempt: number): Promise<Checkpoint | null> {
  const row = await db
    .selectFrom('checkpoints')
    .selectAll()
    .where('rollout', '=', rollout)
    .where('attempt', '=', attempt)
    .executeTakeFirst()
  if (!row) return null
  const rest = JSON.parse(row.image) as Omit<LedgerImage, 'T' | 'C'>
  return { attempt, toSeq: row.to_seq, image: { ...rest, T: row.candidate, C: row.baseline } }
}
