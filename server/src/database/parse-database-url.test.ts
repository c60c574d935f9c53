import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { parseDatabaseUrl } from './parse-database-url.ts'

test('a SQLite path counts from the working directory', () => {
  const path = resolve('.sluice/sluice.db')
  expect(parseDatabaseUrl('sqlite:.sluice/sluice.db')).toEqual({ engine: 'sqlite', path, isInMemory: false })
})

test.each(['sqlite:/data/s.db', 'sqlite:///data/s.db'])('%s is an absolute path', (url) => {
  expect(parseDatabaseUrl(url)).toMatchObject({ path: resolve('/data/s.db') })
})

test('SQLite can be kept in memory', () => {
  expect(parseDatabaseUrl('sqlite::memory:')).toMatchObject({ isInMemory: true })
})

test.each(['postgres://u:p@db:5432/sluice', 'postgresql://db/sluice?sslmode=require'])('%s is PostgreSQL', (url) => {
  expect(parseDatabaseUrl(url)).toEqual({ engine: 'postgres', url })
})

test.each([
  ['', 'is ""'],
  ['sluice.db', 'is "sluice.db"'],
  ['mysql://u@db/sluice', 'is "mysql://…@db/sluice"'],
  ['sqlite:', 'the path is missing'],
  ['sqlite://data/s.db', 'leave out the two slashes'],
  ['postgres://db', 'the name of the database is missing'],
  ['postgres://u:p@:x/db', 'percent-encoded'],
])('"%s" is refused with the name of the setting and both forms', (url, detail) => {
  const refusal = refusalOf(url)
  expect(refusal).toContain(`SLUICE_DATABASE_URL ${detail.startsWith('is') ? detail : 'is'}`)
  expect(refusal).toContain(detail)
  expect(refusal).toContain('Give "sqlite:PATH"')
  expect(refusal).toContain('or "postgres://USER:PASSWORD@HOST:PORT/DATABASE"')
})

test('a refusal does not show the password', () => {
  expect(refusalOf('postgres://user:se/cr@et@host')).not.toMatch(/se\/cr|et@/)
})

function refusalOf(url: string): string {
  try {
    return JSON.stringify(parseDatabaseUrl(url))
  } catch (error) {
    return (error as Error).message
  }
}
