// OpenFeature Remote Evaluation Protocol 0.3, for one flag.
import { SluiceError, ofrepFailureSchema, ofrepRequestSchema, ofrepSuccessSchema } from '@sluice/contract'
import { type Flag, type Outcome, evaluate, ofrepReason } from '@sluice/core/evaluation'
import { z } from 'zod'
import type { CachedSnapshot, SnapshotCache } from '../../flags/snapshot-cache.ts'
import type { Clock } from '../../ports/clock.ts'
import { environmentNotFound } from '../authenticate.ts'
import { checkUnit } from '../check-unit.ts'
import { type Call, type RefusalFormat, type Route, defineRoute, json } from '../route.ts'

export interface OfrepParts {
  readonly cache: SnapshotCache
  readonly clock: Clock
}

const query = z.strictObject({ environment: z.string().max(100).optional() })
type Query = z.output<typeof query>

export function ofrepRoutes({ cache, clock }: OfrepParts): Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/ofrep/v1/evaluate/flags/{key}',
      summary: 'Evaluate one flag (OFREP 0.3). An admin key names the environment by ?environment=.',
      query,
      body: ofrepRequestSchema,
      answers: {
        200: { description: 'The value; without one the caller’s default counts.', schema: ofrepSuccessSchema },
        400: { description: 'The context or the request is wrong.', schema: ofrepFailureSchema },
        404: { description: 'There is no such flag.', schema: ofrepFailureSchema },
      },
      refuse,
      handle: (call) => {
        const key = call.params['key'] ?? ''
        const { context } = call.body
        checkUnit(context)
        const snapshot = snapshotFor(call, cache)
        const flag = visibleFlag(key, snapshot, call)
        if (!flag) return json(notFound(key), 404)
        return json(success(key, flag, evaluate(snapshot.compiled, key, context, clock.now()), snapshot.revision))
      },
    }),
  ]
}

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
function visibleFlag(key: string, { flags }: CachedSnapshot, { principal }: Call<unknown, Query>): Flag | undefined {
  const flag = Object.hasOwn(flags, key) ? flags[key] : undefined
  return principal.kind === 'client' && flag?.client !== true ? undefined : flag
}

function success(
  key: string,
  { metadata }: Flag,
  outcome: Outcome,
  revision: number,
): z.infer<typeof ofrepSuccessSchema> {
  const { value, variant, reason, rule, error } = outcome
  return {
    key,
    ...(variant === null ? {} : { value, variant }),
    reason: ofrepReason(outcome),
    metadata: {
      ...metadata,
      reason,
      revision,
      ...(rule === null ? {} : { rule }),
      ...(error === undefined ? {} : { error }),
    },
  }
}

const notFound = (key: string) => ({
  key,
  errorCode: 'FLAG_NOT_FOUND',
  errorDetails: `There is no flag "${key.slice(0, 200)}" in this environment.`,
})

/** Wrong requests in OFREP's own form; for everything else it leaves the form open, and ours says more. */
const refuse: RefusalFormat = ({ code, status, detail, pointers }, { key = '' }) => {
  if (status !== 400 && status !== 422) return null
  const isContext = pointers.some((pointer) => pointer === '' || pointer.startsWith('/context'))
  const errorCode = code === 'INVALID_JSON' ? 'PARSE_ERROR' : isContext ? 'INVALID_CONTEXT' : 'GENERAL'
  return json({ key, errorCode, errorDetails: detail }, 400)
}
