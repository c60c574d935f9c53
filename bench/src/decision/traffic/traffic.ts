import type { RolloutState } from '@sluice/core/rollout'
import type { Block, PerArm, RateBlock, ValueRow } from '@sluice/core/statistics'

/** Calls that ended in one block, as a dashboard counts them. */
export interface Calls {
  readonly nT: number
  readonly xT: number
  readonly nC: number
  readonly xC: number
}

/** Gives the sealed blocks of one simulated rollout, one after the other. */
export interface Traffic {
  /** The block of that index, at the share at which the rollout then stands. */
  next(index: number, state: RolloutState): Block
  /** What the last block looked like without the engine's counting: what the rules of others see. */
  readonly calls: Calls
  /** Candidate units exposed so far, and how many of their failures the baseline would not have had, on average. */
  readonly harm: { readonly units: number; readonly excess: number }
}

/** Failures of one arm's units at that minute: a rate, over time. */
export type Rate = number | ((minute: number) => number)

export const rateAt = (rate: Rate, minute: number): number => (typeof rate === 'number' ? rate : rate(minute))

/** A block in which every unit and row is what `rates` and `values` say. */
export function blockWith(
  index: number,
  units: PerArm,
  rows: PerArm,
  rates: Readonly<Record<string, RateBlock>>,
  values: Readonly<Record<string, readonly ValueRow[]>> = {},
): Block {
  const rowsOf = Object.fromEntries([...Object.keys(rates), ...Object.keys(values)].map((name) => [name, rows]))
  return { index, rows, rowsOf, newUnits: units, units, crossed: 0, full: false, rates, values, calls: {} }
}
