import type { Waiting } from '@sluice/core/rollout'
import type { Fleet } from './runner-parts.ts'
import type { RolloutRecord } from './rollout-record.ts'

/** So many of the SDKs have to have the present share before the next one opens. */
const currentShare = 0.95

/**
 * SDKs that still serve the share of before: a stage that most of them never saw says nothing of the next. One that merely
 * ended gives no sign of life, and nobody waits for it.
 */
export function staleSdks({ environment, state }: RolloutRecord, fleet: Fleet): readonly Waiting[] {
  if (state.stage < 0 || state.ended !== null) return []
  const { behind, alive } = fleet.behind(environment, state.visitStartedMs)
  if (alive - behind >= alive * currentShare) return []
  return [
    { code: 'stale_sdks', sentence: `${behind} of ${alive} SDKs fetch the flags: they still serve those of before` },
  ]
}
