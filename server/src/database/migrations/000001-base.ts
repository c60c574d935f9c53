import { type Kysely, sql } from 'kysely'
import type { Migration } from '../migrate.ts'
import { type ColumnTypes, columnTypes, createTable, isPostgres } from '../types.ts'

/** Environments, flags, who may do what, and the log of everything that happened. */
export const base: Migration = {
  number: 1,
  name: 'base',
  change: 'expand',
  async up(db) {
    const types = columnTypes(db)
    await createFlags(db, types)
    await createAccess(db, types)
    await createEvents(db, types)
    await makeEventsAppendOnly(db)
  },
}

async function createFlags(db: Kysely<never>, types: ColumnTypes): Promise<void> {
  await createTable(db, 'environments')
    .addColumn('name', types.text, (column) => column.primaryKey())
    .addColumn('epoch', types.text, (column) => column.notNull())
    .addColumn('revision', types.bigint, (column) => column.notNull())
    .addColumn('created_at', types.bigint, (column) => column.notNull())
    .execute()
  await createTable(db, 'flags')
    .addColumn('environment', types.text, (column) => column.notNull().references('environments.name'))
    .addColumn('key', types.text, (column) => column.notNull())
    .addColumn('version', types.bigint, (column) => column.notNull())
    .addColumn('revision', types.bigint, (column) => column.notNull())
    .addColumn('flag', types.json, (column) => column.notNull())
    .addColumn('rollout', types.json)
    .addColumn('created_at', types.bigint, (column) => column.notNull())
    .addColumn('updated_at', types.bigint, (column) => column.notNull())
    .addColumn('deleted_at', types.bigint)
    .addPrimaryKeyConstraint('flags_pk', ['environment', 'key'])
    .execute()
}

async function createAccess(db: Kysely<never>, types: ColumnTypes): Promise<void> {
  await createTable(db, 'api_keys')
    .addColumn('id', types.text, (column) => column.primaryKey())
    .addColumn('kind', types.text, (column) => column.notNull())
    .addColumn('environment', types.text, (column) => column.references('environments.name'))
    .addColumn('name', types.text, (column) => column.notNull())
    .addColumn('hash', types.text, (column) => column.notNull().unique())
    .addColumn('last4', types.text, (column) => column.notNull())
    .addColumn('created_by', types.text, (column) => column.notNull())
    .addColumn('created_at', types.bigint, (column) => column.notNull())
    .addColumn('revoked_at', types.bigint)
    .execute()
  await createTable(db, 'sign_in_links')
    .addColumn('hash', types.text, (column) => column.primaryKey())
    .addColumn('created_at', types.bigint, (column) => column.notNull())
    .addColumn('expires_at', types.bigint, (column) => column.notNull())
    .addColumn('used_at', types.bigint)
    .execute()
  await createTable(db, 'sessions')
    .addColumn('hash', types.text, (column) => column.primaryKey())
    .addColumn('id', types.text, (column) => column.notNull().unique())
    .addColumn('name', types.text, (column) => column.notNull())
    .addColumn('created_at', types.bigint, (column) => column.notNull())
    .addColumn('last_used_at', types.bigint, (column) => column.notNull())
    .execute()
  await createTable(db, 'idempotency_keys')
    .addColumn('principal', types.text, (column) => column.notNull())
    .addColumn('key', types.text, (column) => column.notNull())
    .addColumn('request_hash', types.text, (column) => column.notNull())
    .addColumn('status', types.integer)
    .addColumn('body', types.json)
    .addColumn('created_at', types.bigint, (column) => column.notNull())
    .addPrimaryKeyConstraint('idempotency_keys_pk', ['principal', 'key'])
    .execute()
}

async function createEvents(db: Kysely<never>, types: ColumnTypes): Promise<void> {
  await createTable(db, 'event_chains')
    .addColumn('scope', types.text, (column) => column.primaryKey())
    .addColumn('seq', types.bigint, (column) => column.notNull())
    .addColumn('hash', types.text, (column) => column.notNull())
    .execute()
  await createTable(db, 'events')
    .addColumn('scope', types.text, (column) => column.notNull())
    .addColumn('seq', types.bigint, (column) => column.notNull())
    .addColumn('id', types.text, (column) => column.notNull().unique())
    .addColumn('at', types.bigint, (column) => column.notNull())
    .addColumn('actor_kind', types.text, (column) => column.notNull())
    .addColumn('actor_id', types.text, (column) => column.notNull())
    .addColumn('actor_name', types.text, (column) => column.notNull())
    .addColumn('subject_kind', types.text, (column) => column.notNull())
    .addColumn('subject_id', types.text, (column) => column.notNull())
    .addColumn('action', types.text, (column) => column.notNull())
    .addColumn('from_text', types.text)
    .addColumn('to_text', types.text)
    .addColumn('why_code', types.text)
    .addColumn('why_sentence', types.text)
    .addColumn('reason', types.text)
    .addColumn('evidence', types.json)
    .addColumn('revision', types.bigint)
    .addColumn('previous_hash', types.text, (column) => column.notNull())
    .addColumn('hash', types.text, (column) => column.notNull())
    .addPrimaryKeyConstraint('events_pk', ['scope', 'seq'])
    .execute()
  await db.schema
    .createIndex('events_by_subject')
    .on('events')
    .columns(['scope', 'subject_kind', 'subject_id', 'seq'])
    .execute()
}

/** Whoever changes the past has to take these away first; the chain of hashes then tells. */
async function makeEventsAppendOnly(db: Kysely<never>): Promise<void> {
  if (!isPostgres(db)) {
    for (const verb of ['update', 'delete'])
      await sql`create trigger ${sql.ref(`events_no_${verb}`)} before ${sql.raw(verb)} on events
        begin select raise(abort, 'events are append-only'); end`.execute(db)
    return
  }
  await sql`create function refuse_event_change() returns trigger language plpgsql as
    'begin raise exception ''events are append-only''; end'`.execute(db)
  await sql`create trigger events_no_change before update or delete on events
    for each row execute function refuse_event_change()`.execute(db)
  await sql`create trigger events_no_truncate before truncate on events
    for each statement execute function refuse_event_change()`.execute(db)
}
