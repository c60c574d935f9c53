import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { buildClient } from './build-client.ts'
import type { EvaluatingClient } from './build-client.ts'
import { createClock } from './clock.ts'
import { FlagStore } from './flag-store.ts'
import { LocalOverrides } from './local-overrides.ts'
import { unitHash } from './hash-unit.ts'
import { createQuietLog } from './logger.ts'
import { Observer } from './observer.ts'
import { createResolver } from './resolver.ts'
import { rolloutFlag } from './testing/fake-server.ts'

/** A client over hostile ground: its sink, its logger and its clock all fail. */
function hostileClient(): EvaluatingClient {
  const broken = (): never => {
    throw new Error('broken')
  }
  const condition = { attr: 'plan', op: 'in', values: ['pro'] }
  const rules = [{ id: 'rollout', if: condition, sample: { share: 50_000, salt: 's1' }, serve: 'on' }]
  const store = new FlagStore('production')
  const flags = { flag: rolloutFlag(50_000), picky: rolloutFlag(0, { rules }), odd: { rollout: 5 } }
  store.accept({ schema: 1, env: 'production', epoch: 'e', revision: 1, flagCount: 3, flags }, 'server')
  const log = createQuietLog({ warn: broken, error: broken }, Date.now)
  return buildClient({
    resolver: createResolver(store, new LocalOverrides({}, log), broken),
    observer: new Observer({ hash: unitHash(true), add: broken }),
    clock: createClock(broken),
    log,
    timeoutMs: null,
    isStale: () => false,
  })
}

const hostileContexts = () => {
  const throws = () => {
    throw new Error('trap')
  }
  const revoked = Proxy.revocable({}, {})
  revoked.revoke()
  return [
    new Proxy({}, { get: throws, has: throws, ownKeys: throws, getOwnPropertyDescriptor: throws }),
    Object.defineProperty({}, 'targetingKey', { get: throws, enumerable: true }),
    revoked.proxy,
    Object.create(null),
    { targetingKey: Symbol('unit') },
    Symbol('context'),
    10n,
    () => {},
  ]
}

const anyFlag = fc.oneof(fc.constantFrom('flag', 'picky', 'odd', 'toString', '__proto__'), fc.anything())
const anyContext = fc.oneof(
  // By function, as fast-check itself looks into its values.
  fc.nat(hostileContexts().length - 1).map((index) => () => hostileContexts()[index]),
  fc
    .anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, withSparseArray: true })
    .map((value) => () => value),
  fc.record({ targetingKey: fc.anything(), plan: fc.anything() }).map((value) => () => value),
)

test('nothing that is passed in makes a client throw', async () => {
  const client = hostileClient()
  await fc.assert(
    fc.asyncProperty(anyFlag, anyContext, fc.anything(), async (flag, contextOf, given) => {
      const [key, ctx] = [flag as string, contextOf() as Record<string, unknown>]
      expect(client.isEnabled(key, ctx)).toBeTypeOf('boolean')
      expect(client.variant(key, ctx, 'fallback')).toBeTypeOf('string')
      client.value(key, ctx, given)
      client.details(key, ctx, given)
      client.model(key, ctx)
      expect(client.explain(key, ctx)).toHaveProperty('outcome')
      client.track(ctx, given as never)
      client.track(ctx, ctx as never)
      client.track(ctx, { flag: key, at: given as never, latency_ms: given as never, own: given as never })
      const record = (call: { record: (given: never) => void; score: (given: never) => void }) => {
        call.record(given as never)
        call.score(given as never)
        return 'answer'
      }
      expect(await client.run(key, ctx, { on: record, off: record })).toBe('answer')
      const options = { candidate: record, baseline: record, timeoutMs: given as never, score: given as never }
      expect(await client.guard(key, ctx, options)).toBe('answer')
    }),
    { numRuns: 500 },
  )
})
