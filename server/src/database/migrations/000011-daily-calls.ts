import type { Migration } from '../migrate.ts'
import { columnTypes, createTable } from '../types.ts'

/** What each variant did on each day, for longer than its calls are kept. */
export const dailyCalls: Migration = {
  number: 11,
  name: 'daily-calls',
  change: 'expand',
  async up(db) {
    const { bigint, integer, json, text } = columnTypes(db)
    await createTable(db, 'daily_calls')
      .addColumn('environment', text, (column) => column.notNull())
      .addColumn('flag', text, (column) => column.notNull())
      .addColumn('variant', text, (column) => column.notNull())
      .addColumn('day', integer, (column) => column.notNull())
      .addColumn('figures', json, (column) => column.notNull())
      .addPrimaryKeyConstraint('daily_calls_key', ['environment', 'flag', 'variant', 'day'])
      .execute()
    await createTable(db, 'daily_calls_cursor')
      .addColumn('id', integer, (column) => column.primaryKey())
      .addColumn('seq', bigint, (column) => column.notNull())
      .execute()
  },
}
