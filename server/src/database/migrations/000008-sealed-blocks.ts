import type { Migration } from '../migrate.ts'
import { columnTypes, createTable } from '../types.ts'

/** What the engine was told with each block, so that its decisions can be replayed. */
export const sealedBlocks: Migration = {
  number: 8,
  name: 'sealed-blocks',
  change: 'expand',
  async up(db) {
    const { integer, json, text } = columnTypes(db)
    await createTable(db, 'sealed_blocks')
      .addColumn('rollout', text, (column) => column.notNull())
      .addColumn('attempt', integer, (column) => column.notNull())
      .addColumn('index', integer, (column) => column.notNull())
      .addColumn('facts', json, (column) => column.notNull())
      .addColumn('block', json)
      .addColumn('hash', text, (column) => column.notNull())
      .addPrimaryKeyConstraint('sealed_blocks_key', ['rollout', 'attempt', 'index'])
      .execute()
  },
}
