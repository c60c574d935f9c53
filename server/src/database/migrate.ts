import { setTimeout as wait } from 'node:timers/promises'
import { type Kysely, sql } from 'kysely'
import type { Database, DatabaseTransaction, SchemaVersionTable } from '../ports/database.ts'
import { DatabaseError, isLockTimeout } from './database-error.ts'
import { columnTypes, createTable, isPostgres } from './types.ts'

// Any number will do, as long as every version of Sluice uses the same.
const ADVISORY_LOCK = 5_804_417_001
const LOCK_TIMEOUT = '3s'
const LOCK_ATTEMPTS = 20

/** Never changed once released, only followed by others. */
export interface Migration {
  /** Its place in the list, from 1, and the number of its file. */
  number: number
  name: string
  /** `expand` leaves the schema usable for builds that do not know it yet; `contract` shuts them out. */
  change: 'expand' | 'contract'
  up(db: Kysely<never>): Promise<void>
}

interface SchemaVersion {
  major: number
  minor: number
}

/** Brings the schema up to date, each migration in a transaction of its own, and gives back the names of those it ran. */
export async function migrate(database: Database, migrations: readonly Migration[]): Promise<string[]> {
  checkNumbers(migrations)
  const ran: string[] = []
  for (;;) {
    const name = await withLockRetries(() => migrateOnce(database, migrations))
    if (name === undefined) return ran
    ran.push(name)
  }
}

/** Runs the first migration still missing, if there is one. */
function migrateOnce(database: Database, migrations: readonly Migration[]): Promise<string | undefined> {
  // Read committed: a serializable transaction would not see what another node did while this one waited for the lock.
  const options = { isolation: 'read committed' } as const
  return database.transaction(async (transaction) => {
    const db = transaction as unknown as Kysely<never>
    await lockOutOthers(db)
    await createVersionTable(db)
    const applied = await transaction.selectFrom('schema_version').selectAll().orderBy('number').execute()
    checkApplied(applied, migrations)
    const next = migrations[applied.length]
    if (next) await apply(transaction, next, versionAfter(migrations.slice(0, next.number)))
    return next && fileName(next)
  }, options)
}

async function lockOutOthers(db: Kysely<never>): Promise<void> {
  if (!isPostgres(db)) return
  await sql`select pg_advisory_xact_lock(${ADVISORY_LOCK})`.execute(db)
  // A migration waiting for a table holds up every query that comes after it: better to give way and come back.
  await sql`set local lock_timeout = ${sql.lit(LOCK_TIMEOUT)}`.execute(db)
}

async function createVersionTable(db: Kysely<never>): Promise<void> {
  const types = columnTypes(db)
  await createTable(db, 'schema_version')
    .ifNotExists()
    .addColumn('number', types.integer, (column) => column.primaryKey())
    .addColumn('name', types.text, (column) => column.notNull())
    .addColumn('major', types.integer, (column) => column.notNull())
    .addColumn('minor', types.integer, (column) => column.notNull())
    .addColumn('applied_at', types.bigint, (column) => column.notNull())
    .execute()
}

async function apply(transaction: DatabaseTransaction, migration: Migration, version: SchemaVersion): Promise<void> {
  const { number, name } = migration
  try {
    await migration.up(transaction as unknown as Kysely<never>)
  } catch (error) {
    if (isLockTimeout(error)) throw error
    const why = error instanceof Error ? error.message : String(error)
    throw new DatabaseError('MIGRATION_FAILED', `Migration ${fileName(migration)} failed and was undone: ${why}`, {
      cause: error,
    })
  }
  await transaction
    .insertInto('schema_version')
    .values({ number, name, ...version, applied_at: Date.now() })
    .execute()
}

function checkApplied(applied: readonly SchemaVersionTable[], migrations: readonly Migration[]): void {
  const database = applied.at(-1)
  const build = versionAfter(migrations)
  if (database && database.major > build.major) {
    throw new DatabaseError(
      'SCHEMA_TOO_NEW',
      `The database has schema ${database.major}, this build knows ${build.major}: run a newer Sluice, or restore a backup made by this one.`,
    )
  }
  for (const [index, { number, name }] of applied.entries()) {
    const known = migrations[index]
    // A newer minor schema, written by a newer build during a rolling upgrade.
    if (!known) return
    if (known.number === number && known.name === name) continue
    throw new DatabaseError(
      'MIGRATION_FAILED',
      `The database went through ${fileName({ number, name })} where this build has ${fileName(known)}: it belongs to another line of builds.`,
    )
  }
}

function versionAfter(migrations: readonly Migration[]): SchemaVersion {
  const contracted = migrations.findLastIndex((migration) => migration.change === 'contract')
  const major = 1 + migrations.filter((migration) => migration.change === 'contract').length
  return { major, minor: migrations.length - 1 - contracted }
}

function checkNumbers(migrations: readonly Migration[]): void {
  const wrong = migrations.find((migration, index) => migration.number !== index + 1)
  if (!wrong) return
  throw new DatabaseError(
    'MIGRATION_FAILED',
    `Migration ${fileName(wrong)} is out of order: number them 1, 2, 3 without a gap.`,
  )
}

function fileName({ number, name }: { number: number; name: string }): string {
  return `${String(number).padStart(6, '0')}-${name}`
}

async function withLockRetries<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run()
    } catch (error) {
      if (attempt === LOCK_ATTEMPTS || !isLockTimeout(error)) throw error
      await wait(500 + Math.random() * 500)
    }
  }
}
