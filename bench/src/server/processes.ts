import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { ServerProcess } from '../sluice-process.ts'
import type { FanOrder } from './sse-fan.ts'

const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url))
const options = { execArgv: ['--conditions=@sluice/source'] }

/** The same streams from nothing but node:http. */
export async function startBare(): Promise<ServerProcess> {
  const child = fork(pathOf('bare-sse.ts'), options)
  const [url] = (await once(child, 'message')) as [string]
  return { url, pid: child.pid ?? 0, end: async () => void child.kill() }
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
