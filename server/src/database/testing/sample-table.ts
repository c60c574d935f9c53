import type { Generated, Kysely } from 'kysely'
import type { Database } from '../../ports/database.ts'
import type { Migration } from '../migrate.ts'
import { columnTypes, createTable } from '../types.ts'

/** A table with every type of column. */
export interface SampleTable {
  id: Generated<number>
  key: string
  count: number | bigint | null
  amount: number | null
  is_on: number | boolean | null
  document: string | null
  content: Uint8Array | null
}

export const createSample: Migration = {
  number: 1,
  name: 'sample',
  change: 'expand',
  async up(db) {
    const types = columnTypes(db)
    await createTable(db, 'sample')
      .addColumn('id', types.autoId)
      .addColumn('key', types.text, (column) => column.notNull().unique())
      .addColumn('count', types.bigint)
      .addColumn('amount', types.double)
      .addColumn('is_on', types.boolean)
      .addColumn('document', types.json)
      .addColumn('content', types.bytes)
      .execute()
    await createTable(db, 'sample_note')
      .addColumn('sample_id', types.bigint, (column) => column.notNull().references('sample.id'))
      .execute()
  },
}

export function withSample(
  kysely: Database['kysely'],
): Kysely<{ sample: SampleTable; sample_note: { sample_id: number } }> {
  return kysely.withTables<{ sample: SampleTable; sample_note: { sample_id: number } }>() as never
}
