import type { SQLInputValue } from 'node:sqlite'
import { AbortedTransactionError, type CompiledQuery, type DatabaseConnection, type QueryResult } from 'kysely'
import { DatabaseError } from './database-error.ts'
import type { DatabaseSync } from './node-sqlite.ts'
import { toParameter } from './parameter.ts'
import { StatementCache } from './statement-cache.ts'
import { statementKind } from './statement-kind.ts'

const CACHED_STATEMENTS = 500

type TransactionState = 'none' | 'open' | 'aborted'

export class SqliteConnection implements DatabaseConnection {
  readonly #database: DatabaseSync
  readonly #statements: StatementCache
  #transaction: TransactionState = 'none'
  #isReadOnly = false
  #changedSchema = false

  constructor(database: DatabaseSync) {
    this.#database = database
    this.#statements = new StatementCache(database, CACHED_STATEMENTS)
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    this.#refuseWhenAborted()
    return this.#abortingOnError(() => this.#execute<R>(query))
  }

  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    this.#refuseWhenAborted()
    // Not from the cache: the same query run meanwhile would restart this one.
    const statement = this.#abortingOnError(() => this.#database.prepare(query.sql))
    for (const row of statement.iterate(...toInputValues(query))) yield { rows: [row as R] }
  }

  /** A writer takes its lock at once: a reader that turns writer would fail if another process wrote in between. */
  begin(access: 'read only' | 'read write'): void {
    this.#isReadOnly = access === 'read only'
    if (this.#isReadOnly) this.#database.exec('pragma query_only = on')
    this.#database.exec(this.#isReadOnly ? 'begin' : 'begin immediate')
    this.#transaction = 'open'
  }

  commit(): void {
    if (this.#transaction === 'aborted') {
      this.rollback()
      throw new AbortedTransactionError()
    }
    this.#database.exec('commit')
    this.#end()
  }

  rollback(): void {
    // SQLite rolls back by itself on a full disk; a second rollback would hide the error that says so.
    if (this.#database.isTransaction) this.#database.exec('rollback')
    if (this.#changedSchema) this.#statements.clear()
    this.#end()
  }

  savepoint(command: 'savepoint' | 'release' | 'rollback to', name: string): void {
    if (command !== 'rollback to') this.#refuseWhenAborted()
    this.#database.exec(`${command} "${name.replaceAll('"', '""')}"`)
    this.#transaction = 'open'
  }

  #end(): void {
    this.#transaction = 'none'
    this.#changedSchema = false
    if (this.#isReadOnly) this.#database.exec('pragma query_only = off')
    this.#isReadOnly = false
  }

  #execute<R>(query: CompiledQuery): QueryResult<R> {
    const { statement, returnsRows } = this.#statements.get(query.sql)
    const kind = statementKind(query)
    const values = toInputValues(query)
    if (kind === 'other') {
      statement.run(...values)
      this.#statements.clear()
      this.#changedSchema = true
      return { rows: [] }
    }
    if (!returnsRows) return { rows: [], numAffectedRows: BigInt(statement.run(...values).changes) }
    const rows = statement.all(...values) as R[]
    return kind === 'write' ? { rows, numAffectedRows: BigInt(rows.length) } : { rows }
  }

  /** As on PostgreSQL: after an error nothing more is done in this transaction, unless a savepoint is rolled back to. */
  #abortingOnError<T>(run: () => T): T {
    try {
      return run()
    } catch (error) {
      if (this.#transaction === 'open') this.#transaction = 'aborted'
      throw error
    }
  }

  #refuseWhenAborted(): void {
    if (this.#transaction !== 'aborted') return
    throw new DatabaseError(
      'TRANSACTION_ABORTED',
      'An earlier query of this transaction failed, so nothing more can be done in it: let the error through, or use a savepoint.',
    )
  }
}

function toInputValues(query: CompiledQuery): SQLInputValue[] {
  return query.parameters.map((value) => {
    const parameter = toParameter(value)
    // A number would be bound as a float, and "5" would become "5.0" wherever it turns into text.
    return Number.isSafeInteger(parameter) ? BigInt(parameter as number) : parameter
  })
}
