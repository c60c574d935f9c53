import type { Stat } from './metric.ts'

/** `proof`: safety must be shown. `quiet`: the time is up, every guardrail has data, nothing points to harm. */
export type Advance = 'proof' | 'quiet'

/** What a proven breach does. The order is that of severity. */
export type OnBreach = 'notify' | 'hold' | 'step-back' | 'rollback'

/** What silence of a needed side does beside keeping the stage from opening, which it always does. */
export type OnNoData = 'ignore' | OnBreach

/** One planned share. Shares are integers out of 100,000; times are milliseconds. */
export interface Stage {
  readonly sharePer100k: number
  /** What stays on the baseline at a share of 100 %, so that there is still something to compare with. */
  readonly holdbackPer100k: number
  readonly atLeastMs: number
  /** `manual`: when all else is met, a person decides. */
  readonly gate: 'auto' | 'manual'
}

/** A plain threshold over windows of time, as dashboards have it: easy to say, without a statistical guarantee. */
export interface WindowTest {
  /** Blocks of one window; windows follow each other from the start of the visit. */
  readonly blocks: number
  /** So many of the last `of` windows beyond the limit are a breach. */
  readonly breach: number
  readonly of: number
  /** With fewer calls on a needed side a window has no data: it neither counts nor resets. */
  readonly minSamples: number
  /** One window beyond this multiple of the limit is a breach at once; null: none is. */
  readonly ceiling: number | null
}

/** One comparison with exactly one limit. Fields that may be left out keep their defaults. */
export interface Guardrail {
  /** Unique in its plan and readable: `error-ratio`, `latency_ms-p95-ratio`. */
  readonly id: string
  readonly metric: string
  readonly stat: Stat
  /** A class of the outcome: `rate_limited` errors, which rows report as `error.rate_limited`. Default: all. */
  readonly where?: string
  /** Another metric that each amount is divided by: tokens per `patches`. */
  readonly per?: string
  /** Default `unit`: each user, account or session counts once. `request` takes calls for independent of each other. */
  readonly counting?: 'unit' | 'request'
  /**
   * When evidence of harm against the baseline counts a unit: as its failure comes (the default, an outage is seen at once),
   * or once the plan's timeout has run out, for arms that fail at different speeds. Proofs always wait for the timeout.
   */
  readonly settle?: 'at-once' | 'timeout'
  /** A threshold over windows in place of evidence. */
  readonly window?: WindowTest
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
  /** Default `hold`; `ignore` where a breach only notifies. */
  readonly onNoData?: OnNoData
  /** Stage indexes in which it acts; null: in all. */
  readonly stages: readonly number[] | null
  /** What people do about a breach, as text or as an address; told with it. */
  readonly runbook?: string
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
  /** A stage opens no sooner than this after the last early sign of harm. */
  readonly afterWarningMs?: number
  /** After so long an attempt is held: what was not shown by then is not shipped by itself. */
  readonly maxDurationMs?: number
  /** Distinct units a day that are expected, where known: more than can be tracked are sampled. */
  readonly unitsPerDay?: number
  readonly stages: readonly Stage[]
  readonly guardrails: readonly Guardrail[]
}

/** Index of the next stage: the first that sets more than this share; -1 after the last. */
export const stageAbove = ({ stages }: Plan, sharePer100k: number): number =>
  stages.findIndex((stage) => shareOf(stage) > sharePer100k)

/** The share that a stage really sets: at 100 % the holdback stays on the baseline. */
export function shareOf(stage: Stage): number {
  return Math.min(stage.sharePer100k, 100_000 - stage.holdbackPer100k)
}
