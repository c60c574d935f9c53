import type { Migration } from '../migrate.ts'
import { columnTypes } from '../types.ts'

/** What a call was for, such as chat or analysis. */
export const tasks: Migration = {
  number: 10,
  name: 'tasks',
  change: 'expand',
  async up(db) {
    await db.schema.alterTable('observations').addColumn('task', columnTypes(db).text).execute()
  },
}
