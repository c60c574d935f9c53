import type { Histogram } from './histogram.ts'
import type { Counts } from './rate-ratio.ts'

/** A number per arm: T is the candidate, C the baseline. */
export interface PerArm {
  readonly T: number
  readonly C: number
}

/** Units and, of them, those whose first observation failed. */
export interface FirstCounts {
  readonly n: number
  readonly x: number
}

/** What one block says about one yes-or-no metric. */
export interface RateBlock {
  /** Units newly at risk. */
  readonly exposed: PerArm
  /** Risk sets by age and origin: units exposed in this visit that had not failed before, and their first failures. */
  readonly atRisk: readonly Counts[]
  /** Units whose time to answer ran out in this block, by origin, and those that had failed by then. */
  readonly settled: readonly Counts[]
  /** Units of each arm first exposed in this stage, and those whose first observation failed, as it comes. */
  readonly first: { readonly T: FirstCounts; readonly C: FirstCounts }
  /** The candidate's, once their time to answer ran out. */
  readonly firstSettled: FirstCounts
}

/** A unit's first amount in this stage. */
export interface ValueRow {
  readonly arm: 'T' | 'C'
  /** 1 for units known in the attempt before this stage: like is compared with like. */
  readonly origin: 0 | 1
  /** Four bits of the unit's hash: groups are cut along it, never along outcomes. */
  readonly part: number
  readonly value: number
}

/** Calls of one arm, each for itself. */
export interface CallSums {
  readonly n: number
  /** Of these, failed; of counts, the sum of what they counted. */
  readonly x: number
  readonly sum: number
  readonly values: Histogram
}

/** What arrived in one interval, as evidence sees it; the same whatever the order of its rows. Metrics go by their key. */
export interface Block {
  readonly index: number
  /** Rows of each arm, exposures included, repeated ones once. */
  readonly rows: PerArm
  /** Rows that carried the metric. */
  readonly rowsOf: Readonly<Record<string, PerArm>>
  /** Units first seen in the attempt. */
  readonly newUnits: PerArm
  /** Units first seen in this visit. */
  readonly units: PerArm
  /** Units that were seen on both sides in this visit and no longer count. */
  readonly crossed: number
  /** True when a side's table took no more units in this block. */
  readonly full: boolean
  readonly rates: Readonly<Record<string, RateBlock>>
  readonly values: Readonly<Record<string, readonly ValueRow[]>>
  /** Of metrics that are looked at call by call, in windows. */
  readonly calls: Readonly<Record<string, { readonly T: CallSums; readonly C: CallSums }>>
}
