import type { CompiledQuery } from 'kysely'

export type StatementKind = 'read' | 'write' | 'other'

const WRITES = /^\s*(insert|update|delete|replace)\b/i
const READS = /^\s*(select|with|values|pragma|explain)\b/i

/** Told by the query, not by its result: SQLite claims that `alter table` returns a column. */
export function statementKind({ query, sql }: CompiledQuery): StatementKind {
  switch (query.kind) {
    case 'SelectQueryNode':
      return 'read'
    case 'InsertQueryNode':
    case 'UpdateQueryNode':
    case 'DeleteQueryNode':
      return 'write'
    case 'RawNode':
      if (WRITES.test(sql)) return 'write'
      return READS.test(sql) ? 'read' : 'other'
    default:
      return 'other'
  }
}
