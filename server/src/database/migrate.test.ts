import type { Kysely } from 'kysely'
import { expect, test } from 'vitest'
import { type Migration, migrate } from './migrate.ts'
import { openDatabase } from './open-database.ts'
import { describeEachEngine } from './testing/each-engine.ts'
import { columnTypes, createTable } from './types.ts'

describeEachEngine('migrate', (makeDatabase, engine) => {
  test('runs what is missing, in order, and nothing twice', async () => {
    const database = await makeDatabase()
    expect(await migrate(database, [table(1, 'one')])).toEqual(['000001-one'])
    expect(await migrate(database, [table(1, 'one'), table(2, 'two')])).toEqual(['000002-two'])
    expect(await migrate(database, [table(1, 'one'), table(2, 'two')])).toEqual([])
    expect(await tableNames(database.kysely)).toEqual(['one', 'schema_version', 'two'])
  })

  test('records the schema: contracting counts up the major version, expanding the minor one', async () => {
    const database = await makeDatabase()
    await migrate(database, [table(1, 'a'), table(2, 'b'), table(3, 'c', 'contract'), table(4, 'd')])
    const rows = await database.kysely.selectFrom('schema_version').select(['number', 'major', 'minor']).execute()
    expect(rows).toEqual([
      { number: 1, major: 1, minor: 1 },
      { number: 2, major: 1, minor: 2 },
      { number: 3, major: 2, minor: 0 },
      { number: 4, major: 2, minor: 1 },
    ])
  })

  test('refuses a database that a newer build has contracted', async () => {
    const database = await makeDatabase()
    await migrate(database, [table(1, 'a'), table(2, 'b', 'contract')])
    await expect(migrate(database, [table(1, 'a')])).rejects.toThrow('The database has schema 2, this build knows 1')
  })

  test('leaves alone a database that a newer build has only expanded', async () => {
    const database = await makeDatabase()
    await migrate(database, [table(1, 'a'), table(2, 'b')])
    expect(await migrate(database, [table(1, 'a')])).toEqual([])
  })

  test('refuses a database that went through another migration under the same number', async () => {
    const database = await makeDatabase()
    await migrate(database, [table(1, 'theirs')])
    await expect(migrate(database, [table(1, 'ours')])).rejects.toThrow(
      '000001-theirs where this build has 000001-ours',
    )
  })

  test('refuses a list with a gap', async () => {
    const database = await makeDatabase()
    await expect(migrate(database, [table(1, 'a'), table(3, 'c')])).rejects.toThrow('000003-c is out of order')
  })

  test('undoes a migration that fails, keeps those before it, and can be run again', async () => {
    const database = await makeDatabase()
    const broken: Migration = {
      ...table(2, 'two'),
      up: async (db) => {
        await table(2, 'two').up(db)
        throw new Error('no space for that')
      },
    }
    const failing = migrate(database, [table(1, 'one'), broken])
    await expect(failing).rejects.toThrow('Migration 000002-two failed and was undone: no space for that')
    expect(await tableNames(database.kysely)).toEqual(['one', 'schema_version'])
    expect(await migrate(database, [table(1, 'one'), table(2, 'two')])).toEqual(['000002-two'])
  })

  test('runs each migration once when several start at the same time', async () => {
    const database = await makeDatabase()
    // Nodes of their own where the engine allows them.
    const others =
      engine === 'postgres' ? await Promise.all([1, 2, 3].map(() => openDatabase(database.url))) : [database]
    const migrations = [table(1, 'one'), table(2, 'two'), table(3, 'three')]
    const ran = await Promise.all([database, ...others].map((node) => migrate(node, migrations)))
    await Promise.all(others.map((node) => (node === database ? undefined : node.close())))
    expect(ran.flat().sort()).toEqual(['000001-one', '000002-two', '000003-three'])
  })
})

function table(number: number, name: string, change: Migration['change'] = 'expand'): Migration {
  return {
    number,
    name,
    change,
    up: (db) => createTable(db, name).addColumn('id', columnTypes(db).autoId).execute(),
  }
}

async function tableNames(kysely: Pick<Kysely<never>, 'introspection'>): Promise<string[]> {
  const tables = await kysely.introspection.getTables()
  return tables.map(({ name }) => name).sort()
}
