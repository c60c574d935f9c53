import type { Migration } from '../migrate.ts'
import { columnTypes, createTable } from '../types.ts'

/** Channels that are told of events, and what became of each message. */
export const notifications: Migration = {
  number: 4,
  name: 'notifications',
  change: 'expand',
  async up(db) {
    const { bigint, integer, json, text } = columnTypes(db)
    await createTable(db, 'channels')
      .addColumn('id', text, (column) => column.primaryKey())
      .addColumn('kind', text, (column) => column.notNull())
      .addColumn('name', text, (column) => column.notNull())
      .addColumn('environment', text)
      .addColumn('events', json, (column) => column.notNull())
      .addColumn('url', text, (column) => column.notNull())
      .addColumn('secret', text, (column) => column.notNull())
      .addColumn('conversation', text)
      .addColumn('state', text, (column) => column.notNull())
      .addColumn('cursors', json, (column) => column.notNull())
      .addColumn('messages', json, (column) => column.notNull())
      .addColumn('created_at', bigint, (column) => column.notNull())
      .execute()
    await createTable(db, 'deliveries')
      .addColumn('channel', text, (column) => column.notNull())
      .addColumn('event', text, (column) => column.notNull())
      .addColumn('scope', text, (column) => column.notNull())
      .addColumn('seq', bigint, (column) => column.notNull())
      .addColumn('type', text, (column) => column.notNull())
      .addColumn('state', text, (column) => column.notNull())
      .addColumn('attempts', integer, (column) => column.notNull())
      .addColumn('next_at', bigint)
      .addColumn('delivered_at', bigint)
      .addColumn('error', text)
      .addPrimaryKeyConstraint('deliveries_key', ['channel', 'event'])
      .execute()
    await db.schema.createIndex('deliveries_due').on('deliveries').columns(['state', 'next_at']).execute()
  },
}
