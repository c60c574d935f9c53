import { resolve } from 'node:path'
import { DatabaseError } from './database-error.ts'

export type DatabaseLocation =
  | { engine: 'sqlite'; path: string; isInMemory: boolean }
  | { engine: 'postgres'; url: string }

/** Relative paths count from the working directory. */
export function parseDatabaseUrl(url: string): DatabaseLocation {
  if (/^postgres(ql)?:\/\//.test(url)) return parsePostgresUrl(url)
  if (!url.startsWith('sqlite:')) throw badUrl(url)
  const path = url.slice('sqlite:'.length)
  if (path === ':memory:') return { engine: 'sqlite', path, isInMemory: true }
  if (path === '') throw badUrl(url, 'the path is missing')
  // In `sqlite://data/x.db` some tools read `data` as a folder, others as a host: nobody should have to guess.
  if (/^\/\/[^/]/.test(path)) throw badUrl(url, 'leave out the two slashes')
  return { engine: 'sqlite', path: resolve(path), isInMemory: false }
}

function parsePostgresUrl(url: string): DatabaseLocation {
  if (!URL.canParse(url)) throw badUrl(url, 'special characters in the password must be percent-encoded')
  if (new URL(url).pathname.length < 2) throw badUrl(url, 'the name of the database is missing')
  return { engine: 'postgres', url }
}

function badUrl(url: string, why?: string): DatabaseError {
  const shown = url.replace(/:\/\/.*@/s, '://…@')
  const detail = why === undefined ? '' : ` (${why})`
  return new DatabaseError(
    'BAD_URL',
    `SLUICE_DATABASE_URL is "${shown}"${detail}. Give "sqlite:PATH", for example sqlite:.sluice/sluice.db, ` +
      'or "postgres://USER:PASSWORD@HOST:PORT/DATABASE".',
  )
}
