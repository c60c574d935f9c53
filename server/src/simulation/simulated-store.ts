import { Kysely } from 'kysely'
import type { Driver } from 'kysely'
import { migrate } from '../database/migrate.ts'
import { migrations } from '../database/migrations/index.ts'
import type { DatabaseSync } from '../database/node-sqlite.ts'
import { runTransaction } from '../database/run-transaction.ts'
import { openSqliteFile, SqliteDialect } from '../database/sqlite.ts'
import { TransactionScope } from '../database/transaction-scope.ts'
import type { Database, Tables } from '../ports/database.ts'
import { FaultyDialect } from './faulty-dialect.ts'
import type { Seen } from './faulty-dialect.ts'

const tables =
  "select name from sqlite_schema where type = 'table' and name not like 'sqlite%' and name <> 'schema_version'"

/** What lies on the disk: it outlives the servers that come and go. */
export class SimulatedStore {
  /** For whoever looks on, past all faults. */
  readonly file: DatabaseSync
  /** The same as a database without faults. */
  readonly plain: Database
  readonly #scope = new TransactionScope()
  readonly #dialect: SqliteDialect
  readonly #driver: Driver

  private constructor() {
    this.file = openSqliteFile(':memory:')
    this.#dialect = new SqliteDialect(this.file, this.#scope)
    this.#driver = this.#dialect.createDriver()
    this.plain = this.#database(this.#dialect)
  }

  static async create(): Promise<SimulatedStore> {
    const store = new SimulatedStore()
    await migrate(store.plain, migrations)
    store.file.exec('drop trigger events_no_delete')
    return store
  }

  /** Makes it as new for another history, and keeps what is dear: the tables and the prepared statements. */
  clear(): void {
    this.file.exec('pragma defer_foreign_keys = on; begin; pragma defer_foreign_keys = on')
    for (const { name } of this.file.prepare(tables).all()) this.file.exec(`delete from "${String(name)}"`)
    this.file.exec('delete from sqlite_sequence; commit')
  }

  /** The database as one server reaches it. */
  connect(seen: Omit<Seen, 'driver'>): Database {
    return this.#database(new FaultyDialect(this.#dialect, { ...seen, driver: this.#driver }))
  }

  close(): void {
    this.file.close()
  }

  #database(dialect: SqliteDialect | FaultyDialect): Database {
    const kysely = new Kysely<Tables>({ dialect })
    const context = { engine: 'sqlite', kysely, scope: this.#scope } as const
    return {
      engine: 'sqlite',
      kysely,
      transaction: (work, options = {}) => runTransaction(context, work, options),
      close: async () => {},
    }
  }
}
