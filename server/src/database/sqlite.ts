import {
  type Dialect,
  type Driver,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type Kysely,
  type TransactionSettings,
} from 'kysely'
import { DatabaseError } from './database-error.ts'
import { Mutex } from './mutex.ts'
import { DatabaseSync } from './node-sqlite.ts'
import { SqliteConnection } from './sqlite-connection.ts'
import type { TransactionScope } from './transaction-scope.ts'

const BUSY_TIMEOUT_MS = 5000

/** Opens the file with the settings on which durability rests, or says why it cannot. */
export function openSqliteFile(path: string): DatabaseSync {
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true })
    const mode = database.prepare('pragma journal_mode = wal').get()?.journal_mode
    if (mode !== 'wal' && path !== ':memory:') throw new Error(`its journal is "${mode}", and cannot be set to "wal"`)
    // NORMAL would lose acknowledged commits in a power cut.
    database.exec('pragma synchronous = full')
    return database
  } catch (error) {
    if (database?.isOpen) database.close()
    const cause = error instanceof Error ? error.message : String(error)
    throw new DatabaseError(
      'CANNOT_OPEN',
      `Cannot open the SQLite database ${path}: ${cause}. Point SLUICE_DATABASE_URL at a file on a local disk that this user may write.`,
      { cause: error },
    )
  }
}

/** One connection for all: a query waits for the open transaction to end rather than joining it. */
export class SqliteDialect implements Dialect {
  readonly #database: DatabaseSync
  readonly #scope: TransactionScope

  constructor(database: DatabaseSync, scope: TransactionScope) {
    this.#database = database
    this.#scope = scope
  }

  createDriver(): Driver {
    return new SqliteDriver(this.#database, this.#scope)
  }

  createQueryCompiler(): SqliteQueryCompiler {
    return new SqliteQueryCompiler()
  }

  createAdapter(): SqliteAdapter {
    return new SingleConnectionAdapter()
  }

  createIntrospector(kysely: Kysely<unknown>): SqliteIntrospector {
    return new SqliteIntrospector(kysely)
  }
}

/** Kysely's own lock would be waited for before the driver could refuse a query that can only wait for ever. */
class SingleConnectionAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true
  }
}

class SqliteDriver implements Driver {
  readonly #database: DatabaseSync
  readonly #connection: SqliteConnection
  readonly #scope: TransactionScope
  readonly #mutex = new Mutex()

  constructor(database: DatabaseSync, scope: TransactionScope) {
    this.#database = database
    this.#connection = new SqliteConnection(database)
    this.#scope = scope
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<SqliteConnection> {
    this.#scope.refuseInside()
    await this.#mutex.lock()
    return this.#connection
  }

  async releaseConnection(): Promise<void> {
    this.#mutex.unlock()
  }

  async beginTransaction(_: unknown, settings: TransactionSettings): Promise<void> {
    this.#connection.begin(settings.accessMode ?? 'read write')
  }

  async commitTransaction(): Promise<void> {
    this.#connection.commit()
  }

  async rollbackTransaction(): Promise<void> {
    this.#connection.rollback()
  }

  async savepoint(_: unknown, name: string): Promise<void> {
    this.#connection.savepoint('savepoint', name)
  }

  async rollbackToSavepoint(_: unknown, name: string): Promise<void> {
    this.#connection.savepoint('rollback to', name)
  }

  async releaseSavepoint(_: unknown, name: string): Promise<void> {
    this.#connection.savepoint('release', name)
  }

  async destroy(): Promise<void> {
    await this.#mutex.lock()
    if (this.#database.isOpen) this.#database.close()
  }
}
