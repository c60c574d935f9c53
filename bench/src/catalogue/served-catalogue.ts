import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { ImportPlan, ImportResult } from '@sluice/contract'
import { startSluice } from '../sluice-process.ts'

const data = (path: string): string =>
  fileURLToPath(new URL(`../../../server/conformance/catalogue/${path}`, import.meta.url))
const adminKey = 'bench-admin-key-0123456789abcdefghijkl'

export const files = {
  litellm: data('litellm/model_prices_and_context_window.json'),
  'models.dev': data('models.dev/api.json'),
} as const

/** A server in a process of its own, as an operator starts it. */
export interface BenchServer {
  readonly url: string
  send(method: string, path: string, text?: string, key?: string): Promise<string>
  /** How late the event loop was since the last look (99 of 100 times no later), and the memory of the process. */
  health(): Promise<{ readonly lateMs: number; readonly rssMb: number }>
  stop(): Promise<void>
}

export async function startServer(): Promise<BenchServer> {
  const { url, end } = await startSluice(adminKey)
  const send = async (method: string, path: string, text?: string, key = adminKey): Promise<string> => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(text === undefined ? {} : { body: text }),
    })
    const answer = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${answer.slice(0, 300)}`)
    return answer
  }
  return {
    url,
    send,
    async health() {
      const text = await send('GET', '/metrics')
      const metric = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])
      return {
        lateMs: metric('nodejs_eventloop_lag_p99_seconds') * 1000,
        rssMb: metric('process_resident_memory_bytes') / 1e6,
      }
    },
    stop: end,
  }
}

/** Plans and applies a file; how long both took together, and what became of its records. */
export async function importFile(
  server: BenchServer,
  file: string,
): Promise<{ readonly ms: number; readonly plan: ImportPlan; readonly result: ImportResult }> {
  const text = await readFile(file, 'utf8')
  const startedMs = performance.now()
  const plan = JSON.parse(await server.send('POST', '/api/v1/models/import/plan', text)) as ImportPlan
  const { planId, planHash } = plan
  const body = JSON.stringify({ planId, planHash, reason: 'benchmark', partial: true })
  const result = JSON.parse(await server.send('POST', '/api/v1/models/import/apply', body)) as ImportResult
  return { ms: performance.now() - startedMs, plan, result }
}
