import type { Migration } from '../migrate.ts'
import { columnTypes, createTable } from '../types.ts'

/** What people should know about, until it is resolved. */
export const alerts: Migration = {
  number: 3,
  name: 'alerts',
  change: 'expand',
  async up(db) {
    const { bigint, integer, text } = columnTypes(db)
    await createTable(db, 'alerts')
      .addColumn('id', text, (column) => column.primaryKey())
      .addColumn('environment', text, (column) => column.notNull())
      .addColumn('flag', text, (column) => column.notNull())
      .addColumn('rollout', text, (column) => column.notNull())
      .addColumn('cause', text, (column) => column.notNull())
      .addColumn('severity', text, (column) => column.notNull())
      .addColumn('message', text, (column) => column.notNull())
      .addColumn('action', text, (column) => column.notNull())
      .addColumn('state', text, (column) => column.notNull())
      .addColumn('opened_at', bigint, (column) => column.notNull())
      .addColumn('acknowledged_at', bigint)
      .addColumn('acknowledged_by', text)
      .addColumn('resolved_at', bigint)
      .addColumn('resolved_by', text)
      .addColumn('reopened', integer, (column) => column.notNull())
      .execute()
    await db.schema.createIndex('alerts_by_flag').on('alerts').columns(['environment', 'flag', 'opened_at']).execute()
  },
}
