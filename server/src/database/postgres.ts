import { type DatabaseConnection, type Dialect, PostgresDialect, type PostgresPool } from 'kysely'
import type { Pool } from 'pg'
import { DatabaseError } from './database-error.ts'
import { toExactNumber, toParameter } from './parameter.ts'
import type { TransactionScope } from './transaction-scope.ts'

const OLDEST_VERSION = 15
const CONNECT_TIMEOUT_MS = 5000

// Type numbers of the PostgreSQL catalogue, for the types whose JavaScript value must be that of SQLite.
const BOOL = 16
const BYTEA = 17
const INT8 = 20
const NUMERIC = 1700

/** The driver is loaded here and not at the top, so that SQLite users never load it. */
export async function openPostgresPool(url: string, onIdleError: (error: Error) => void): Promise<Pool> {
  const { default: pg } = await import('pg')
  const types = new pg.TypeOverrides()
  types.setTypeParser(BOOL, (text: string) => (text === 't' ? 1 : 0))
  types.setTypeParser(BYTEA, (text: string) => Uint8Array.from(Buffer.from(text.slice(2), 'hex')))
  types.setTypeParser(INT8, toExactNumber)
  types.setTypeParser(NUMERIC, toExactNumber)
  const pool = new pg.Pool({
    connectionString: url,
    types,
    application_name: 'sluice',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  })
  // Without a listener the loss of an idle connection would end the process. The pool has dropped it already.
  pool.on('error', onIdleError)
  return pool
}

/** Fails early, with the address and without the password, when the server is away or too old. */
export async function checkPostgres(pool: Pool, url: string): Promise<void> {
  const version = await askVersion(pool, url)
  if (version >= OLDEST_VERSION) return
  throw new DatabaseError(
    'CANNOT_OPEN',
    `The PostgreSQL server at ${addressOf(url)} is version ${version}: Sluice needs ${OLDEST_VERSION} or later.`,
  )
}

export function createPostgresDialect(pool: Pool, scope: TransactionScope): Dialect {
  const guarded = {
    Client: (pool as unknown as PostgresPool).Client,
    options: pool.options,
    end: () => pool.end(),
    connect: () => {
      scope.refuseInside()
      return pool.connect()
    },
  }
  return new PostgresDialect({ pool: guarded as unknown as PostgresPool, onCreateConnection: checkParameters })
}

async function checkParameters(connection: DatabaseConnection): Promise<void> {
  const execute = connection.executeQuery
  connection.executeQuery = (query, options) =>
    execute.call(connection, { ...query, parameters: query.parameters.map(toParameterOrArray) }, options) as never
}

/** Arrays exist on PostgreSQL alone, where `unnest` makes one statement of many rows. */
function toParameterOrArray(value: unknown): unknown {
  return Array.isArray(value) ? value.map(toParameter) : toParameter(value)
}

async function askVersion(pool: Pool, url: string): Promise<number> {
  try {
    const { rows } = await pool.query<{ version: number }>(
      `select current_setting('server_version_num')::int / 10000 as version`,
    )
    return rows[0]?.version ?? 0
  } catch (error) {
    const cause = error instanceof Error ? error.message || error.name : String(error)
    throw new DatabaseError(
      'CANNOT_OPEN',
      `Cannot use the PostgreSQL database at ${addressOf(url)}: ${cause}. Check SLUICE_DATABASE_URL, and that the server is up.`,
      { cause: error },
    )
  }
}

function addressOf(url: string): string {
  const { hostname, port, pathname } = new URL(url)
  return `${hostname}:${port || 5432}${pathname}`
}
