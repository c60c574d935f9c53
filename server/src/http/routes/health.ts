import { SluiceError, healthSchema } from '@sluice/contract'
import { sql } from 'kysely'
import type { Database } from '../../ports/database.ts'
import { type Route, defineRoute, json } from '../route.ts'
import { z } from 'zod'

export type Readiness = 'starting' | 'ready' | 'stopping'

export interface HealthParts {
  readonly database: Database
  readonly readiness: () => Readiness
}

const ok = () => json({ status: 'ok' })
const answers = { 200: { description: 'All is well.', schema: healthSchema } }
const longestCheckMs = 2000

export function healthRoutes(parts: HealthParts): Route[] {
  return [
    defineRoute({ method: 'GET', path: '/livez', summary: 'Whether the process runs.', answers, handle: ok }),
    defineRoute({
      method: 'GET',
      path: '/readyz',
      summary: 'Whether requests can be served; with ?reads, whether flags can.',
      query: z.strictObject({ reads: z.string().optional() }),
      answers,
      handle: async ({ query }) => {
        await checkReady(parts, query.reads !== undefined)
        return ok()
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/health',
      summary: 'The same as /readyz.',
      answers,
      handle: async () => {
        await checkReady(parts, false)
        return ok()
      },
    }),
  ]
}

async function checkReady({ database, readiness }: HealthParts, onlyReads: boolean): Promise<void> {
  const state = readiness()
  if (state !== 'ready')
    throw new SluiceError('UNAVAILABLE', `The server is ${state}.`, { hint: 'Try again in a few seconds.' })
  // Flags are served from memory, also while the database is away.
  if (onlyReads) return
  const isThere = await Promise.race([
    sql`select 1`.execute(database.kysely).then(
      () => true,
      () => false,
    ),
    new Promise<boolean>((resolve) => setTimeout(() => resolve(false), longestCheckMs).unref()),
  ])
  if (!isThere)
    throw new SluiceError('UNAVAILABLE', 'The database does not answer.', {
      hint: 'Flags are still served from memory.',
    })
}
