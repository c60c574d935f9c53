import type { DecisionEvent, Rollout } from '@sluice/contract'
import type { FlagParts } from '../flags/flag-service.ts'

/** Who is told of what happens to rollouts; the stream, in the running server. */
export interface RolloutAudience {
  rollout(environment: string, rollout: Rollout): void
  decision(environment: string, decision: DecisionEvent): void
}

export type RunnerParts = FlagParts & {
  readonly rolloutAudience: RolloutAudience
  readonly environments: readonly string[]
}

export interface Acted {
  readonly changed: boolean
  readonly rollout: Rollout
  readonly decision: DecisionEvent | null
}
