import { createHash } from 'node:crypto'
import { SluiceError } from '@sluice/contract'
import { isIdleBlock } from '@sluice/core/rollout'
import type { Facts } from '@sluice/core/rollout'
import type { Block } from '@sluice/core/statistics'
import type { Kysely, Selectable } from 'kysely'
import { firstHash } from '../events/event.ts'
import type { DatabaseTransaction, Tables } from '../ports/database.ts'
import type { SealedBlockTable } from '../ports/rollout-tables.ts'

/** What the engine was told with one block. */
export interface ToldBlock {
  readonly attempt: number
  readonly index: number
  readonly facts: Facts
  /** Null: nothing came in and nothing came due. */
  readonly block: Block | null
}

export interface StoredToldBlock extends ToldBlock {
  readonly hash: string
  /** False when it is not what was written, or does not follow the row before it. */
  readonly intact: boolean
}

/** Adds to the chain of a rollout, in the transaction of the step; gives the hash that its decision keeps. */
export async function insertToldBlock(
  transaction: DatabaseTransaction,
  rollout: string,
  { attempt, facts, block }: { readonly attempt: number; readonly facts: Facts; readonly block: Block },
): Promise<string> {
  const last = await transaction
    .selectFrom('sealed_blocks')
    .select('hash')
    .where('rollout', '=', rollout)
    .orderBy('attempt', 'desc')
    .orderBy('index', 'desc')
    .limit(1)
    .executeTakeFirst()
  const row = {
    rollout,
    attempt,
    index: block.index,
    facts: JSON.stringify(facts),
    block: isIdleBlock(block) ? null : JSON.stringify(block),
  }
  const hash = hashOf(last?.hash ?? firstHash, row)
  await transaction
    .insertInto('sealed_blocks')
    .values({ ...row, hash })
    .execute()
  return hash
}

/** Up to `limit` blocks after a place, in the order in which they were sealed. */
export async function listToldBlocks(
  db: Kysely<Tables>,
  rollout: string,
  after: { readonly attempt: number; readonly index: number } | null,
  limit: number,
): Promise<readonly StoredToldBlock[]> {
  const all = db.selectFrom('sealed_blocks').selectAll().where('rollout', '=', rollout)
  const rows = await (
    after === null
      ? all
      : all.where((eb) =>
          eb.or([
            eb('attempt', '>', after.attempt),
            eb.and([eb('attempt', '=', after.attempt), eb('index', '>', after.index)]),
          ]),
        )
  )
    .orderBy('attempt')
    .orderBy('index')
    .limit(limit)
    .execute()
  let previous = after === null ? firstHash : await hashAt(db, rollout, after)
  return rows.map((row) => {
    const intact = hashOf(previous, row) === row.hash
    previous = row.hash
    return { ...readRow(row), hash: row.hash, intact }
  })
}

function readRow({ rollout, attempt, index, facts, block }: Selectable<SealedBlockTable>): ToldBlock {
  try {
    return {
      attempt,
      index,
      facts: JSON.parse(facts) as Facts,
      block: block === null ? null : (JSON.parse(block) as Block),
    }
  } catch (cause) {
    throw new SluiceError('STATE_CONFLICT', `Block ${index} of attempt ${attempt} of ${rollout} is damaged: no JSON.`, {
      hint: 'It is not what was sealed, and nothing can be replayed past it. A backup of the database may hold it.',
      cause,
    })
  }
}

async function hashAt(
  db: Kysely<Tables>,
  rollout: string,
  { attempt, index }: { readonly attempt: number; readonly index: number },
): Promise<string> {
  const row = await db
    .selectFrom('sealed_blocks')
    .select('hash')
    .where('rollout', '=', rollout)
    .where('attempt', '=', attempt)
    .where('index', '=', index)
    .executeTakeFirst()
  return row?.hash ?? firstHash
}

function hashOf(
  previous: string,
  { attempt, index, facts, block }: Omit<Selectable<SealedBlockTable>, 'hash' | 'rollout'>,
): string {
  return createHash('sha256')
    .update(JSON.stringify([previous, attempt, index, facts, block]))
    .digest('hex')
}
