import { fork, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FanOrder } from './sse-fan.ts'

const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url))
const options = { execArgv: ['--conditions=@sluice/source'] }

/** A server in a process of its own. */
export interface ServerProcess {
  readonly url: string
  readonly pid: number
  readonly end: () => void
}

/** Sluice on a new embedded database, as an operator starts it. */
export async function startSluice(adminKey: string): Promise<ServerProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'))
  const child = spawn(process.execPath, [...options.execArgv, pathOf('../../../cli/bin/sluice.mjs'), 'server'], {
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
    child.once('exit', () => reject(new Error(`The server ended before it was ready: ${said}`)))
  })
  const end = (): void => {
    child.once('exit', () => rmSync(folder, { recursive: true, force: true }))
    child.kill()
  }
  return { url, pid: child.pid ?? 0, end }
}

/** The same streams from nothing but node:http. */
export async function startBare(): Promise<ServerProcess> {
  const child = fork(pathOf('bare-sse.ts'), options)
  const [url] = (await once(child, 'message')) as [string]
  return { url, pid: child.pid ?? 0, end: () => void child.kill() }
}

/** Many readers of one stream, in a process of their own. */
export class Fan {
  readonly #child: ChildProcess

  private constructor(child: ChildProcess) {
    this.#child = child
  }

  static async open(order: FanOrder): Promise<Fan> {
    const fan = new Fan(fork(pathOf('sse-fan.ts'), options))
    fan.#child.send(order)
    await fan.next()
    return fan
  }

  /** When the last of them has heard of the next change. */
  next(): Promise<number> {
    const child = this.#child
    return new Promise((resolve, reject) => {
      const failed = (): void => reject(new Error('The readers of the streams have ended.'))
      child.once('exit', failed)
      child.once('message', (atMs: number) => {
        child.off('exit', failed)
        resolve(atMs)
      })
    })
  }

  end(): void {
    this.#child.kill()
  }
}
