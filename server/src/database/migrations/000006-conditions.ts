import type { Migration } from '../migrate.ts'
import { columnTypes } from '../types.ts'

/** What a rollout waits for beside its evidence, and what has been done of it. */
export const conditions: Migration = {
  number: 6,
  name: 'conditions',
  change: 'expand',
  async up(db) {
    const { integer, json } = columnTypes(db)
    await db.schema
      .alterTable('rollouts')
      .addColumn('conditions', json, (column) => column.notNull().defaultTo('{}'))
      .execute()
    await db.schema
      .alterTable('rollouts')
      .addColumn('armed', integer, (column) => column.notNull().defaultTo(0))
      .execute()
  },
}
