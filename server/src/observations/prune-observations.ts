import type { Database } from '../ports/database.ts'

const rowsPerPage = 2000

/**
 * Deletes what was accepted before `beforeMs`, a page a transaction, so that nobody waits for long: rows, receipts of
 * batches, and checkpoints and recordings of rollouts that ended by then. Rows that a running rollout would have to fold again after a
 * restart stay, however old. Gives the number of rows deleted.
 */
export async function pruneObservations(database: Database, beforeMs: number): Promise<number> {
  const { kysely } = database
  const firstKept = await kysely
    .selectFrom('observations')
    .select('seq')
    .where('received_at', '>=', beforeMs)
    .orderBy('seq')
    .limit(1)
    .executeTakeFirst()
  let deleted = 0
  for (let last = 0; ;) {
    const page = await kysely
      .selectFrom('observations')
      .leftJoin('rollouts', (join) =>
        join.onRef('rollouts.id', '=', 'observations.rollout').on('rollouts.live', '=', 1),
      )
      .leftJoin('checkpoints', 'checkpoints.rollout', 'rollouts.id')
      .select(['observations.seq', 'rollouts.id as running', 'checkpoints.to_seq'])
      .where('observations.seq', '>', last)
      .where('observations.seq', '<', firstKept?.seq ?? Number.MAX_SAFE_INTEGER)
      .orderBy('observations.seq')
      .limit(rowsPerPage)
      .execute()
    const old = page.filter(({ seq, running, to_seq }) => running === null || seq <= (to_seq ?? 0))
    if (old.length > 0)
      await database.transaction(async (transaction) => {
        const seqs = old.map(({ seq }) => seq)
        await transaction.deleteFrom('observations').where('seq', 'in', seqs).execute()
      })
    deleted += old.length
    last = page.at(-1)?.seq ?? last
    if (page.length < rowsPerPage) break
  }
  await database.transaction(async (transaction) => {
    await transaction.deleteFrom('observation_batches').where('received_at', '<', beforeMs).execute()
    const over = transaction.selectFrom('rollouts').select('id').where('ended_at', '<', beforeMs)
    await transaction.deleteFrom('checkpoints').where('rollout', 'in', over).execute()
    await transaction.deleteFrom('sealed_blocks').where('rollout', 'in', over).execute()
  })
  return deleted
}
