import { setTimeout as wait } from 'node:timers/promises'
import type { Kysely } from 'kysely'
import type { DatabaseTransaction, Engine, Tables, TransactionOptions } from '../ports/database.ts'
import { isRetryable } from './database-error.ts'
import type { TransactionScope } from './transaction-scope.ts'

const ATTEMPTS = 20
const LONGEST_PAUSE_MS = 200

export interface TransactionContext {
  engine: Engine
  kysely: Kysely<Tables>
  scope: TransactionScope
}

export async function runTransaction<T>(
  context: TransactionContext,
  work: (transaction: DatabaseTransaction) => Promise<T>,
  options: TransactionOptions,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await runOnce(context, work, options)
    } catch (error) {
      if (attempt === ATTEMPTS || !isRetryable(error)) throw error
      // At random, or those that crossed would meet again.
      await wait(Math.random() * Math.min(LONGEST_PAUSE_MS, 2 ** attempt))
    }
  }
}

function runOnce<T>(
  { engine, kysely, scope }: TransactionContext,
  work: (transaction: DatabaseTransaction) => Promise<T>,
  { access = 'read write', isolation = 'serializable' }: TransactionOptions,
): Promise<T> {
  const builder = kysely.transaction().setAccessMode(access)
  const begun = engine === 'postgres' ? builder.setIsolationLevel(isolation) : builder
  return begun.execute((transaction) => scope.run(() => work(transaction)))
}
