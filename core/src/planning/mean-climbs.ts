import { cutFor } from '../rollout/mean-groups.ts'
import { bettingIncrements, quantile } from '../statistics/index.ts'
import type { Claim, Histogram } from '../statistics/index.ts'
import { climbsOf } from './rate-climbs.ts'
import type { Hurdle } from './rate-climbs.ts'
import type { Climb } from './first-passage.ts'
import { momentsOf, partsOf } from './distribution.ts'
import { normalQuantile } from './normal.ts'

/** How amounts are grouped at a share: units of either arm in one group. */
export interface GroupSize {
  readonly T: number
  readonly C: number
}

/** What is tested, and what the truth is: amounts of the candidate are those of the baseline times `factor`. */
export interface MeanQuestion {
  readonly compare: 'ratio' | 'absolute'
  /** The limit or safe line. */
  readonly nullValue: number
  readonly factor: number
  readonly history: Histogram
  /** Upper bound of one value, where the metric has one by nature. */
  readonly bound: number | null
  readonly group: GroupSize
}

const points = 40
/** Evenly likely values of the standard normal distribution. */
const normalPoints = Array.from({ length: points }, (_, i) => normalQuantile((i + 0.5) / points))

/** Bets on group means: what a group adds to ln E, spread over the candidate units in it. */
export function meanClimbs(hurdle: Hurdle, question: MeanQuestion): readonly Climb[] {
  const { compare, nullValue, group } = question
  const bound = boundFor(hurdle.claim, question)
  const parts = partsOf(question.history)
  const cut = cutFor(question, hurdle.claim, nullValue)
  const isMore = hurdle.claim === 'higher'
  const candidate = momentsOf(parts, question.factor, isMore ? bound : cut * bound)
  const baseline = momentsOf(parts, 1, isMore ? cut * bound : bound)
  const against = compare === 'ratio' ? nullValue * baseline.mean : nullValue
  const worst = isMore
    ? (compare === 'ratio' ? 1.6 : 1) * against
    : compare === 'ratio'
      ? cut * bound
      : bound - nullValue
  const noise = compare === 'ratio' ? (nullValue * nullValue * baseline.variance) / group.C : 0
  const shape = logNormalOf(candidate.mean, candidate.variance / group.T + noise)
  const scale = Math.min(1, group.T / 3)
  const sign = isMore ? 1 : -1
  const perGroup = shape.map((mean) => bettingIncrements(sign * (mean - against), worst, scale))
  const bets = perGroup[0]?.length ?? 0
  const moves = Array.from({ length: bets }, (_, j) => {
    const steps = perGroup.map((increments) => increments[j] ?? 0)
    const drift = steps.reduce((sum, step) => sum + step, 0) / points
    const square = steps.reduce((sum, step) => sum + step * step, 0) / points
    return {
      drift: drift / group.T,
      variance: Math.max(0, square - drift * drift) / group.T,
      upward: Math.max(0, drift),
    }
  })
  return climbsOf(hurdle, nullValue, moves)
}

/** Where values are cut: p99 of the baseline for claims of more, p95 for claims of less, never below what an absolute limit needs. */
function boundFor(claim: Claim, { bound, history, compare, nullValue }: MeanQuestion): number {
  if (bound !== null) return bound
  const floor = compare === 'absolute' ? 3 * nullValue : Number.MIN_VALUE
  return Math.max(quantile(history, claim === 'higher' ? 0.99 : 0.95) ?? 0, floor)
}

/** Evenly likely values of a log-normal distribution with this mean and variance: means of few amounts are skewed. */
function logNormalOf(mean: number, variance: number): readonly number[] {
  if (!(mean > 0)) return Array.from({ length: points }, () => mean)
  const s2 = Math.log1p(variance / (mean * mean))
  return normalPoints.map((z) => Math.exp(Math.log(mean) - s2 / 2 + Math.sqrt(s2) * z))
}
