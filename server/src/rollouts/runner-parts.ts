import type { DecisionEvent, Rollout } from '@sluice/contract'
import type { FlagParts } from '../flags/flag-service.ts'

/** Who is told of what happens to rollouts; the stream, in the running server. */
export interface RolloutAudience {
  rollout(environment: string, rollout: Rollout): void
  decision(environment: string, decision: DecisionEvent): void
}

/** What is known of the SDKs that serve the flags. */
export interface Fleet {
  /** Of those that gave a sign of life since, how many still hold the flags of before. */
  behind(environment: string, sinceMs: number): { readonly behind: number; readonly alive: number }
}

/** Nobody is known: a runner without an edge of its own. */
export const noFleet: Fleet = { behind: () => ({ behind: 0, alive: 0 }) }

export type RunnerParts = FlagParts & {
  readonly rolloutAudience: RolloutAudience
  readonly environments: readonly string[]
  readonly instances: Fleet
}

export interface Acted {
  readonly changed: boolean
  readonly rollout: Rollout
  readonly decision: DecisionEvent | null
}
