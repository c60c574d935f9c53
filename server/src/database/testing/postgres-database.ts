import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { Client } from 'pg'
import { inject } from 'vitest'
import type { PostgresAnswer } from './global-setup.ts'
import { urlOfDatabase } from './postgres-server.ts'

export interface PostgresDatabase {
  url: string
  drop(): Promise<void>
}

/** A new, empty database on the server that all tests of this run share. */
export async function createPostgresDatabase(): Promise<PostgresDatabase> {
  const folder = await askForServer()
  const name = `test_${randomBytes(8).toString('hex')}`
  await administer(folder, `create database ${name} template template0 strategy file_copy`)
  return { url: urlOfDatabase(folder, name), drop: () => administer(folder, `drop database ${name} with (force)`) }
}

async function askForServer(): Promise<string> {
  const port = inject('postgresPort')
  if (port === undefined)
    throw new Error('vitest.config.ts lacks globalSetup: server/src/database/testing/global-setup.ts')
  const answer = JSON.parse(await text(connect(port, '127.0.0.1'))) as PostgresAnswer
  if ('error' in answer) throw new Error(answer.error)
  return answer.folder
}

async function administer(folder: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: urlOfDatabase(folder, 'postgres') })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
