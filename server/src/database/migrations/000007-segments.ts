import type { Migration } from '../migrate.ts'
import { columnTypes, createTable } from '../types.ts'

/** Conditions under a name. */
export const segments: Migration = {
  number: 7,
  name: 'segments',
  change: 'expand',
  async up(db) {
    const { bigint, json, text } = columnTypes(db)
    await createTable(db, 'segments')
      .addColumn('environment', text, (column) => column.notNull())
      .addColumn('name', text, (column) => column.notNull())
      .addColumn('version', bigint, (column) => column.notNull())
      .addColumn('revision', bigint, (column) => column.notNull())
      .addColumn('segment', json, (column) => column.notNull())
      .addColumn('created_at', bigint, (column) => column.notNull())
      .addColumn('updated_at', bigint, (column) => column.notNull())
      .addColumn('deleted_at', bigint)
      .addPrimaryKeyConstraint('segments_key', ['environment', 'name'])
      .execute()
  },
}
