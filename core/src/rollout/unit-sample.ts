import { sampleRatioLogEvidence } from '../statistics/index.ts'
import type { PerArm } from '../statistics/index.ts'
import { shareOf } from './plan.ts'
import type { Plan } from './plan.ts'
import type { RolloutState } from './state.ts'

/** Units tracked a side: 200,000, beyond which power hardly grows. */
export const maxUnits = 200_000

const day = 86_400_000
const mostBits = 20

/**
 * How thinly units are tracked, drawn once at the attempt's start from those expected until its end (three times the least
 * time, and a day): one in 2^bits, by their hash alone, so that evidence stays what it is. The candidate's first stage is
 * small and has a draw of its own; after it both sides share the baseline's, as only of those units it is known whether
 * they came over.
 */
export function drawSampleBits({ unitsPerDay, stages }: Plan): PerArm {
  if (unitsPerDay === undefined || !(unitsPerDay > 0)) return { T: 0, C: 0 }
  const days = (ms: number) => 1 + (3 * ms) / day
  const [first] = stages
  const all = unitsPerDay * days(stages.reduce((sum, { atLeastMs }) => sum + atLeastMs, 0))
  const early = first ? (unitsPerDay * days(first.atLeastMs) * shareOf(first)) / 100_000 : 0
  const C = bitsFor(all)
  return { T: Math.min(C, bitsFor(early)), C }
}

const bitsFor = (units: number): number => Math.max(0, Math.min(mostBits, Math.ceil(Math.log2(units / maxUnits))))

/** The candidate's share of the units that are tracked, by design. */
export function designedShare({ sharePer100k, entry, sampleBits }: RolloutState): number {
  const share = sharePer100k / 100_000
  if (entry > 0 || sampleBits.T === sampleBits.C) return share
  const candidate = share * 2 ** (sampleBits.C - sampleBits.T)
  return candidate / (candidate + 1 - share)
}

/** ln Bayes factor of a broken sample, over the attempt so far. */
export const sampleRatioOf = (state: RolloutState): number =>
  sampleRatioLogEvidence(state.sampleRatio, designedShare(state))
