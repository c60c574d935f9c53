import type { Instance } from '@sluice/contract'
import type { Connection } from './connection.ts'

const patienceMs = 2000
const lookEveryMs = 100

/** How many of the applications that were seen lately have a revision; waits up to two seconds for all of them. */
export async function confirm(to: Connection, revision: number): Promise<string> {
  const startMs = Date.now()
  for (;;) {
    const { items } = await to.inside<{ items: Instance[] }>('GET', '/instances')
    const missing = items.filter((instance) => (instance.revision ?? -1) < revision)
    const ms = Date.now() - startMs
    if (items.length === 0) return 'No application is connected: the next one that asks gets it.'
    if (missing.length === 0) return `Confirmed by ${items.length} of ${items.length} applications within ${ms} ms.`
    if (ms >= patienceMs) {
      const names = missing.slice(0, 3).map(({ id, lastSeenAt }) => `${id} (last seen ${lastSeenAt})`)
      const more = missing.length > names.length ? ` and ${missing.length - names.length} more` : ''
      return `Confirmed by ${items.length - missing.length} of ${items.length} applications, not by ${names.join(', ')}${more}.`
    }
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs))
  }
}
