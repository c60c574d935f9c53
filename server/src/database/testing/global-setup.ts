// Vitest runs this once for all test files. PostgreSQL starts when the first test asks for it, so that a run without
// such tests does not pay for it.
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import type { TestProject } from 'vitest/node'
import { type PostgresServer, startPostgres } from './postgres-server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where to ask for the PostgreSQL server: a port on loopback. */
    postgresPort: number
  }
}

export type PostgresAnswer = { folder: string } | { error: string }

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  let starting: Promise<PostgresServer> | undefined
  const broker = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    starting ??= startPostgres()
    const answer = starting.then(({ folder }): PostgresAnswer => ({ folder }))
    void answer
      .catch((error: Error): PostgresAnswer => ({ error: error.message }))
      .then((text) => socket.end(JSON.stringify(text)))
  })
  broker.listen(0, '127.0.0.1')
  await once(broker, 'listening')
  project.provide('postgresPort', (broker.address() as AddressInfo).port)
  return async () => {
    broker.close()
    // One that failed to start has said so to the tests.
    const server = await starting?.catch(() => undefined)
    await server?.stop()
  }
}
