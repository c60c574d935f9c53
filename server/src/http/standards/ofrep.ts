// OpenFeature Remote Evaluation Protocol 0.3: one flag, all flags, and notices of change.
import {
  SluiceError,
  ofrepBulkFailureSchema,
  ofrepBulkSuccessSchema,
  ofrepFailureSchema,
  ofrepRequestSchema,
  ofrepSuccessSchema,
} from '@sluice/contract'
import { type Flag, evaluate, evaluateAll } from '@sluice/core/evaluation'
import { z } from 'zod'
import type { KeyRing } from '../../access/key-ring.ts'
import type { CachedSnapshot, SnapshotCache } from '../../flags/snapshot-cache.ts'
import type { Clock } from '../../ports/clock.ts'
import { environmentNotFound } from '../authenticate.ts'
import { checkUnit } from '../check-unit.ts'
import { namesTag } from '../conditional.ts'
import { type Call, type Route, defineRoute, json } from '../route.ts'
import type { StreamHub } from '../stream.ts'
import { type OfrepSuccess, bulkTag, notFound, refuseBulk, refuseOne, success } from './ofrep-answer.ts'
import { channelOf, readChannel } from './ofrep-channel.ts'

export interface OfrepParts {
  readonly cache: SnapshotCache
  readonly clock: Clock
  readonly hub: StreamHub
  readonly keyRing: KeyRing
}

const query = z.strictObject({
  environment: z.string().max(100).optional().describe('Needed with an admin key, which belongs to none.'),
})
type Query = z.output<typeof query>

/** What a provider adds after a notice of change. It may ask another node than the one that told it. */
const bulkQuery = query.extend({
  flagConfigEtag: z.string().max(200).optional(),
  flagConfigLastModified: z.string().max(200).optional(),
})

export function ofrepRoutes({ cache, clock, hub, keyRing }: OfrepParts): Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/ofrep/v1/evaluate/flags/{key}',
      summary: 'Evaluate one flag (OFREP 0.3). An admin key names the environment by ?environment=.',
      crossOrigin: true,
      query,
      body: ofrepRequestSchema,
      answers: {
        200: { description: 'The value; without one the caller’s default counts.', schema: ofrepSuccessSchema },
        400: { description: 'The context or the request is wrong.', schema: ofrepFailureSchema },
        404: { description: 'There is no such flag.', schema: ofrepFailureSchema },
      },
      refuse: refuseOne,
      handle: (call) => {
        const key = call.params['key'] ?? ''
        const { context } = call.body
        checkUnit(context)
        const snapshot = snapshotFor(call, cache)
        const flag = Object.hasOwn(snapshot.flags, key) ? snapshot.flags[key] : undefined
        if (!flag || !isVisible(flag, call)) return json(notFound(key), 404)
        return json(success(key, flag, evaluate(snapshot.compiled, key, context, clock.now()), snapshot.revision))
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/ofrep/v1/evaluate/flags',
      summary: 'Evaluate all flags in one context (OFREP 0.3).',
      crossOrigin: true,
      query: bulkQuery,
      body: ofrepRequestSchema,
      answers: {
        200: { description: 'Every flag this key may see.', schema: ofrepBulkSuccessSchema },
        304: { description: 'Still what `If-None-Match` names.' },
        400: { description: 'The context or the request is wrong.', schema: ofrepBulkFailureSchema },
      },
      refuse: refuseBulk,
      handle: (call) => {
        const { context } = call.body
        checkUnit(context)
        const snapshot = snapshotFor(call, cache)
        const flags: OfrepSuccess[] = []
        evaluateAll(snapshot.compiled, context, clock.now(), (key, outcome) => {
          const flag = snapshot.flags[key]
          if (flag && isVisible(flag, call)) flags.push(success(key, flag, outcome, snapshot.revision))
        })
        const etag = bulkTag({ epoch: snapshot.epoch, reader: call.principal.id, context, flags })
        const headers = { etag, 'cache-control': 'no-cache' }
        const known = call.request.headers.get('if-none-match')
        if (known !== null && namesTag(known, etag)) return new Response(null, { status: 304, headers })
        const { environment, revision } = snapshot
        const channel = channelOf(call.principal.id, environment, keyRing)
        const eventStreams = channel === null ? [] : [stream(channel)]
        return json({ flags, metadata: { environment, revision }, eventStreams }, 200, headers)
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/ofrep/v1/stream',
      summary: 'Notices that evaluations may have changed (OFREP 0.3); the bulk answer names the address.',
      crossOrigin: true,
      query: z.strictObject({
        channel: z.string().max(500).describe('The token of the address that a bulk evaluation gave.'),
      }),
      answers: { 200: { description: 'refetchEvaluation.', mediaType: 'text/event-stream' } },
      handle: ({ query: { channel }, request }) => {
        const reader = readChannel(channel, keyRing)
        if (reader === null)
          throw new SluiceError('NOT_FOUND', 'There is no such channel: its key was revoked, or it was cut.', {
            hint: 'Evaluate all flags again; the answer names a channel that is open.',
          })
        return hub.open({
          environment: reader.environment,
          topics: new Set(['notices']),
          principalId: reader.keyId,
          isSession: false,
          known: request.headers.get('last-event-id'),
        })
      },
    }),
  ]
}

const stream = (channel: string) => ({
  type: 'sse',
  // No origin: behind a proxy only the client knows under which address it has found us.
  endpoint: { requestUri: `/ofrep/v1/stream?channel=${encodeURIComponent(channel)}` },
})

function snapshotFor(
  { principal, query: { environment } }: Call<unknown, Query>,
  cache: SnapshotCache,
): CachedSnapshot {
  const name = principal.environment ?? environment
  if (name === undefined)
    throw new SluiceError('INVALID_INPUT', 'This key opens every environment: say which by ?environment=production.', {
      errors: [{ pointer: '/environment', code: 'invalid_type', message: 'It is missing.' }],
    })
  const snapshot = environment === undefined || environment === name ? cache.get(name) : undefined
  if (!snapshot) throw environmentNotFound(environment ?? name)
  return snapshot
}

/** A key that is out in the open sees only the flags that are meant for it. */
const isVisible = (flag: Flag, { principal }: Call<unknown, Query>): boolean =>
  principal.kind !== 'client' || flag.client === true
