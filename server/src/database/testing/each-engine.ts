import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, onTestFinished } from 'vitest'
import type { Database, Engine } from '../../ports/database.ts'
import { type Migration, migrate } from '../migrate.ts'
import { openDatabase } from '../open-database.ts'
import { createPostgresDatabase } from './postgres-database.ts'

/** `url` opens the same database again: on PostgreSQL at any time, on SQLite once this one is closed. */
export type TestDatabase = Database & { readonly url: string }

/** A database of its own, migrated as asked. It goes when the test ends, or the suite if made outside a test. */
export type MakeDatabase = (migrations?: readonly Migration[]) => Promise<TestDatabase>

/** Runs the suite on a SQLite file and on PostgreSQL, always both. */
export function describeEachEngine(name: string, suite: (makeDatabase: MakeDatabase, engine: Engine) => void): void {
  describe.each(['sqlite', 'postgres'] as const)(`${name} on %s`, (engine) => {
    const ofSuite: (() => Promise<void>)[] = []
    afterAll(async () => {
      for (const release of ofSuite) await release()
    })
    suite(async (migrations = []) => {
      const place = engine === 'sqlite' ? makeSqliteFile() : await createPostgresDatabase()
      const database = await openDatabase(place.url)
      releaseAfter(ofSuite, async () => {
        await database.close()
        await place.drop()
      })
      if (migrations.length > 0) await migrate(database, migrations)
      return { ...database, url: place.url }
    }, engine)
  })
}

export function makeSqliteFile(): { url: string; path: string; drop(): Promise<void> } {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-sqlite-'))
  const path = join(folder, 'sluice.db')
  return { url: `sqlite:${path}`, path, drop: async () => rmSync(folder, { recursive: true, force: true }) }
}

function releaseAfter(ofSuite: (() => Promise<void>)[], release: () => Promise<void>): void {
  try {
    onTestFinished(release)
  } catch {
    // Thrown outside a test, where there is none to finish.
    ofSuite.push(release)
  }
}
