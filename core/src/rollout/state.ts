import type { GuardrailEvidence } from './evidence.ts'
import { emptySampleRatio } from '../statistics/index.ts'
import type { PerArm, SampleRatio } from '../statistics/index.ts'

export type Ending = 'rolled_back' | 'completed' | 'superseded'

/** What people see; derived from the stored state, never stored. */
export type RolloutPhase = 'draft' | 'running' | 'held' | 'awaiting_decision' | Ending

/** Everything that can keep a rollout from going on. */
export type WaitingCode =
  | 'start'
  | 'time'
  | 'proof'
  | 'warning'
  | 'breach'
  | 'shared_incident'
  | 'no_data'
  | 'max_duration'
  | 'gate'
  | 'after'
  | 'checklist'
  | 'sample_ratio'
  | 'both_sides'
  | 'clock'
  | 'stale_sdks'
  | 'killed'
  | 'person'

export interface Waiting {
  readonly code: WaitingCode
  readonly sentence: string
}

/** A stop that only a person lifts; by `no_data` where the plan lowers the share on silence. */
export interface Stop {
  readonly by: 'person' | 'breach' | 'no_data'
  readonly sentence: string
  readonly atMs: number
}

/**
 * The stored state of one rollout: plain data, JSON in the database. Block indexes count the intervals of `plan.blockMs`
 * since the start of the attempt; times are milliseconds since 1970.
 */
export interface RolloutState {
  /** Index into the plan's stages; -1 before the start. */
  readonly stage: number
  readonly sharePer100k: number
  readonly stoppedBy: Stop | null
  readonly ended: Ending | null
  /** Counts starts with fresh evidence: 1 at the first start, one more for each resume after a breach. */
  readonly attempt: number
  readonly attemptStartedMs: number
  /** Counts stays at one share and one pair of arms, over the whole rollout. */
  readonly visit: number
  readonly visitStartedMs: number
  /** First block of the visit. */
  readonly visitBlock: number
  /** When the present stage was reached; holding does not restart it. */
  readonly stageStartedMs: number
  /** Counts the times the highest share of the attempt rose; units count anew with each. */
  readonly entry: number
  readonly highestSharePer100k: number
  /** Next block to be sealed. */
  readonly block: number
  /** Blocks of this stage in which nothing held the rollout. */
  readonly healthyBlocks: number
  /** When a guardrail last showed early signs of harm; null: not in this attempt. */
  readonly warnedMs: number | null
  readonly evidence: readonly GuardrailEvidence[]
  readonly sampleRatio: SampleRatio
  /** Of each side one unit in 2^bits is tracked; drawn at the start of the attempt. */
  readonly sampleBits: PerArm
  /** Units seen in this visit, and those of them that reported from both sides and no longer count. */
  readonly visitUnits: { readonly seen: number; readonly crossed: number }
  /** True once a side took no more units: what needs all of them stops. */
  readonly full: boolean
}

/** A rollout nobody has started. */
export const draft: RolloutState = {
  stage: -1,
  sharePer100k: 0,
  stoppedBy: null,
  ended: null,
  attempt: 0,
  attemptStartedMs: 0,
  visit: 0,
  visitStartedMs: 0,
  visitBlock: 0,
  stageStartedMs: 0,
  entry: 0,
  highestSharePer100k: 0,
  block: 0,
  healthyBlocks: 0,
  warnedMs: null,
  evidence: [],
  sampleRatio: emptySampleRatio,
  sampleBits: { T: 0, C: 0 },
  visitUnits: { seen: 0, crossed: 0 },
  full: false,
}
