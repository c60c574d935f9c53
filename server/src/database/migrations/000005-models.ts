import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'
import { columnTypes, createTable, isPostgres } from '../types.ts'

/** The catalogue: models, the names they answer to, and every version they had. */
export const models: Migration = {
  number: 5,
  name: 'models',
  change: 'expand',
  async up(db) {
    const { bigint, json, text } = columnTypes(db)
    await createTable(db, 'catalogue_revision')
      .addColumn('epoch', text, (column) => column.primaryKey())
      .addColumn('revision', bigint, (column) => column.notNull())
      .execute()
    await createTable(db, 'models')
      .addColumn('id', text, (column) => column.primaryKey())
      .addColumn('provider', text, (column) => column.notNull())
      .addColumn('status', text, (column) => column.notNull())
      .addColumn('model', json, (column) => column.notNull())
      .addColumn('version', bigint, (column) => column.notNull())
      .addColumn('created_at', bigint, (column) => column.notNull())
      .addColumn('created_by', json, (column) => column.notNull())
      .addColumn('updated_at', bigint, (column) => column.notNull())
      .addColumn('updated_by', json, (column) => column.notNull())
      .addColumn('deleted_at', bigint)
      .execute()
    await createTable(db, 'model_aliases')
      .addColumn('alias', text, (column) => column.notNull())
      .addColumn('valid_from', bigint, (column) => column.notNull())
      .addColumn('model_id', text, (column) => column.notNull().references('models.id'))
      .addPrimaryKeyConstraint('model_aliases_key', ['alias', 'valid_from'])
      .execute()
    await db.schema.createIndex('model_aliases_by_model').on('model_aliases').column('model_id').execute()
    await createTable(db, 'model_history')
      .addColumn('model_id', text, (column) => column.notNull().references('models.id'))
      .addColumn('version', bigint, (column) => column.notNull())
      .addColumn('at', bigint, (column) => column.notNull())
      .addColumn('actor', json, (column) => column.notNull())
      .addColumn('role', text, (column) => column.notNull())
      .addColumn('action', text, (column) => column.notNull())
      .addColumn('reason', text)
      .addColumn('source', text, (column) => column.notNull())
      .addColumn('import_id', text)
      .addColumn('patch', json)
      .addColumn('after', json, (column) => column.notNull())
      .addPrimaryKeyConstraint('model_history_key', ['model_id', 'version'])
      .execute()
    await makeAppendOnly(db)
  },
}

/** Whoever changes the past has to take these away first. */
async function makeAppendOnly(db: Parameters<Migration['up']>[0]): Promise<void> {
  if (!isPostgres(db)) {
    for (const verb of ['update', 'delete'])
      await sql`create trigger ${sql.ref(`model_history_no_${verb}`)} before ${sql.raw(verb)} on model_history
        begin select raise(abort, 'model_history is append-only'); end`.execute(db)
    return
  }
  await sql`create function refuse_model_history_change() returns trigger language plpgsql as
    'begin raise exception ''model_history is append-only''; end'`.execute(db)
  await sql`create trigger model_history_no_change before update or delete on model_history
    for each row execute function refuse_model_history_change()`.execute(db)
  await sql`create trigger model_history_no_truncate before truncate on model_history
    for each statement execute function refuse_model_history_change()`.execute(db)
}
