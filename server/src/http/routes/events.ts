import { type LogEvent, eventListSchema } from '@sluice/contract'
import { z } from 'zod'
import type { StoredEvent } from '../../events/event.ts'
import { listEvents } from '../../events/event-store.ts'
import type { Database } from '../../ports/database.ts'
import { numberParameter } from '../query.ts'
import { type Route, defineRoute, json } from '../route.ts'

const query = z.strictObject({
  after: numberParameter(0, Number.MAX_SAFE_INTEGER, 0).describe('The seq after which to begin.'),
  limit: numberParameter(1, 1000, 200).describe('How many at most; 200 unless said.'),
})

export function eventRoutes(database: Database): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/environments/{env}/events',
      summary: 'Every change in an environment, oldest first.',
      query,
      answers: { 200: { description: 'A page; `next` goes on.', schema: eventListSchema } },
      handle: async ({ environment, query: { after, limit } }) => {
        const page = await listEvents(database.kysely, environment, { after, limit: limit + 1 })
        const events = page.slice(0, limit)
        const next = page.length > limit ? { next: String(events.at(-1)?.seq) } : {}
        return json({ items: events.map(eventRecord), ...next })
      },
    }),
  ]
}

/** An event as the API shows it. */
export function eventRecord(event: StoredEvent): LogEvent {
  const { seq, id, atMs, actor, subject, action, from, to, why, reason, evidence, revision, hash } = event
  return {
    seq,
    id,
    at: new Date(atMs).toISOString(),
    actor,
    subject,
    action,
    from,
    to,
    why,
    reason,
    evidence,
    revision,
    hash,
  }
}
