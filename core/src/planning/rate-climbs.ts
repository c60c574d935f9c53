import { rateLimitIncrements, rateRatioIncrements, startFamily } from '../statistics/index.ts'
import type { Claim, LogWeights } from '../statistics/index.ts'
import { logSumExp } from '../statistics/log-sum-exp.ts'
import { observationsFor } from './first-passage.ts'
import type { Climb } from './first-passage.ts'

/** What one process of evidence must overcome: its logarithm at the decision, and the weights it starts with. */
export interface Hurdle {
  readonly claim: Claim
  /** ln E at which it decides, the guardrail's part of the error budget included. */
  readonly threshold: number
  readonly weights: LogWeights
  /** Harm restarts, proofs do not. */
  readonly restarts: boolean
}

/** Moves of ln E per candidate unit, for one alternative: their mean, their variance, and the mean size of a move up. */
interface Moves {
  readonly drift: number
  readonly variance: number
  readonly upward: number
}

/**
 * The climbs of a mixture. Evidence overshoots its threshold by half a mean move up, and when one alternative gets there the
 * others have brought their part as well: what their mean paths add to the highest of them is taken off the height.
 */
export function climbsOf(hurdle: Hurdle, nullValue: number, moves: readonly Moves[]): readonly Climb[] {
  const [logWeights = []] = startFamily([nullValue], hurdle.weights, hurdle.restarts).logTerms
  const alone = moves.map(({ drift, variance, upward }, j): Climb => ({
    drift,
    variance,
    height: hurdle.threshold - (logWeights[j] ?? -Infinity) + upward / 2,
  }))
  const n = observationsFor(alone, 0.5)
  if (n === Infinity) return alone
  const paths = moves.map(({ drift }, j) => (logWeights[j] ?? -Infinity) + drift * n)
  const help = logSumExp(paths) - Math.max(...paths)
  return alone.map((climb) => ({ ...climb, height: climb.height - help }))
}

/** Rates of one unit on either side, and the part of the units that the candidate gets. */
export interface Rates {
  readonly candidate: number
  readonly baseline: number
  readonly share: number
}

/** Per candidate unit there are (1 - π) / π baseline units; each failure of either moves ln E, successes do not. */
export function rateRatioClimbs(
  hurdle: Hurdle,
  ratio: number,
  { candidate, baseline, share }: Rates,
): readonly Climb[] {
  const odds = (1 - share) / share
  const sizes = { nT: share, nC: 1 - share }
  const ofT = rateRatioIncrements(hurdle.claim, { ...sizes, xT: 1, xC: 0 }, ratio)
  const ofC = rateRatioIncrements(hurdle.claim, { ...sizes, xT: 0, xC: 1 }, ratio)
  const moves = ofT.map((up, j): Moves => {
    const other = ofC[j] ?? 0
    return {
      drift: candidate * up + odds * baseline * other,
      variance: candidate * (1 - candidate) * up * up + odds * baseline * (1 - baseline) * other * other,
      upward: Math.max(up, other),
    }
  })
  return climbsOf(hurdle, ratio, moves)
}

/** Every candidate unit moves ln E against a fixed limit: up when it fails, down when it does not, or the other way round. */
export function rateLimitClimbs(hurdle: Hurdle, limit: number, candidate: number): readonly Climb[] {
  const failed = rateLimitIncrements(hurdle.claim, 1, 1, limit)
  const good = rateLimitIncrements(hurdle.claim, 1, 0, limit)
  const moves = failed.map((ofFailed, j): Moves => {
    const ofGood = good[j] ?? 0
    return {
      drift: candidate * ofFailed + (1 - candidate) * ofGood,
      variance: candidate * (1 - candidate) * (ofFailed - ofGood) ** 2,
      upward: Math.max(ofFailed, ofGood),
    }
  })
  return climbsOf(hurdle, limit, moves)
}
