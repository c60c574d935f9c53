import { isYes } from './call.ts'
import type { FlagKey } from './flag-types.ts'
import { cleanMetrics } from './observation.ts'
import type { Metrics } from './observation.ts'

/** A call that was measured elsewhere: the flag, and any metrics. */
export interface TrackedCall {
  readonly flag: FlagKey
  /** The variant that was in use, where it is known better than by evaluating again. */
  readonly variant?: string
  /** Start of the call, RFC 3339 or milliseconds since 1970. Default: now, less `latency_ms`. */
  readonly at?: string | number
  readonly model?: string
  readonly [metric: string]: number | boolean | string | undefined
}

/** A tracked call as its row needs it. */
export interface ReadCall {
  readonly startMs: number
  readonly metrics: Metrics
  readonly model: string | undefined
}

/** Reads what `track` was given. A failed call has no latency to compare: quick refusals would flatter it. */
export function readTrackedCall(
  { flag: _flag, variant: _variant, at, model, ...given }: TrackedCall,
  nowMs: number,
): ReadCall {
  const { latency_ms, ...metrics } = cleanMetrics(given)
  const isFailed = isYes(metrics['error'])
  const tookMs = typeof latency_ms === 'number' && latency_ms >= 0 ? latency_ms : 0
  return {
    startMs: at === undefined ? nowMs - tookMs : new Date(at).getTime(),
    metrics: isFailed || latency_ms === undefined ? metrics : { ...metrics, latency_ms },
    model: typeof model === 'string' ? model : undefined,
  }
}
