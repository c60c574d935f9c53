import type { Kysely } from 'kysely'
import type { DatabaseTransaction, Tables } from '../ports/database.ts'
import type { Random } from '../ports/random.ts'

export interface EnvironmentRow {
  readonly name: string
  readonly epoch: string
  readonly revision: number
}

/** There from the first start, in the order of the alphabet. */
export const builtInEnvironments = ['demo', 'production', 'staging'] as const

export async function ensureEnvironments(
  transaction: DatabaseTransaction,
  nowMs: number,
  random: Random,
): Promise<void> {
  for (const name of builtInEnvironments)
    await transaction
      .insertInto('environments')
      .values({ name, epoch: random.salt().slice(0, 8), revision: 0, created_at: nowMs })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .execute()
}

/** What never changes about an environment's epoch; later lives of the database add to it. */
export const firstLife = (epoch: string): string => epoch.split('.', 1)[0] as string

export async function listEnvironments(db: Kysely<Tables>): Promise<EnvironmentRow[]> {
  return db.selectFrom('environments').select(['name', 'epoch', 'revision']).orderBy('name').execute()
}

/** A counter row, not a sequence: with a sequence a lower number can commit later, and be missed. */
export async function bumpRevision(transaction: DatabaseTransaction, environment: string): Promise<EnvironmentRow> {
  return transaction
    .updateTable('environments')
    .set((eb) => ({ revision: eb('revision', '+', 1) }))
    .where('name', '=', environment)
    .returning(['name', 'epoch', 'revision'])
    .executeTakeFirstOrThrow()
}

/** Takes the lock of the environment's row before anything is read, so that writers line up instead of failing. */
export async function lockEnvironment(transaction: DatabaseTransaction, environment: string): Promise<EnvironmentRow> {
  return transaction
    .updateTable('environments')
    .set((eb) => ({ revision: eb.ref('revision') }))
    .where('name', '=', environment)
    .returning(['name', 'epoch', 'revision'])
    .executeTakeFirstOrThrow()
}
