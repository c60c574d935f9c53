import type { StatementSync } from 'node:sqlite'
import type { DatabaseSync } from './node-sqlite.ts'

export interface CachedStatement {
  readonly statement: StatementSync
  readonly returnsRows: boolean
}

/** Keeps the statements used last, because preparing one costs more than running it. */
export class StatementCache {
  readonly #database: DatabaseSync
  readonly #limit: number
  readonly #statements = new Map<string, CachedStatement>()

  constructor(database: DatabaseSync, limit: number) {
    this.#database = database
    this.#limit = limit
  }

  get(sql: string): CachedStatement {
    const known = this.#statements.get(sql)
    // Taken out and put back: a Map keeps the order of insertion, so its first key is the one unused for longest.
    if (known) this.#statements.delete(sql)
    const entry = known ?? this.#prepare(sql)
    this.#statements.set(sql, entry)
    if (this.#statements.size > this.#limit) this.#dropOldest()
    return entry
  }

  /** A changed schema changes what `select *` returns, which statements prepared on Node.js 22 do not notice. */
  clear(): void {
    this.#statements.clear()
  }

  get size(): number {
    return this.#statements.size
  }

  #prepare(sql: string): CachedStatement {
    const statement = this.#database.prepare(sql)
    return { statement, returnsRows: statement.columns().length > 0 }
  }

  #dropOldest(): void {
    const oldest = this.#statements.keys().next()
    if (!oldest.done) this.#statements.delete(oldest.value)
  }
}
