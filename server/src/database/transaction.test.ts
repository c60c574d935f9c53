import { sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import type { Database, DatabaseTransaction, TransactionOptions } from '../ports/database.ts'
import { DatabaseSync } from './node-sqlite.ts'
import { openDatabase } from './open-database.ts'
import { describeEachEngine, makeSqliteFile, type TestDatabase } from './testing/each-engine.ts'
import { createPostgresDatabase } from './testing/postgres-database.ts'
import { createSample, withSample } from './testing/sample-table.ts'

const EMPTY = { count: 0, amount: null, is_on: null, document: null, content: null }

describeEachEngine('a transaction', (makeDatabase) => {
  const make = () => makeDatabase([createSample])

  test('commits what its work did, and gives back its result', async () => {
    const database = await make()
    expect(await database.transaction((tx) => insert(tx, 'a'))).toBe('a')
    expect(await keys(database.kysely)).toEqual(['a'])
  })

  test('is undone, all of it, when its work throws', async () => {
    const database = await make()
    const failing = database.transaction(async (tx) => {
      await insert(tx, 'a')
      await insert(tx, 'b')
      throw new Error('changed my mind')
    })
    await expect(failing).rejects.toThrow('changed my mind')
    expect(await keys(database.kysely)).toEqual([])
  })

  test('is not joined by a plain query that other code sends meanwhile', async () => {
    const database = await make()
    const inserted = signal()
    const finish = signal()
    const failing = database.transaction(async (tx) => {
      await insert(tx, 'inside')
      inserted.give()
      await finish.given
      throw new Error('undone')
    })
    await inserted.given
    const outside = insert(database.kysely, 'outside')
    const seen = keys(database.kysely)
    await Promise.race([outside, tick()])
    finish.give()
    await expect(failing).rejects.toThrow('undone')
    await outside
    expect(await seen).not.toContain('inside')
    expect(await keys(database.kysely)).toEqual(['outside'])
  })

  test('sees its own changes', async () => {
    const database = await make()
    const seen = await database.transaction(async (tx) => {
      await insert(tx, 'a')
      return keys(tx)
    })
    expect(seen).toEqual(['a'])
  })

  test('loses no update when many read and write the same row at once', async () => {
    const database = await make()
    await insert(database.kysely, 'counter')
    const increments = Array.from({ length: 20 }, () => database.transaction(increment))
    await Promise.all(increments)
    expect(await countOf(database.kysely)).toBe(20)
  })

  test('refuses a query sent past it, which could only wait for ever', async () => {
    const database = await make()
    const past = database.transaction(() => keys(database.kysely))
    await expect(past).rejects.toThrow('use the transaction handed to work')
    const nested = database.transaction(() => database.transaction((tx) => keys(tx)))
    await expect(nested).rejects.toThrow('use the transaction handed to work')
    expect(await keys(database.kysely)).toEqual([])
  })

  test('lets what its work left behind query afterwards', async () => {
    const database = await make()
    const over = signal()
    let later: Promise<string[]> | undefined
    await database.transaction(async (tx) => {
      await insert(tx, 'a')
      later = over.given.then(() => keys(database.kysely))
    })
    over.give()
    expect(await later).toEqual(['a'])
  })

  test('does nothing more after an error, even one that was caught', async () => {
    const database = await make()
    await insert(database.kysely, 'a')
    const stubborn = database.transaction(async (tx) => {
      await insert(tx, 'b')
      await insert(tx, 'a').catch(() => undefined)
      await insert(tx, 'c')
    })
    await expect(stubborn).rejects.toThrow(/aborted|earlier query/)
    const silent = database.transaction(async (tx) => {
      await insert(tx, 'b')
      await insert(tx, 'a').catch(() => undefined)
    })
    await expect(silent).rejects.toThrow()
    expect(await keys(database.kysely)).toEqual(['a'])
  })

  test('goes on after an error when it returns to a savepoint', async () => {
    const database = await make()
    await insert(database.kysely, 'a')
    const tx = await database.kysely.startTransaction().execute()
    const before = await tx.savepoint('before').execute()
    await insert(before, 'a').catch(() => undefined)
    await before.rollbackToSavepoint('before').execute()
    await insert(tx, 'b')
    await tx.commit().execute()
    expect(await keys(database.kysely)).toEqual(['a', 'b'])
  })

  test('refuses to write when it is read only, and the next one writes again', async () => {
    const database = await make()
    const readOnly: TransactionOptions = { access: 'read only' }
    await expect(database.transaction((tx) => insert(tx, 'a'), readOnly)).rejects.toThrow(/read.?only/i)
    await database.transaction((tx) => insert(tx, 'b'))
    expect(await database.transaction((tx) => keys(tx), readOnly)).toEqual(['b'])
  })

  test('is finished before the database closes, and kept', async () => {
    const database = await make()
    const begun = signal()
    const running = database.transaction(async (tx) => {
      begun.give()
      await tick()
      return insert(tx, 'a')
    })
    await begun.given
    await database.close()
    expect(await running).toBe('a')
    await expect(keys(database.kysely)).rejects.toThrow('destroyed')
    expect(await keysAfterReopening(database)).toEqual(['a'])
  })

  test('may be rolled back many times over without wearing the database out', async () => {
    const database = await make()
    for (let index = 0; index < 50; index += 1) {
      await database.transaction(() => Promise.reject(new Error('no'))).catch(() => undefined)
    }
    expect(await insert(database.kysely, 'a')).toBe('a')
  })
})

test('a writing transaction takes the write lock of the SQLite file at its start', async () => {
  const file = makeSqliteFile()
  const database = await openDatabase(file.url)
  const other = new DatabaseSync(file.path)
  onTestFinished(async () => {
    other.close()
    await database.close()
    await file.drop()
  })
  await database.transaction(async () => {
    expect(() => other.exec('begin immediate')).toThrow('database is locked')
  })
  await database.transaction(async () => other.exec('begin immediate; rollback'), { access: 'read only' })
})

test('a transaction on PostgreSQL is serializable unless it asks for less', async () => {
  const place = await createPostgresDatabase()
  const database = await openDatabase(place.url)
  onTestFinished(async () => {
    await database.close()
    await place.drop()
  })
  const level = async (tx: DatabaseTransaction) => (await sql`show transaction_isolation`.execute(tx)).rows
  expect(await database.transaction(level)).toEqual([{ transaction_isolation: 'serializable' }])
  expect(await database.transaction(level, { isolation: 'read committed' })).toEqual([
    { transaction_isolation: 'read committed' },
  ])
})

type Queries = Database['kysely'] | DatabaseTransaction

async function insert(queries: Queries, key: string): Promise<string> {
  await withSample(queries)
    .insertInto('sample')
    .values({ ...EMPTY, key })
    .execute()
  return key
}

async function keys(queries: Queries): Promise<string[]> {
  const rows = await withSample(queries).selectFrom('sample').select('key').orderBy('key').execute()
  return rows.map((row) => row.key)
}

async function countOf(queries: Queries): Promise<number> {
  const row = await withSample(queries).selectFrom('sample').select('count').executeTakeFirstOrThrow()
  return Number(row.count)
}

async function increment(tx: DatabaseTransaction): Promise<void> {
  const count = await countOf(tx)
  await tick()
  await withSample(tx)
    .updateTable('sample')
    .set({ count: count + 1 })
    .execute()
}

async function keysAfterReopening({ url }: TestDatabase): Promise<string[]> {
  const again = await openDatabase(url)
  try {
    return await keys(again.kysely)
  } finally {
    await again.close()
  }
}

function signal(): { given: Promise<void>; give: () => void } {
  let give = () => {}
  const given = new Promise<void>((resolve) => (give = resolve))
  return { given, give: () => give() }
}

function tick(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
