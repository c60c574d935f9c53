import type { Rollout } from '@sluice/contract'
import { formatSpan } from './time.ts'

export interface Countdown {
  /** Part of the stage's least time that has passed, 0 to 1; null when the stage names none. */
  readonly passed: number | null
  readonly text: string
}

/**
 * What the clock says of the present stage. It never promises an advance: time is one condition among those in
 * `waitingFor`, so the text says "at the earliest", and once the time is met it names no other instant.
 */
export function countdown(rollout: Rollout, nowMs: number): Countdown | null {
  const { stage } = rollout
  if (stage === null || stage.since === null || rollout.endedAt !== null) return null
  const earliest = rollout.nextDecisionAt ?? stage.earliestAt
  if (earliest === null) return { passed: null, text: 'no time set' }
  const endMs = Date.parse(earliest)
  const sinceMs = Date.parse(stage.since)
  const passed = endMs <= sinceMs ? 1 : Math.min(1, Math.max(0, (nowMs - sinceMs) / (endMs - sinceMs)))
  if (nowMs >= endMs) return { passed: 1, text: 'least time is over' }
  return { passed, text: `in ${formatSpan(endMs - nowMs + 999)} at the earliest` }
}
