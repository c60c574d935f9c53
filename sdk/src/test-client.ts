import type { Context, Reason } from '#evaluation'
import { buildClient } from './build-client.ts'
import { createClock } from './clock.ts'
import { createQuietLog } from './logger.ts'
import type { Logger } from './logger.ts'
import type { Observation } from './observation.ts'
import { Observer } from './observer.ts'
import { defaultResolution } from './resolution.ts'
import type { Resolution, Resolver } from './resolution.ts'
import type { SluiceClient } from './sluice-client.ts'

/** The variant everybody gets, `true` and `false` being `on` and `off`; with a value where the code reads one. */
export type TestFlag = string | boolean | { readonly variant: string; readonly value: unknown }

/** A client without network and timers. */
export interface TestClient extends SluiceClient {
  /** Changes some flags; null takes one away. */
  set(flags: Readonly<Record<string, TestFlag | null>>): void
  /** The rows that a real client would have sent under a running rollout, oldest first. */
  recorded(): Observation[]
}

/** A client for tests of your code: `createTestClient({ 'patch-mode': 'on' })`. Unknown flags take the caller's default. */
export function createTestClient(
  flags: Readonly<Record<string, TestFlag>> = {},
  { now, logger = silent }: { now?: () => number; logger?: Logger } = {},
): TestClient {
  const held = new Map(Object.entries(flags))
  const rows: Observation[] = []
  const clock = createClock(now ?? null)
  const observer = new Observer({ hash: null, add: (row) => void rows.push(row) })
  const log = createQuietLog(logger, clock.now)
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
        if (flag === null) held.delete(key)
        else held.set(key, flag)
      }
    },
    recorded: () => [...rows],
    ready: async () => ({ source: 'server' }),
    on: () => () => {},
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
    const flag = flags.get(flagKey)
    if (flag === undefined) return defaultResolution('FLAG_NOT_FOUND', 'There is no flag of that key.')
    const { variant, value } = read(flag)
    const isBaseline = variant === 'off'
    return {
      value,
      variant,
      reason: 'RULE',
      rule: 'test',
      drawn: true,
      error: null,
      errorCode: null,
      arm: isBaseline ? 'C' : 'T',
      off: 'off',
      variants: { on: true, off: false, [variant]: value },
      rollout,
      unit: typeof context?.targetingKey === 'string' ? context.targetingKey : null,
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

function read(flag: TestFlag): { variant: string; value: unknown } {
  if (typeof flag === 'object') return flag
  const variant = typeof flag === 'boolean' ? (flag ? 'on' : 'off') : flag
  return { variant, value: variant === 'on' ? true : variant === 'off' ? false : variant }
}
