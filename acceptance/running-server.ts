import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../cli/bin/sluice.mjs', import.meta.url))
export const adminKey = 'acceptance-admin-key-0123456789abcdef'

/** A server in a process of its own, as an operator starts it. */
export interface RunningServer {
  readonly url: string
  readonly process: ChildProcess
  request(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<{ status: number; body: never }>
  /** Ends it; SIGKILL leaves it no time for anything. */
  end(signal?: NodeJS.Signals): Promise<void>
}

export const newDatabase = async (): Promise<string> =>
  `sqlite:${join(await mkdtemp(join(tmpdir(), 'sluice-acceptance-')), 'sluice.db')}`

export async function startServer(database: string): Promise<RunningServer> {
  const child = launch(database)
  const url = await new Promise<string>((resolve, reject) => {
    let said = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      const match = /ready at (\S+)/.exec(said)
      if (match?.[1]) resolve(match[1])
    })
    child.once('exit', (code) => reject(new Error(`The server ended with ${code}: ${said}`)))
  })
  return {
    url,
    process: child,
    async request(method, path, body, headers = {}) {
      const raw = typeof body === 'string' || body instanceof Uint8Array
      const response = await fetch(`${url}${path}`, {
        method,
        headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json', ...headers },
        ...(body === undefined ? {} : { body: raw ? (body as string) : JSON.stringify(body) }),
      })
      const text = await response.text()
      return { status: response.status, body: (text === '' ? null : JSON.parse(text)) as never }
    },
    end(signal = 'SIGTERM') {
      return new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) return resolve()
        child.once('exit', () => resolve())
        child.kill(signal)
      })
    },
  }
}

/** Starts the process and looks no further. */
export function launch(database: string): ChildProcess {
  return spawn(process.execPath, ['--conditions=@sluice/source', main, 'server'], {
    env: {
      ...process.env,
      PORT: '0',
      SLUICE_DATABASE_URL: database,
      SLUICE_ADMIN_KEY: adminKey,
      SLUICE_LOG_LEVEL: 'error',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}
