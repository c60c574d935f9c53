// SQLite as one server sees it: the real driver, with a fault possible before and after everything it does.
import type {
  CompiledQuery,
  DatabaseConnection,
  Dialect,
  Driver,
  Kysely,
  QueryResult,
  TransactionSettings,
} from 'kysely'
import { SqliteDialect } from '../database/sqlite.ts'
import { never } from './faults.ts'
import type { Faults } from './faults.ts'
import type { Sabotage } from './sabotage.ts'

export interface Seen {
  readonly driver: Driver
  readonly faults: Faults
  readonly sabotage: Sabotage
  /** Called in the same turn in which a transaction is committed, with the tables that it wrote to. */
  readonly committed: (tables: ReadonlySet<string>) => void
}

/** Asks `base` for everything but the driver. */
export class FaultyDialect implements Dialect {
  readonly #base: SqliteDialect
  readonly #seen: Seen

  constructor(base: SqliteDialect, seen: Seen) {
    this.#base = base
    this.#seen = seen
  }

  createDriver = (): Driver => new FaultyDriver(this.#seen)
  createQueryCompiler = () => this.#base.createQueryCompiler()
  createAdapter = () => this.#base.createAdapter()
  createIntrospector = (kysely: Kysely<unknown>) => this.#base.createIntrospector(kysely)
}

class FaultyDriver implements Driver {
  readonly #seen: Seen
  #held: DatabaseConnection | null = null
  #isOpen = false
  #written = new Set<string>()

  constructor(seen: Seen) {
    this.#seen = seen
    seen.faults.release = () => this.#letGo()
  }

  async init(): Promise<void> {}
  async destroy(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    const { driver, faults } = this.#seen
    await faults.pass('acquire')
    const connection = await driver.acquireConnection()
    if (!faults.alive) {
      void driver.releaseConnection(connection)
      return never()
    }
    this.#held = connection
    return new FaultyConnection(connection, (query) => this.#execute(connection, query))
  }

  async beginTransaction(_: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    await this.#seen.faults.pass('begin')
    // Between the two turns the server may have died of something else it does.
    if (!this.#seen.faults.alive) return never()
    await this.#begin(settings)
  }

  async commitTransaction(): Promise<void> {
    const { faults } = this.#seen
    await faults.pass('commit')
    if (!faults.alive) return never()
    await this.#commit()
    await faults.pass('committed')
  }

  async rollbackTransaction(): Promise<void> {
    if (!this.#seen.faults.alive) return never()
    this.#isOpen = false
    await this.#seen.driver.rollbackTransaction(this.#connection)
  }

  async releaseConnection(): Promise<void> {
    if (!this.#seen.faults.alive) return never()
    const connection = this.#connection
    this.#held = null
    await this.#seen.driver.releaseConnection(connection)
  }

  async #execute<R>(connection: DatabaseConnection, query: CompiledQuery): Promise<QueryResult<R>> {
    const { faults, sabotage } = this.#seen
    if (this.#isOpen) await faults.pass('statement')
    if (!faults.alive) return never()
    if (this.#isOpen && sabotage.splitsAt?.(query)) {
      await this.#commit()
      await faults.pass('committed')
      if (!faults.alive) return never()
      await this.#begin({ accessMode: 'read write' })
    }
    const table = writtenTable(query)
    if (table) this.#written.add(table)
    return connection.executeQuery<R>(sabotage.statement?.(query) ?? query)
  }

  async #begin(settings: TransactionSettings): Promise<void> {
    // Noted in the turn in which it happens: the server may die in the next.
    const begun = this.#seen.driver.beginTransaction(this.#connection, settings)
    this.#isOpen = true
    this.#written = new Set()
    await begun
  }

  async #commit(): Promise<void> {
    this.#isOpen = false
    const done = this.#seen.driver.commitTransaction(this.#connection)
    if (this.#written.size > 0) this.#seen.committed(this.#written)
    await done
  }

  get #connection(): DatabaseConnection {
    if (!this.#held) throw new Error('The simulated driver was used without a connection.')
    return this.#held
  }

  /** What the operating system does for a process that dies: the open transaction is gone, the lock is free. */
  #letGo(): void {
    const { driver } = this.#seen
    if (!this.#held) return
    if (this.#isOpen) void driver.rollbackTransaction(this.#held)
    void driver.releaseConnection(this.#held)
    this.#isOpen = false
    this.#held = null
  }
}

class FaultyConnection implements DatabaseConnection {
  readonly executeQuery: <R>(query: CompiledQuery) => Promise<QueryResult<R>>
  readonly #connection: DatabaseConnection

  constructor(connection: DatabaseConnection, execute: <R>(query: CompiledQuery) => Promise<QueryResult<R>>) {
    this.#connection = connection
    this.executeQuery = execute
  }

  streamQuery<R>(query: CompiledQuery, chunkSize: number): AsyncIterableIterator<QueryResult<R>> {
    return this.#connection.streamQuery(query, chunkSize)
  }
}

const writes = /^(?:insert into|update|delete from) "(\w+)"/

const writtenTable = ({ sql }: CompiledQuery): string | undefined => writes.exec(sql)?.[1]
