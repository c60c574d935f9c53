import { SluiceError, snapshotSchema } from '@sluice/contract'
import { z } from 'zod'
import { type NewLifeParts, beginNewLifeIfBehind } from '../../environments/begin-new-life.ts'
import { namesTag } from '../conditional.ts'
import type { InstanceRegistry } from '../instances.ts'
import { type Call, type Route, defineRoute } from '../route.ts'
import { type StreamHub, type Topic, topics } from '../stream.ts'

export interface SnapshotParts extends NewLifeParts {
  readonly hub: StreamHub
  readonly instances: InstanceRegistry
}

const streamQuery = z.strictObject({ topics: z.string().optional(), revision: z.string().max(100).optional() })
type StreamQuery = z.output<typeof streamQuery>

export function snapshotRoutes(parts: SnapshotParts): Route[] {
  const { cache, hub, instances } = parts
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/environments/{env}/snapshot',
      summary: 'All flags of an environment, as SDKs hold them.',
      answers: {
        200: { description: 'One revision.', schema: snapshotSchema },
        304: { description: 'It is still the one in `If-None-Match`.' },
      },
      handle: async ({ environment, request }) => {
        const known = request.headers.get('if-none-match')
        await beginNewLifeIfBehind(environment, known, parts)
        const snapshot = cache.get(environment)
        if (!snapshot) throw notLoaded()
        instances.seen(environment, request, snapshot.revision)
        const headers = { etag: `"${snapshot.id}"`, 'cache-control': 'no-cache' }
        if (known !== null && namesTag(known, headers.etag)) return new Response(null, { status: 304, headers })
        return new Response(snapshot.text(), { headers: { ...headers, 'content-type': 'application/json' } })
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/environments/{env}/stream',
      summary: 'Changes as they happen (server-sent events).',
      query: streamQuery,
      answers: { 200: { description: 'put, patch, ping, rollout, decision, models.', mediaType: 'text/event-stream' } },
      handle: async (call) => {
        const { environment, principal, query, request } = call
        const known = request.headers.get('last-event-id') ?? query.revision ?? null
        await beginNewLifeIfBehind(environment, known, parts)
        return hub.open({
          environment,
          topics: topicsOf(call),
          principalId: principal.id,
          isSession: principal.via === 'session',
          known,
          ...instances.opened(environment, request),
        })
      },
    }),
  ]
}

function topicsOf({ query, principal }: Call<undefined, StreamQuery>): Set<Topic> {
  const named = (query.topics ?? 'flags').split(',').filter((name) => name !== '')
  const wanted = new Set<Topic>()
  for (const name of named) {
    const topic = topics.find((known) => known === name)
    if (!topic)
      throw new SluiceError('INVALID_INPUT', `There is no topic "${name.slice(0, 40)}".`, {
        hint: `Topics are ${topics.join(', ')}, separated by commas.`,
        errors: [{ pointer: '/topics', code: 'invalid_value', message: `Expected ${topics.join(' or ')}.` }],
      })
    wanted.add(topic)
  }
  if (wanted.has('rollouts') && principal.kind !== 'admin')
    throw new SluiceError('FORBIDDEN', `A key of kind "${principal.kind}" may read the topics flags and models only.`, {
      hint: 'Use a key of kind admin for the topic rollouts.',
    })
  return wanted
}

function notLoaded(): SluiceError {
  return new SluiceError('UNAVAILABLE', 'The flags are not loaded yet.', { hint: 'Try again in a second.' })
}
