import type { Migration } from '../migrate.ts'
import { columnTypes, createTable } from '../types.ts'

/** The unit ledger of a running attempt, so that a restart need not fold all of its rows again. */
export const checkpoints: Migration = {
  number: 9,
  name: 'checkpoints',
  change: 'expand',
  async up(db) {
    const { bigint, bytes, integer, json, text } = columnTypes(db)
    await createTable(db, 'checkpoints')
      .addColumn('rollout', text, (column) => column.primaryKey())
      .addColumn('attempt', integer, (column) => column.notNull())
      .addColumn('to_seq', bigint, (column) => column.notNull())
      .addColumn('image', json, (column) => column.notNull())
      .addColumn('candidate', bytes, (column) => column.notNull())
      .addColumn('baseline', bytes, (column) => column.notNull())
      .execute()
  },
}
