import { logSumExp } from './log-sum-exp.ts'

/**
 * A family of e-processes: the same test against every null of a grid, fed with the same blocks. The test at the limit
 * decides; the nulls that are not refused are the interval people see, so the two are the same numbers.
 *
 * Each e-process is a mixture over alternatives j and over restarts k: E = Σ_k c_k Σ_j w_j Π factors since restart k, with
 * c_1 = 0.9, c_k = 0.1 / (k (k - 1)). Restarts keep a long healthy past from hiding a late onset; the weights sum to 1, so
 * E stays an e-process.
 */
export interface Family {
  /** Ascending. */
  readonly nulls: readonly number[]
  /** ln of Σ_k c_k w_j Π factors, per null and alternative. */
  readonly logTerms: readonly (readonly number[])[]
  /** Restarts so far, the first start included; null for a family that never restarts. */
  readonly restarts: number | null
}

/** ln w_j of the alternatives tested against one null. */
export type LogWeights = (nullValue: number) => readonly number[]

const firstShare = 0.9
const shareOfRestart = (k: number): number => (k === 1 ? firstShare : (1 - firstShare) / (k * (k - 1)))
/** Σ c_i for i ≤ k: 1 - 0.1 / k. */
const spentAfter = (k: number): number => 1 - (1 - firstShare) / k

const clamp = (logE: number): number => Math.max(-1e6, Math.min(1e6, logE))

export function startFamily(nulls: readonly number[], logWeights: LogWeights, restarting: boolean): Family {
  const logShare = restarting ? Math.log(firstShare) : 0
  return {
    nulls,
    logTerms: nulls.map((value) => logWeights(value).map((logWeight) => logShare + logWeight)),
    restarts: restarting ? 1 : null,
  }
}

/** The family after one more independent factor; `increments` gives ln of the factor per alternative, what is not finite is none. */
export function multiply(family: Family, increments: (nullValue: number) => readonly number[]): Family {
  const { nulls, restarts } = family
  const logTerms = family.logTerms.map((terms, i) => {
    const added = increments(nulls[i] ?? 0)
    return terms.map((term, j) => term + finite(added[j]))
  })
  return { nulls, logTerms, restarts }
}

const finite = (value: number | undefined): number => (value !== undefined && Number.isFinite(value) ? value : 0)

/** Begins one more process in the mixture; what came before keeps its weight. */
export function restart(family: Family, logWeights: LogWeights): Family {
  if (family.restarts === null) return family
  const k = family.restarts + 1
  const logShare = Math.log(shareOfRestart(k))
  return {
    nulls: family.nulls,
    restarts: k,
    logTerms: family.logTerms.map((terms, i) => {
      const weights = logWeights(family.nulls[i] ?? 0)
      return terms.map((term, j) => logSumExp([term], logShare + (weights[j] ?? -Infinity)))
    }),
  }
}

/** ln E against the null at `index`; the share of restarts still to come counts 1. */
export function logEvidence(family: Family, index: number): number {
  const unspent = family.restarts === null ? -Infinity : Math.log(1 - spentAfter(family.restarts))
  return clamp(logSumExp(family.logTerms[index] ?? [], unspent))
}

/** ln E against the null of that value, which must be on the grid. */
export function logEvidenceAt(family: Family, nullValue: number): number {
  return logEvidence(family, family.nulls.indexOf(nullValue))
}

/**
 * Where the refused nulls end, counted from one end of the grid: from the low end for claims that the truth is higher, from
 * the high end for claims that it is lower. Null: none refused. Between two grid points ln E is taken as linear in the null,
 * or (`step`) nothing is taken: where most values lie together it falls at once, and a line would end on their far side.
 */
export function boundary(
  family: Family,
  claim: 'higher' | 'lower',
  threshold: number,
  between: 'line' | 'step' = 'line',
): number | null {
  const count = family.nulls.length
  let refused: number | null = null
  let logRefused = 0
  for (let i = 0; i < count; i++) {
    const index = claim === 'higher' ? i : count - 1 - i
    const value = family.nulls[index] ?? 0
    const logE = logEvidence(family, index)
    if (logE < threshold) {
      if (refused === null || between === 'step') return refused
      return refused + ((logRefused - threshold) / (logRefused - logE)) * (value - refused)
    }
    refused = value
    logRefused = logE
  }
  return refused
}
