import { mkdirSync, realpathSync } from 'node:fs'
import { dirname, join, basename } from 'node:path'
import { Kysely } from 'kysely'
import type { Database, Engine, Tables } from '../ports/database.ts'
import { DatabaseError } from './database-error.ts'
import { lockDatabase } from './lock.ts'
import { parseDatabaseUrl } from './parse-database-url.ts'
import { checkPostgres, createPostgresDialect, openPostgresPool } from './postgres.ts'
import { runTransaction } from './run-transaction.ts'
import { openSqliteFile, SqliteDialect } from './sqlite.ts'
import { TransactionScope } from './transaction-scope.ts'

export interface OpenDatabaseOptions {
  /** Where people reach this server: shown to the next one that wants the same SQLite file. */
  address?: string
  /** Told of a PostgreSQL connection lost while idle. The pool opens another one by itself. */
  onConnectionLost?: (error: Error) => void
}

/** `url` is `sqlite:PATH`, `sqlite::memory:` or `postgres://…`. Run `migrate` next. */
export async function openDatabase(url: string, options: OpenDatabaseOptions = {}): Promise<Database> {
  const location = parseDatabaseUrl(url)
  if (location.engine === 'postgres') return openPostgres(location.url, options.onConnectionLost ?? (() => {}))
  return location.isInMemory ? openSqlite(location.path, () => {}) : openLockedSqlite(location.path, options.address)
}

function openLockedSqlite(path: string, address: string | undefined): Database {
  const file = locateFile(path)
  const lock = lockDatabase(file, address)
  try {
    return openSqlite(file, () => lock.release())
  } catch (error) {
    lock.release()
    throw error
  }
}

function openSqlite(path: string, afterClose: () => void): Database {
  const file = openSqliteFile(path)
  const scope = new TransactionScope()
  const kysely = new Kysely<Tables>({ dialect: new SqliteDialect(file, scope) })
  return createDatabase('sqlite', kysely, scope, async () => {
    await kysely.destroy()
    // Kysely leaves alone what it never used.
    if (file.isOpen) file.close()
    afterClose()
  })
}

async function openPostgres(url: string, onConnectionLost: (error: Error) => void): Promise<Database> {
  const pool = await openPostgresPool(url, onConnectionLost)
  try {
    await checkPostgres(pool, url)
  } catch (error) {
    await pool.end()
    throw error
  }
  const scope = new TransactionScope()
  const kysely = new Kysely<Tables>({ dialect: createPostgresDialect(pool, scope) })
  return createDatabase('postgres', kysely, scope, async () => {
    await kysely.destroy()
    if (!pool.ended && !pool.ending) await pool.end()
  })
}

function createDatabase(
  engine: Engine,
  kysely: Kysely<Tables>,
  scope: TransactionScope,
  end: () => Promise<void>,
): Database {
  let closing: Promise<void> | undefined
  return {
    engine,
    kysely,
    transaction: (work, options = {}) => runTransaction({ engine, kysely, scope }, work, options),
    close: () => (closing ??= end()),
  }
}

/** Follows symbolic links, because the lock must be the same whichever name the file is opened by. */
function locateFile(path: string): string {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    return realpathOf(path)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new DatabaseError('CANNOT_OPEN', `Cannot create the folder of the SQLite database ${path}: ${why}.`, {
      cause: error,
    })
  }
}

function realpathOf(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    // Not there yet: its folder is.
    return join(realpathSync(dirname(path)), basename(path))
  }
}
