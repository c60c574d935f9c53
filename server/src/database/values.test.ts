import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { isForeignKeyViolation, isUniqueViolation } from './database-error.ts'
import { describeEachEngine, type MakeDatabase } from './testing/each-engine.ts'
import { createSample, type SampleTable, withSample } from './testing/sample-table.ts'

type Sample = Omit<SampleTable, 'id'>

const EMPTY: Sample = { key: 'k', count: null, amount: null, is_on: null, document: null, content: null }

describeEachEngine('a value', (makeDatabase) => {
  const roundTrip = async (sample: Partial<Sample>) => {
    const db = await makeSample(makeDatabase)
    await db
      .insertInto('sample')
      .values({ ...EMPTY, ...sample })
      .execute()
    return db.selectFrom('sample').selectAll().executeTakeFirstOrThrow()
  }

  test('comes back as it went in, whatever its type', async () => {
    const sample = {
      key: 'Zoë 🦦 "quoted"',
      count: Number.MAX_SAFE_INTEGER,
      amount: 0.1,
      is_on: 1,
      document: JSON.stringify({ a: [1, null, 'é'] }),
      content: new Uint8Array([0, 255, 10]),
    }
    const row = await roundTrip(sample)
    expect(row).toEqual({ id: 1, ...sample })
    expect(row.content?.constructor).toBe(Uint8Array)
  })

  test('comes back as null where there is none', async () => {
    expect(await roundTrip({})).toEqual({ id: 1, ...EMPTY })
  })

  test('of a boolean is read as 0 or 1, in columns and in expressions', async () => {
    const db = await makeSample(makeDatabase)
    await db
      .insertInto('sample')
      .values({ ...EMPTY, key: 'on', is_on: true })
      .execute()
    await db
      .insertInto('sample')
      .values({ ...EMPTY, key: 'off', is_on: false })
      .execute()
    const rows = await db
      .selectFrom('sample')
      .select((eb) => ['is_on', eb('key', '=', 'on').as('matches')])
      .orderBy('id')
      .execute()
    expect(rows).toEqual([
      { is_on: 1, matches: 1 },
      { is_on: 0, matches: 0 },
    ])
  })

  test('of an empty text and of no bytes is not null', async () => {
    const row = await roundTrip({ document: '', content: new Uint8Array() })
    expect(row).toMatchObject({ document: '', content: new Uint8Array() })
  })

  test('written as a bigint is read as a number', async () => {
    expect(await roundTrip({ count: -9007199254740991n })).toMatchObject({ count: Number.MIN_SAFE_INTEGER })
  })

  test('that is a whole number stays one when it is made into text', async () => {
    const db = await makeSample(makeDatabase)
    const { rows } = await sql<{ text: string }>`select cast(${5} as text) as text`.execute(db)
    expect(rows).toEqual([{ text: '5' }])
  })

  test('of a huge amount keeps its magnitude', async () => {
    expect(await roundTrip({ amount: 1.5e300 })).toMatchObject({ amount: 1.5e300 })
  })

  test.each([
    ['an integer beyond 2^53', { count: 9007199254740993n }, 'the integer 9007199254740993'],
    ['NaN', { amount: Number.NaN }, 'NaN'],
    ['a date', { document: new Date(0) as unknown as string }, 'a value of type Date'],
    ['an object', { document: {} as unknown as string }, 'a value of type Object'],
    ['text with a NUL character', { document: 'a\0b' }, 'NUL'],
  ])('is refused when it is %s', async (_, sample, text) => {
    await expect(roundTrip(sample)).rejects.toThrow(text)
  })

  test('beyond 2^53 that is in the database already is refused, and the connection goes on', async () => {
    const db = await makeSample(makeDatabase)
    await sql`insert into sample (key, count) values ('big', 9007199254740993)`.execute(db)
    await expect(db.selectFrom('sample').select('count').execute()).rejects.toThrow('9007199254740993')
    expect(await db.selectFrom('sample').select('key').execute()).toEqual([{ key: 'big' }])
  })

  test('of a wrong type for its column is refused', async () => {
    await expect(roundTrip({ count: 'many' as unknown as number })).rejects.toThrow(/count|integer|bigint/i)
  })

  test('of counts, sums and averages is a number', async () => {
    const db = await makeSample(makeDatabase)
    await db
      .insertInto('sample')
      .values([
        { ...EMPTY, key: 'a', count: 1 },
        { ...EMPTY, key: 'b', count: 2 },
      ])
      .execute()
    const row = await db
      .selectFrom('sample')
      .select((eb) => [eb.fn.countAll().as('rows'), eb.fn.sum('count').as('sum'), eb.fn.avg('count').as('mean')])
      .executeTakeFirst()
    expect(row).toEqual({ rows: 2, sum: 3, mean: 1.5 })
  })

  test('of text sorts by its bytes', async () => {
    const db = await makeSample(makeDatabase)
    for (const key of ['b', 'Z', 'é', 'a', '_', 'A-'])
      await db
        .insertInto('sample')
        .values({ ...EMPTY, key })
        .execute()
    const rows = await db.selectFrom('sample').select('key').orderBy('key').execute()
    expect(rows.map((row) => row.key)).toEqual(['A-', 'Z', '_', 'a', 'b', 'é'])
  })

  test('is found again after the schema has changed, and changed back', async () => {
    const database = await makeDatabase([createSample])
    const db = withSample(database.kysely)
    const select = async (from: typeof db) => (await sql`select * from sample_note`.execute(from)).rows
    await db.insertInto('sample').values(EMPTY).execute()
    await db.insertInto('sample_note').values({ sample_id: 1 }).execute()
    expect(await select(db)).toEqual([{ sample_id: 1 }])
    const undone = database.transaction(async (tx) => {
      await tx.schema.alterTable('sample_note').addColumn('extra', 'integer').execute()
      expect(await select(withSample(tx))).toEqual([{ sample_id: 1, extra: null }])
      throw new Error('undone')
    })
    await expect(undone).rejects.toThrow('undone')
    expect(await select(db)).toEqual([{ sample_id: 1 }])
  })
})

