import type { Context, Reason } from '#evaluation'
import { buildClient } from './build-client.ts'
import { createClock } from './clock.ts'
import { Emitter } from './emitter.ts'
import type { FlagKey } from './flag-types.ts'
import { createQuietLog, messageOf } from './logger.ts'
import type { Logger } from './logger.ts'
import type { Observation } from './observation.ts'
import { Observer } from './observer.ts'
import { defaultResolution, noMetadata } from './resolution.ts'
import type { Resolution, Resolver } from './resolution.ts'
import { scopedFlag } from './scoped-flags.ts'
import type { SluiceClient } from './sluice-client.ts'
import { readTestFlag } from './test-flag.ts'
import type { TestFlag, TestFlags } from './test-flag.ts'

/** A client without network and timers. */
export interface TestClient extends SluiceClient {
  /** Changes some flags; null takes one away. */
  set(flags: { readonly [Key in FlagKey]?: TestFlag | null }): void
  /** The rows that a real client would have sent under a running rollout, oldest first. */
  recorded(): Observation[]
}

/** A client for tests of your code: `createTestClient({ 'patch-mode': 'on' })`. Unknown flags take the caller's default. */
export function createTestClient(
  flags: TestFlags = {},
  { now, logger = silent }: { now?: () => number; logger?: Logger } = {},
): TestClient {
  const held = new Map(Object.entries<TestFlag>(flags as Readonly<Record<string, TestFlag>>))
  const rows: Observation[] = []
  const clock = createClock(now ?? null)
  const observer = new Observer({ hash: null, add: (row) => void rows.push(row) })
  const log = createQuietLog(logger, clock.now)
  const emitter = new Emitter((thrown) => log.error('listener', messageOf(thrown)))
  const client = buildClient({
    resolver: testResolver(held),
    observer,
    clock,
    log,
    timeoutMs: null,
    isStale: () => false,
  })
  return {
    ...client,
    set(changes) {
      for (const [key, flag] of Object.entries(changes)) {
        if (flag === null || flag === undefined) held.delete(key)
        else held.set(key, flag)
      }
      emitter.emit('change', { revision: 1, flags: Object.keys(changes) })
    },
    recorded: () => [...rows],
    ready: async () => ({ source: 'server' }),
    on: (event, listener) => emitter.on(event, listener),
    status: () => ({
      state: 'ready',
      source: 'server',
      environment: 'test',
      revision: 1,
      lastSyncAt: null,
      rows: { waiting: 0, dropped: 0 },
    }),
    flush: async () => {},
    close: async () => {},
  }
}

const silent: Logger = { warn: () => {}, error: () => {} }
const rollout = { id: 'test', attempt: 1, visit: 1, timeoutMs: null }

function testResolver(flags: ReadonlyMap<string, TestFlag>): Resolver {
  const resolve = (flagKey: string, context: Context | undefined): Resolution => {
    const flag = scopedFlag(flagKey) ?? flags.get(flagKey)
    if (flag === undefined) return defaultResolution('FLAG_NOT_FOUND', 'There is no flag of that key.')
    const { variant, value } = readTestFlag(flag)
    const isBaseline = variant === 'off'
    return {
      value,
      variant,
      reason: 'RULE',
      rule: 'test',
      drawn: true,
      constant: false,
      error: null,
      errorCode: null,
      arm: isBaseline ? 'C' : 'T',
      off: 'off',
      variants: { on: true, off: false, [variant]: value },
      rollout,
      unit: typeof context?.targetingKey === 'string' ? context.targetingKey : null,
      task: typeof context?.['task'] === 'string' ? context['task'] : null,
      metadata: noMetadata,
      revision: 1,
      observed: true,
    }
  }
  return {
    resolve,
    pageFlags: () => [...flags.keys()],
    explain: (flagKey, context) => {
      const { value, variant, reason, rule, error } = resolve(flagKey, context)
      const outcome = {
        value: value as never,
        variant,
        reason: reason as Reason,
        rule,
        drawn: false,
        ...(error === null ? {} : { error }),
      }
      return { steps: [], outcome }
    },
  }
}
