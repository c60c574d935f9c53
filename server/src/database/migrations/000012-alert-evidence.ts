import type { Migration } from '../migrate.ts'
import { columnTypes } from '../types.ts'

/** The figures that opened an alert, and what the plan says people do about it. */
export const alertEvidence: Migration = {
  number: 12,
  name: 'alert-evidence',
  change: 'expand',
  async up(db) {
    const { json, text } = columnTypes(db)
    await db.schema.alterTable('alerts').addColumn('evidence', json).execute()
    await db.schema.alterTable('alerts').addColumn('runbook', text).execute()
  },
}