describeEachEngine('a write', (makeDatabase) => {
  test('says how many rows it changed, with and without returning', async () => {
    const db = await makeSample(makeDatabase)
    const rows = [
      { ...EMPTY, key: 'a' },
      { ...EMPTY, key: 'b' },
      { ...EMPTY, key: 'c' },
    ]
    const inserted = await db.insertInto('sample').values(rows).executeTakeFirstOrThrow()
    const ignored = await db
      .insertInto('sample')
      .values(rows)
      .onConflict((oc) => oc.doNothing())
      .executeTakeFirstOrThrow()
    const updated = await db.updateTable('sample').set({ count: 1 }).where('key', '!=', 'a').executeTakeFirstOrThrow()
    const deleted = await db.deleteFrom('sample').where('key', '=', 'c').executeTakeFirstOrThrow()
    const raw = await sql`update sample set count = 2 returning id`.execute(db)
    expect([inserted.numInsertedOrUpdatedRows, ignored.numInsertedOrUpdatedRows]).toEqual([3n, 0n])
    expect([updated.numUpdatedRows, deleted.numDeletedRows, raw.numAffectedRows]).toEqual([2n, 1n, 2n])
  })

  test('gives ids that count up and are not given out again', async () => {
    const db = await makeSample(makeDatabase)
    const insert = (key: string) =>
      db
        .insertInto('sample')
        .values({ ...EMPTY, key })
        .returning('id')
        .executeTakeFirst()
    const first = await insert('a')
    await db.deleteFrom('sample').execute()
    expect([first, await insert('b')]).toEqual([{ id: 1 }, { id: 2 }])
  })

  test('that breaks a constraint is told apart by the constraint', async () => {
    const db = await makeSample(makeDatabase)
    await db.insertInto('sample').values(EMPTY).execute()
    const twice = await db
      .insertInto('sample')
      .values(EMPTY)
      .execute()
      .catch((error: unknown) => error)
    const orphan = await db
      .insertInto('sample_note')
      .values({ sample_id: 9 })
      .execute()
      .catch((error: unknown) => error)
    expect([isUniqueViolation(twice), isForeignKeyViolation(twice)]).toEqual([true, false])
    expect([isUniqueViolation(orphan), isForeignKeyViolation(orphan)]).toEqual([false, true])
  })
})

async function makeSample(makeDatabase: MakeDatabase) {
  const database = await makeDatabase([createSample])
  return withSample(database.kysely)
}
