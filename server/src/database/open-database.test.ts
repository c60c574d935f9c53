import { execFile } from 'node:child_process'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import type { Database } from '../ports/database.ts'
import { openDatabase } from './open-database.ts'
import { makeSqliteFile } from './testing/each-engine.ts'
import { createPostgresDatabase } from './testing/postgres-database.ts'

const run = promisify(execFile)

test('SQLite is opened with what durability and integrity rest on', async () => {
  const database = await open(makeFile().url)
  const pragma = async (name: string) => {
    const { rows } = await sql<Record<string, unknown>>`pragma ${sql.raw(name)}`.execute(database.kysely)
    return Object.values(rows[0] ?? {})[0]
  }
  const settings = await Promise.all(['journal_mode', 'synchronous', 'foreign_keys', 'busy_timeout'].map(pragma))
  // 2 is FULL.
  expect(settings).toEqual(['wal', 2, 1, 5000])
})

test('the folder of a SQLite file is made, for its owner alone', async () => {
  const folder = join(dirname(makeFile().path), 'a', 'b')
  await open(`sqlite:${join(folder, 's.db')}`)
  expect(statSync(folder).mode & 0o777).toBe(0o700)
})

test('a file that is no database is refused, and left as it is', async () => {
  const file = makeFile()
  const content = 'a letter to a friend, long enough to be looked at '.repeat(40)
  writeFileSync(file.path, content)
  await expect(openDatabase(file.url)).rejects.toThrow(
    /Cannot open the SQLite database .*not a database.*SLUICE_DATABASE_URL/,
  )
  expect(readFileSync(file.path, 'utf8')).toBe(content)
})

test('a folder that cannot be made is named', async () => {
  const file = makeFile()
  writeFileSync(file.path, '')
  await expect(openDatabase(`${file.url}/below/s.db`)).rejects.toThrow(
    'Cannot create the folder of the SQLite database',
  )
})

test('a database in memory needs no file', async () => {
  const database = await open('sqlite::memory:')
  const { rows } = await sql`select 1 as one`.execute(database.kysely)
  expect(rows).toEqual([{ one: 1 }])
})

test('a PostgreSQL that is away is refused by its address, without the password', async () => {
  const opening = openDatabase('postgres://user:secret@127.0.0.1:1/sluice')
  const error = await opening.catch((caught: unknown) => caught)
  expect(String(error)).toMatch(/Cannot use the PostgreSQL database at 127\.0\.0\.1:1\/sluice: .*ECONNREFUSED/)
  expect(String(error)).not.toContain('secret')
})

test('a PostgreSQL connection that is lost while idle is reported and replaced', async () => {
  const place = await createPostgresDatabase()
  onTestFinished(place.drop)
  const lost: Error[] = []
  const database = await openDatabase(place.url, { onConnectionLost: (error) => lost.push(error) })
  const other = await openDatabase(place.url)
  onTestFinished(async () => {
    await other.close()
    await database.close()
  })
  const backends = sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`
  await backends.execute(other.kysely)
  await expect.poll(() => lost[0]?.message).toContain('terminating connection')
  expect((await sql`select 1 as one`.execute(database.kysely)).rows).toEqual([{ one: 1 }])
})

test('SQLite users load no PostgreSQL driver and see no warning', async () => {
  const script = `
    import { openDatabase } from '${new URL('open-database.ts', import.meta.url)}'
    import { Module } from 'node:module'
    const database = await openDatabase('sqlite::memory:')
    await database.transaction(async () => {})
    await database.close()
    console.log(Object.keys(Module._cache).filter((path) => /node_modules.pg/.test(path)).length)`
  const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '--eval', script])
  expect([stdout, stderr]).toEqual(['0\n', ''])
})

test('closing twice does no harm', async () => {
  const database = await openDatabase(makeFile().url)
  await database.close()
  await expect(database.close()).resolves.toBeUndefined()
})

function makeFile(): ReturnType<typeof makeSqliteFile> {
  const file = makeSqliteFile()
  onTestFinished(file.drop)
  return file
}

async function open(url: string): Promise<Database> {
  const database = await openDatabase(url)
  onTestFinished(() => database.close())
  return database
}
