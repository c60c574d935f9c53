import type { Kysely, Transaction } from 'kysely'
import type { AlertTables } from './alert-tables.ts'
import type { ModelTables } from './model-tables.ts'
import type { NotificationTables } from './notification-tables.ts'
import type { RolloutTables } from './rollout-tables.ts'
import type { ShellTables } from './tables.ts'

export type Engine = 'sqlite' | 'postgres'

/** One row for each migration this database has been through; the row with the highest number is its schema. */
export interface SchemaVersionTable {
  number: number
  name: string
  major: number
  minor: number
  applied_at: number
}

/**
 * Every table, by name. A column holds the same JavaScript value on both engines: `number` (also for a boolean, as 0 or
 * 1, and for an instant, in milliseconds since 1970), `string` (also for JSON), `Uint8Array` or `null`.
 */
export interface Tables extends ShellTables, RolloutTables, AlertTables, NotificationTables, ModelTables {
  schema_version: SchemaVersionTable
}

export type DatabaseTransaction = Transaction<Tables>

export interface TransactionOptions {
  /** `read only` does not wait for, or hold up, writers on PostgreSQL; on both engines it refuses writes. */
  access?: 'read only' | 'read write'
  /** Only PostgreSQL has the choice: SQLite is always serializable. */
  isolation?: 'serializable' | 'read committed'
}

export interface Database {
  readonly kysely: Kysely<Tables>
  readonly engine: Engine
  /**
   * Commits when `work` returns, rolls back when it throws. PostgreSQL may refuse a serializable transaction that
   * crossed another one; `work` then runs again from the start, so it must do nothing but query.
   */
  transaction<T>(work: (transaction: DatabaseTransaction) => Promise<T>, options?: TransactionOptions): Promise<T>
  /** Waits for what is under way, then releases the file or the connections. */
  close(): Promise<void>
}
