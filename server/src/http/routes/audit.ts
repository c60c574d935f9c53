import { SluiceError, auditCheckSchema, auditListSchema } from '@sluice/contract'
import { z } from 'zod'
import { installationScope } from '../../events/event.ts'
import { verifyChain } from '../../events/event-store.ts'
import { listAudit } from '../../events/list-audit.ts'
import type { Database } from '../../ports/database.ts'
import { numberParameter } from '../query.ts'
import { type Route, defineRoute, json } from '../route.ts'
import { eventRecord } from './events.ts'

const base = '/api/v1/audit'
const query = z.strictObject({
  environment: z.string().optional().describe('Changes of one; none: of those that belong to no environment.'),
  kind: z.string().optional().describe('What was changed, such as flag or rollout.'),
  subject: z.string().optional().describe('The key or id of what was changed.'),
  actor: z.string().optional().describe('Who changed it.'),
  before: z.string().optional().describe('The next of the page before.'),
  limit: numberParameter(1, 500, 100).describe('How many at most; 100 unless said.'),
})

/** Who did what, when and why, in every environment and outside of them; and whether the record was altered. */
export function auditRoutes({ kysely }: Database, environments: readonly string[]): readonly Route[] {
  const scopes = [...environments, installationScope]
  const environmentOf = (scope: string): string | null => (scope === installationScope ? null : scope)
  return [
    defineRoute({
      method: 'GET',
      path: base,
      summary: 'Every change, the newest first; environment=none: what belongs to no environment',
      query,
      answers: { 200: { description: 'A page; `next` goes on as `before`.', schema: auditListSchema } },
      async handle({ query: { environment, before, limit, ...filter } }) {
        const chosen = environment === 'none' ? installationScope : environment
        if (chosen !== undefined && !scopes.includes(chosen))
          throw new SluiceError('NOT_FOUND', `There is no environment "${chosen.slice(0, 80)}".`, {
            hint: `Name one of ${environments.join(', ')}, or none for what belongs to no environment.`,
          })
        const page = await listAudit(kysely, {
          ...filter,
          scopes: chosen === undefined ? scopes : [chosen],
          before: before === undefined ? undefined : readCursor(before),
          limit: limit + 1,
        })
        const events = page.slice(0, limit)
        const last = events.at(-1)
        const next = page.length > limit && last ? { next: `${last.atMs}.${last.id}` } : {}
        return json({
          items: events.map((event) => ({ ...eventRecord(event), environment: environmentOf(event.scope) })),
          ...next,
        })
      },
    }),
    defineRoute({
      method: 'GET',
      path: `${base}/verify`,
      summary: 'Read every chain again and compare all hashes',
      answers: {
        200: {
          description: 'Each chain, whole or broken',
          schema: z.strictObject({ items: z.array(auditCheckSchema) }),
        },
      },
      async handle() {
        const items = []
        for (const scope of scopes) {
          const check = await verifyChain(kysely, scope)
          items.push({
            environment: environmentOf(scope),
            state: check.state,
            count: check.state === 'whole' ? check.count : null,
            brokenAt: check.state === 'broken' ? check.brokenAt : null,
          })
        }
        return json({ items })
      },
    }),
  ]
}

function readCursor(text: string): { atMs: number; id: string } {
  const [, at, id] = /^(\d{1,15})\.(\S{1,80})$/.exec(text) ?? []
  if (at !== undefined && id !== undefined) return { atMs: Number(at), id }
  throw new SluiceError('INVALID_INPUT', 'query/before: Expected the `next` of an earlier page.')
}
