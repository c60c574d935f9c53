import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface PostgresServer {
  /** Holds the server's socket and its data. */
  readonly folder: string
  stop(): Promise<void>
}

/** Starts a real PostgreSQL for tests, without anything installed beforehand, as any user. */
export async function startPostgres(): Promise<PostgresServer> {
  const supervisor = spawn(process.execPath, [fileURLToPath(new URL('postgres-supervisor.ts', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'pipe'],
    // In a group of its own: Ctrl-C in the terminal would reach it, and the server, before the tests are done.
    detached: true,
  })
  let errors = ''
  supervisor.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  const ended = once(supervisor, 'close')
  const first = await Promise.race([once(supervisor.stdout.setEncoding('utf8'), 'data'), ended.then(() => undefined)])
  if (!first) throw new Error(`PostgreSQL for the tests did not start. ${errors}`)
  const { folder } = JSON.parse(String(first[0])) as { folder: string }
  return {
    folder,
    stop: async () => {
      supervisor.stdin.end()
      await ended
    },
  }
}

export function urlOfDatabase(folder: string, name: string): string {
  return `postgres://sluice@localhost/${name}?host=${encodeURIComponent(folder)}`
}
