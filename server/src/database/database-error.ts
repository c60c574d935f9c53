// Error codes of the two engines, named here once, so that no store compares bare numbers.
const SQLITE_BUSY = 5
const SQLITE_FULL = 13
const SQLITE_CONSTRAINT_FOREIGNKEY = 787
const SQLITE_CONSTRAINT_PRIMARYKEY = 1555
const SQLITE_CONSTRAINT_UNIQUE = 2067
const PG_FOREIGN_KEY_VIOLATION = '23503'
const PG_UNIQUE_VIOLATION = '23505'
const PG_SERIALIZATION_FAILURE = '40001'
const PG_DEADLOCK_DETECTED = '40P01'
const PG_DISK_FULL = '53100'
const PG_LOCK_NOT_AVAILABLE = '55P03'

export type DatabaseErrorCode =
  | 'BAD_URL'
  | 'CANNOT_OPEN'
  | 'IN_USE'
  | 'SCHEMA_TOO_NEW'
  | 'MIGRATION_FAILED'
  | 'BAD_PARAMETER'
  | 'BAD_VALUE'
  | 'OUTSIDE_TRANSACTION'
  | 'TRANSACTION_ABORTED'

export class DatabaseError extends Error {
  override readonly name = 'DatabaseError'
  readonly code: DatabaseErrorCode

  constructor(code: DatabaseErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

export function isUniqueViolation(error: unknown): boolean {
  const code = engineCode(error)
  return code === SQLITE_CONSTRAINT_UNIQUE || code === SQLITE_CONSTRAINT_PRIMARYKEY || code === PG_UNIQUE_VIOLATION
}

export function isForeignKeyViolation(error: unknown): boolean {
  const code = engineCode(error)
  return code === SQLITE_CONSTRAINT_FOREIGNKEY || code === PG_FOREIGN_KEY_VIOLATION
}

export function isStorageFull(error: unknown): boolean {
  const code = engineCode(error)
  return code === SQLITE_FULL || code === PG_DISK_FULL
}

/** The transaction did nothing wrong: run again, it may succeed. */
export function isRetryable(error: unknown): boolean {
  const code = engineCode(error)
  return code === PG_SERIALIZATION_FAILURE || code === PG_DEADLOCK_DETECTED
}

/** Somebody else holds the lock, and the time to wait for it is over. */
export function isLockTimeout(error: unknown): boolean {
  const code = engineCode(error)
  // The low byte is the primary code; the rest says which kind of busy it was.
  return code === PG_LOCK_NOT_AVAILABLE || (typeof code === 'number' && (code & 0xff) === SQLITE_BUSY)
}

function engineCode(error: unknown): number | string | undefined {
  if (!(error instanceof Error)) return undefined
  const { errcode, code } = error as { errcode?: unknown; code?: unknown }
  if (typeof errcode === 'number') return errcode
  return typeof code === 'string' ? code : undefined
}
