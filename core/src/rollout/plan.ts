import type { Stat } from './metric.ts'

/** `proof`: safety must be shown. `quiet`: the time is up, every guardrail has data, nothing points to harm. */
export type Advance = 'proof' | 'quiet'

/** What a proven breach does. The order is that of severity. */
export type OnBreach = 'notify' | 'hold' | 'step-back' | 'rollback'

/** One planned share. Shares are integers out of 100,000; times are milliseconds. */
export interface Stage {
  readonly sharePer100k: number
  /** What stays on the baseline at a share of 100 %, so that there is still something to compare with. */
  readonly holdbackPer100k: number
  readonly atLeastMs: number
  /** `manual`: when all else is met, a person decides. */
  readonly gate: 'auto' | 'manual'
}

/** One comparison with exactly one limit. */
export interface Guardrail {
  /** Unique in its plan and readable: `error-ratio`, `latency_ms-p95-ratio`. */
  readonly id: string
  readonly metric: string
  readonly stat: Stat
  /** `ratio`: candidate over baseline. `absolute`: the candidate alone, in the metric's unit. */
  readonly compare: 'ratio' | 'absolute'
  /** `over`: more than the limit is harm. `under`: less than the limit is harm. */
  readonly direction: 'over' | 'under'
  readonly limit: number
  /** Safety is proven when the truth is shown to be on the good side of this line. */
  readonly safe: number
  readonly onBreach: OnBreach
  /** Silence in blocks after which there is "no data"; null: as this traffic makes it plausible. */
  readonly noDataAfterBlocks: number | null
  /** Stage indexes in which it acts; null: in all. */
  readonly stages: readonly number[] | null
}

export interface Plan {
  readonly flag: string
  readonly rule: string
  readonly candidate: string
  readonly baseline: string
  readonly blockMs: number
  /** After this time a call that has not answered counts as answered: the settling time of proofs. */
  readonly timeoutMs: number
  readonly advance: Advance
  readonly stages: readonly Stage[]
  readonly guardrails: readonly Guardrail[]
}

/** The share that a stage really sets: at 100 % the holdback stays on the baseline. */
export function shareOf(stage: Stage): number {
  return Math.min(stage.sharePer100k, 100_000 - stage.holdbackPer100k)
}
