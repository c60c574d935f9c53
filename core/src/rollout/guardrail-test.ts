import {
  bettingWeights,
  rateLimitIncrements,
  rateLimitWeights,
  rateRatioIncrements,
  rateRatioWeights,
} from '../statistics/index.ts'
import type { Block, Claim, Counts, LedgerMetric, LogWeights, ValueRow } from '../statistics/index.ts'
import { isSpoiltByFailure, metricNamed } from './metric.ts'
import type { Metric } from './metric.ts'
import type { Guardrail } from './plan.ts'

/** The kinds of evidence; each guardrail is of one. */
export type TestKind = 'rate-ratio' | 'rate-limit' | 'mean' | 'quantile-ratio' | 'quantile-limit'

/** True for shares of units, and for counts that are tied to units: at most one a unit. */
export const isRate = ({ stat }: Pick<Guardrail, 'stat'>): boolean => stat === 'rate' || stat === 'count'

const ledgerMetrics = new WeakMap<Guardrail, LedgerMetric>()

/** Which of the ledger's counts a guardrail reads; worked out once, as it is asked for in every block. */
export function ledgerMetricOf(guardrail: Guardrail): LedgerMetric {
  const known = ledgerMetrics.get(guardrail)
  if (known) return known
  const metric = readLedgerMetric(guardrail)
  ledgerMetrics.set(guardrail, metric)
  return metric
}

function readLedgerMetric(guardrail: Guardrail): LedgerMetric {
  const { metric, stat, where = null, per = null } = guardrail
  const { kind, failsOn } = metricNamed(metric, stat)
  const counting = guardrail.window ? 'window' : (guardrail.counting ?? 'unit')
  const name = `${metric}${where === null ? '' : `.${where}`}${per === null ? '' : `/${per}`}`
  const counted = stat === 'count' && kind !== 'rate' ? 'count' : kind
  const key = [name, ...(counted === 'count' ? ['count'] : []), ...(counting === 'unit' ? [] : [counting])].join(' ')
  const made: LedgerMetric = { key, metric, where, per, kind: counted, failsOn, counting }
  // Thresholds over windows count what the charts show, every call.
  return counting !== 'window' && isSpoiltByFailure(metric) ? { ...made, spoiltBy: 'error' } : made
}

/** The metric of a guardrail, of its class where it has one; an amount per something has no natural bound. */
export function metricOf({ metric, stat, where, per }: Guardrail): Metric {
  const named = metricNamed(where === undefined ? metric : `${metric}.${where}`, stat)
  return per === undefined ? named : { ...named, label: `${named.label} per ${per}`, bound: null }
}

export const ledgerKey = (guardrail: Guardrail): string => ledgerMetricOf(guardrail).key

export function testKind({ stat, compare }: Guardrail): TestKind {
  if (isRate({ stat })) return compare === 'ratio' ? 'rate-ratio' : 'rate-limit'
  if (stat === 'mean') return 'mean'
  return compare === 'ratio' ? 'quantile-ratio' : 'quantile-limit'
}

/** What has to be refused for harm, and what for safety. */
export const harmClaim = ({ direction }: Guardrail): Claim => (direction === 'over' ? 'higher' : 'lower')
export const safeClaim = ({ direction }: Guardrail): Claim => (direction === 'over' ? 'lower' : 'higher')

/** The share of values beyond the quantile: 0.05 for p95. */
export const tailOf = (guardrail: Guardrail): number => (100 - Number(guardrail.stat.slice(1))) / 100

export function weightsOf(guardrail: Guardrail, claim: Claim): LogWeights {
  switch (testKind(guardrail)) {
    case 'mean':
      return bettingWeights
    case 'rate-limit':
      return rateLimitWeights(claim)
    case 'quantile-limit': {
      const weights = rateLimitWeights(claim)(tailOf(guardrail))
      return () => weights
    }
    case 'rate-ratio':
    case 'quantile-ratio':
      return rateRatioWeights(claim)
  }
}

const ratios = [0.1, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 3, 5, 10, 25]
const rates = [0.001, 0.003, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 0.9]
const multiplesOfLimit = [0.05, 0.2, 0.4, 0.6, 0.8, 1.1, 1.25, 1.5, 2, 4, 10]

