import { type CreateTableBuilder, type Kysely, type RawBuilder, PostgresAdapter, sql } from 'kysely'

type ColumnType = RawBuilder<unknown>

/** Column types that hold the same values, and sort the same, on both engines. */
export interface ColumnTypes {
  /** A primary key that counts up and is never given out twice. Ask for it by `returning`. */
  readonly autoId: ColumnType
  /** Whole numbers within ±(2^53 - 1); an instant is one, in milliseconds since 1970. */
  readonly bigint: ColumnType
  readonly integer: ColumnType
  readonly double: ColumnType
  /** Read as 0 or 1, written as `true` or `false` too. */
  readonly boolean: ColumnType
  /** Sorted by its bytes, in UTF-8. Money is text. */
  readonly text: ColumnType
  /** JSON text: the stores read and write it, the database does not look inside. */
  readonly json: ColumnType
  readonly bytes: ColumnType
}

const sqliteTypes: ColumnTypes = {
  autoId: sql`integer primary key autoincrement`,
  bigint: sql`integer`,
  integer: sql`integer`,
  double: sql`real`,
  boolean: sql`integer`,
  text: sql`text`,
  json: sql`text`,
  bytes: sql`blob`,
}

const postgresTypes: ColumnTypes = {
  autoId: sql`bigint generated always as identity primary key`,
  bigint: sql`bigint`,
  integer: sql`integer`,
  double: sql`double precision`,
  boolean: sql`smallint`,
  // The server's own language would sort otherwise, and a page would skip rows.
  text: sql`text collate "C"`,
  json: sql`text`,
  bytes: sql`bytea`,
}

export function columnTypes(kysely: Kysely<never>): ColumnTypes {
  return isPostgres(kysely) ? postgresTypes : sqliteTypes
}

/** `STRICT` on SQLite, which otherwise takes text in a column of numbers. */
export function createTable<Name extends string>(kysely: Kysely<never>, name: Name): CreateTableBuilder<Name> {
  const builder = kysely.schema.createTable(name)
  return isPostgres(kysely) ? builder : builder.modifyEnd(sql`strict`)
}

export function isPostgres(kysely: Kysely<never>): boolean {
  return kysely.getExecutor().adapter instanceof PostgresAdapter
}
