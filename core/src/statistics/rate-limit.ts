import type { LogWeights } from './family.ts'
import { isCount } from './is-count.ts'
import type { Claim } from './rate-ratio.ts'

const multiplesAbove = [1.2, 1.5, 2, 3, 5] as const
const pointsAbove = [0.5, 0.9] as const
const multiplesBelow = [0.05, 0.2, 0.4, 0.6, 0.8] as const

/** The rates tested against `limit`: always inside (limit, 0.95) for `higher`, below it for `lower`. */
function alternatives(claim: Claim, limit: number): readonly number[] {
  if (claim === 'lower') return multiplesBelow.map((multiple) => limit * multiple)
  const inside = [...multiplesAbove.map((multiple) => limit * multiple), ...pointsAbove].filter(
    (rate) => rate > limit && rate < 0.95,
  )
  return inside.length > 0 ? inside : [(1 + limit) / 2]
}

export const rateLimitWeights =
  (claim: Claim): LogWeights =>
  (limit) => {
    const count = alternatives(claim, limit).length
    return Array.from({ length: count }, () => -Math.log(count))
  }

/**
 * ln of the factors against "the rate is at most (`higher`) or at least (`lower`) `limit`", for n units of which x failed:
 * the likelihood ratio of Bernoulli counts. x may arrive later than n; until then the unit counts as a success, which only
 * lowers evidence of harm. Numbers that are no counts, or a limit that is no rate, say nothing: 0.
 */
export function rateLimitIncrements(claim: Claim, n: number, x: number, limit: number): readonly number[] {
  if (!(isCount(n) && isCount(x) && limit > 0 && limit < 1)) return alternatives(claim, limit).map(() => 0)
  return alternatives(claim, limit).map(
    (rate) => x * Math.log(rate / limit) + (n - x) * Math.log((1 - rate) / (1 - limit)),
  )
}
