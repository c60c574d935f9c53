import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig, serverParts, startServer } from '@sluice/server'
import type { RunningServer } from '@sluice/server'

export const adminKey = 'cli-test-admin-key-0123456789abcdefgh'

export interface CliRig {
  readonly server: RunningServer
  /** Of a file in a folder of this test's own. */
  readonly path: (name: string) => string
  /** Puts a file there and gives its path: texts as they are, all else as JSON. */
  readonly write: (name: string, content: unknown) => Promise<string>
  readonly close: () => Promise<void>
}

type More = Omit<NonNullable<Parameters<typeof startServer>[1]>, 'parts'>

/** A server in memory that SLUICE_URL and SLUICE_KEY name, as a person at a shell has it. */
export async function startCliRig(more: More = {}): Promise<CliRig> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-cli-'))
  const pathOf = (name: string): string => join(folder, name)
  const variables = { PORT: '0', SLUICE_DATABASE_URL: 'sqlite::memory:', SLUICE_ADMIN_KEY: adminKey }
  const config = readConfig({ ...variables, SLUICE_LOG_LEVEL: 'error' })
  const server = await startServer(config, { parts: serverParts, ...more })
  process.env['SLUICE_URL'] = server.url
  process.env['SLUICE_KEY'] = adminKey
  return {
    server,
    path: pathOf,
    write: async (name, content) => {
      const path = pathOf(name)
      await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
      return path
    },
    close: async () => {
      delete process.env['SLUICE_URL']
      delete process.env['SLUICE_KEY']
      await server.close()
      await rm(folder, { recursive: true })
    },
  }
}