/** The limits that are tested beside the guardrail's own, so that the interval can be read off. Ascending. */
export function gridOf(guardrail: Guardrail): readonly number[] {
  const { limit, safe, compare, stat } = guardrail
  const around = compare === 'ratio' ? ratios : isRate({ stat }) ? rates : multiplesOfLimit.map((m) => m * limit)
  return [...new Set([...around, limit, safe])].sort((a, b) => a - b)
}

type Increments = (nullValue: number) => readonly number[]

const sum = (all: readonly (readonly number[])[]): readonly number[] =>
  all.reduce((total, next) => total.map((value, i) => value + (next[i] ?? 0)))

const ratioOfStrata =
  (claim: Claim, strata: readonly Counts[]): Increments =>
  (ratio) => {
    const [only] = strata
    if (only && strata.length === 1) return rateRatioIncrements(claim, only, ratio)
    return sum(strata.map((counts) => rateRatioIncrements(claim, counts, ratio)))
  }

const withFailures = (strata: readonly Counts[]) =>
  strata.filter(({ nT, nC, xT, xC }) => nT > 0 && nC > 0 && xT + xC > 0)

/** What a block adds to evidence on a rate; null when nothing. Harm counts failures as they come, proofs wait for answers. */
export function rateIncrements(
  guardrail: Guardrail,
  claim: Claim,
  purpose: 'harm' | 'safe',
  block: Block,
): Increments | null {
  const rate = block.rates[ledgerKey(guardrail)]
  if (!rate) return null
  if (guardrail.compare === 'absolute') {
    const { n, x } = purpose === 'harm' ? rate.first.T : rate.firstSettled
    return n === 0 && x === 0 ? null : (limit) => rateLimitIncrements(claim, n, x, limit)
  }
  const waits = purpose === 'safe' || guardrail.settle === 'timeout'
  const strata = withFailures(waits ? rate.settled : rate.atRisk)
  return strata.length === 0 ? null : ratioOfStrata(claim, strata)
}

/** Values beyond a fixed amount, of either arm and origin: whether the baseline goes beyond it as well. */
export function exceedanceIncrements(claim: Claim, values: readonly ValueRow[], limit: number): Increments | null {
  const strata = withFailures(beyond(values, limit)(limit))
  return strata.length === 0 ? null : ratioOfStrata(claim, strata)
}

/**
 * Units by origin, and those beyond the line of their arm: the baseline's line is fixed, the candidate's is asked for again
 * and again, so its values are put in order once.
 */
function beyond(values: readonly ValueRow[], lineC: number): (lineT: number) => Counts[] {
  const strata = ([0, 1] as const).map((origin) => {
    const own = values.filter((row) => row.origin === origin)
    const T = candidateOf(own)
    const xC = own.filter(({ arm, value }) => arm === 'C' && value > lineC).length
    return { T, nC: own.length - T.length, xC }
  })
  return (lineT) => strata.map(({ T, nC, xC }) => ({ nT: T.length, xT: T.length - upTo(T, lineT), nC, xC }))
}

/** The candidate's values, ascending. */
const candidateOf = (values: readonly ValueRow[]): readonly number[] =>
  values.flatMap(({ arm, value }) => (arm === 'T' ? [value] : [])).sort((a, b) => a - b)

/** How many of the ascending values are no larger than `line`. */
function upTo(ascending: readonly number[], line: number): number {
  let low = 0
  let high = ascending.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ascending[middle] ?? 0) <= line) low = middle + 1
    else high = middle
  }
  return low
}

/** What the values of a block add to evidence on a quantile, given the baseline's quantile `edge` fixed before the block. */
export function quantileIncrements(
  guardrail: Guardrail,
  claim: Claim,
  values: readonly ValueRow[],
  edge: number,
): Increments | null {
  if (values.length === 0) return null
  if (guardrail.compare === 'absolute') {
    const candidate = candidateOf(values)
    const tail = tailOf(guardrail)
    return (limit) => rateLimitIncrements(claim, candidate.length, candidate.length - upTo(candidate, limit), tail)
  }
  const strataAt = beyond(values, edge)
  return (ratio) => sum(strataAt(ratio * edge).map((counts) => rateRatioIncrements(claim, counts, 1)))
}
