import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../../cli/bin/sluice.mjs', import.meta.url))

/** A server in a process of its own. */
export interface ServerProcess {
  readonly url: string
  readonly pid: number
  /** Ends it, and takes its data away. */
  readonly end: () => Promise<void>
}

/** Sluice on a new embedded database, as an operator starts it. */
export async function startSluice(adminKey: string): Promise<ServerProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-bench-'))
  const child = spawn(process.execPath, ['--conditions=@sluice/source', main, 'server'], {
    env: {
      ...process.env,
      PORT: '0',
      SLUICE_DATABASE_URL: `sqlite:${join(folder, 'sluice.db')}`,
      SLUICE_ADMIN_KEY: adminKey,
      SLUICE_LOG_LEVEL: 'error',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const url = await new Promise<string>((resolve, reject) => {
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      const found = /ready at (\S+)/.exec(said)?.[1]
      if (found !== undefined) resolve(found)
    })
    child.once('exit', (code) => reject(new Error(`The server ended with ${code} before it was ready: ${said}`)))
  })
  return {
    url,
    pid: child.pid ?? 0,
    async end() {
      const gone = once(child, 'exit')
      child.kill()
      await gone
      await rm(folder, { recursive: true, force: true })
    },
  }
}
