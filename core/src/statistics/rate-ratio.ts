import type { LogWeights } from './family.ts'
import { isCount } from './is-count.ts'

/** Units at risk and units that failed, per arm, in one stratum of one block. */
export interface Counts {
  readonly nT: number
  readonly xT: number
  readonly nC: number
  readonly xC: number
}

export type Claim = 'higher' | 'lower'

/** Alternatives as multiples of the null, with their weights (decision record 0003 gives the source). */
const multiples = { higher: [1.5, 2, 3, 5, 20], lower: [0.25, 0.4, 0.5, 0.6, 0.75] } as const
const weights = { higher: [0.22, 0.28, 0.25, 0.15, 0.1], lower: [0.2, 0.2, 0.2, 0.2, 0.2] } as const

const logMultiples = { higher: multiples.higher.map(Math.log), lower: multiples.lower.map(Math.log) }
const logWeights = { higher: weights.higher.map(Math.log), lower: weights.lower.map(Math.log) }

export const rateRatioWeights =
  (claim: Claim): LogWeights =>
  () =>
    logWeights[claim]

/**
 * ln of the factors against "the candidate's rate is at most (claim `higher`) or at least (`lower`) `ratio` times the
 * baseline's": with π = nT / (nT + nC), each failure of T multiplies by t_j / ratio, each failure of either arm divides by
 * (π t_j + 1 - π) / (π ratio + 1 - π). Its mean is at most 1 whatever the base rate, which need not be known. Numbers that
 * are no counts, or an empty side, say nothing: 0.
 */
export function rateRatioIncrements(claim: Claim, counts: Counts, ratio: number): readonly number[] {
  const { nT, xT, nC, xC } = counts
  if (!(isCount(nT) && isCount(xT) && isCount(nC) && isCount(xC) && isCount(ratio))) return noIncrement
  if (nT * nC * ratio === 0 || xT + xC === 0) return noIncrement
  const share = nT / (nT + nC)
  const atNull = share * ratio + 1 - share
  const logs = logMultiples[claim]
  return multiples[claim].map((multiple, j) => {
    const atAlternative = share * ratio * multiple + 1 - share
    return xT * (logs[j] ?? 0) - (xT + xC) * Math.log(atAlternative / atNull)
  })
}

const noIncrement = [0, 0, 0, 0, 0] as const
