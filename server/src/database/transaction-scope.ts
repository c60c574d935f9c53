import { AsyncLocalStorage } from 'node:async_hooks'
import { DatabaseError } from './database-error.ts'

/**
 * Knows whether the running code is inside an open transaction of this database. A query sent past that transaction
 * would wait for ever for SQLite's only connection, and on PostgreSQL would not see the transaction's own changes.
 */
export class TransactionScope {
  readonly #scopes = new AsyncLocalStorage<{ isOpen: boolean }>()

  async run<T>(work: () => Promise<T>): Promise<T> {
    const scope = { isOpen: true }
    try {
      return await this.#scopes.run(scope, work)
    } finally {
      // What the work started and did not await lives on, and may query again once the transaction is over.
      scope.isOpen = false
    }
  }

  refuseInside(): void {
    if (this.#scopes.getStore()?.isOpen !== true) return
    throw new DatabaseError(
      'OUTSIDE_TRANSACTION',
      'A query was sent past the open transaction: inside transaction(work), use the transaction handed to work.',
    )
  }
}
