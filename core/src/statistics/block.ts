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

/** What arrived in one interval, as evidence sees it; the same whatever the order of its rows. */
export interface Block {
  readonly index: number
  /** Rows of each arm, exposures included. */
  readonly rows: PerArm
  /** Rows that carried the metric. */
  readonly rowsOf: Readonly<Record<string, PerArm>>
  /** Units first seen in the attempt. */
  readonly newUnits: PerArm
  /** Units that were seen on both sides in this visit and no longer count. */
  readonly crossed: number
  readonly rates: Readonly<Record<string, RateBlock>>
  readonly values: Readonly<Record<string, readonly ValueRow[]>>
}
