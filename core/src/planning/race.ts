import { harmClaim, metricOf, safeClaim, tailOf, testKind, weightsOf } from '../rollout/guardrail-test.ts'
import { harmLogWeight, rollbackClassSize, rollsBack, thresholds } from '../rollout/judge.ts'
import type { Guardrail, Plan } from '../rollout/plan.ts'
import { emptyHistogram, quantile } from '../statistics/index.ts'
import { exceedance, momentsOf, partsOf } from './distribution.ts'
import type { Climb } from './first-passage.ts'
import { meanClimbs } from './mean-climbs.ts'
import type { GroupSize } from './mean-climbs.ts'
import { rateLimitClimbs, rateRatioClimbs } from './rate-climbs.ts'
import type { Hurdle } from './rate-climbs.ts'
import type { History } from './traffic.ts'

/** Evidence on its way to a verdict: every one of these mixtures has to get there. */
export type Race = readonly (readonly Climb[])[]

/** Where a guardrail stands in its plan, and what is known of its metric. */
export interface Setting {
  readonly plan: Plan
  readonly stage: number
  readonly guardrail: Guardrail
  readonly history: History
  /** The candidate's part of the units. */
  readonly share: number
  /** Units of either arm in one group of amounts. */
  readonly group: GroupSize
}

/** What the baseline is in the guardrail's own terms: 1 of itself, or its rate, mean or quantile. */
export function baselineValue({ guardrail, history }: Pick<Setting, 'guardrail' | 'history'>): number {
  return guardrail.compare === 'ratio' ? 1 : levelOf(guardrail, history)
}

function levelOf(guardrail: Guardrail, history: History): number {
  if (history.kind === 'rate') return history.rate
  if (guardrail.stat === 'mean') return momentsOf(partsOf(history.histogram), 1, Infinity).mean
  return quantile(history.histogram, 1 - tailOf(guardrail)) ?? 0
}

/**
 * How harm is found when this is the truth, a multiple of the baseline or the candidate's own rate, mean or quantile: by the
 * guardrail's evidence, and beside a rollback on a fixed limit by the look at the baseline.
 */
export function harmRace(setting: Setting, truth: number): Race {
  const { plan, stage, guardrail } = setting
  const claim = harmClaim(guardrail)
  const classSize = rollsBack(guardrail) ? rollbackClassSize(plan, stage) : 1
  const threshold = thresholds.breach - harmLogWeight(guardrail, classSize)
  const own = { claim, threshold, weights: weightsOf(guardrail, claim), restarts: true }
  const race = [climbsAt(setting, truth, own, guardrail.limit)]
  if (guardrail.compare === 'ratio' || !rollsBack(guardrail)) return race
  const beside: Guardrail = { ...guardrail, compare: 'ratio' }
  const companion = { ...own, threshold: thresholds.breach, weights: weightsOf(beside, claim) }
  return [...race, companionClimbs(setting, truth, companion)]
}

/** How safety is proven when this is the truth. */
export function proofRace(setting: Setting, truth: number): Race {
  const { guardrail } = setting
  const claim = safeClaim(guardrail)
  const hurdle = { claim, threshold: thresholds.proven, weights: weightsOf(guardrail, claim), restarts: false }
  return [climbsAt(setting, truth, hurdle, guardrail.safe)]
}

const asRate = (value: number): number => Math.max(0, Math.min(1, value))

const valuesOf = (history: History) => (history.kind === 'values' ? history.histogram : emptyHistogram)
const rateOf = (history: History) => (history.kind === 'rate' ? history.rate : 0)

function climbsAt(setting: Setting, truth: number, hurdle: Hurdle, line: number): readonly Climb[] {
  const { guardrail, history, share } = setting
  const level = levelOf(guardrail, history)
  switch (testKind(guardrail)) {
    case 'rate-ratio': {
      const baseline = rateOf(history)
      return rateRatioClimbs(hurdle, line, { candidate: asRate(truth * baseline), baseline, share })
    }
    case 'rate-limit':
      return rateLimitClimbs(hurdle, line, asRate(truth))
    case 'mean':
      return meanOf(setting, hurdle, line, guardrail.compare === 'ratio' ? truth : truth / level)
    case 'quantile-ratio': {
      const values = valuesOf(history)
      const candidate = exceedance(values, (line * level) / truth)
      return rateRatioClimbs(hurdle, 1, { candidate, baseline: exceedance(values, level), share })
    }
    case 'quantile-limit':
      return rateLimitClimbs(hurdle, tailOf(guardrail), exceedance(valuesOf(history), (line * level) / truth))
  }
}

/** Whether the candidate is worse than the baseline at all, asked beside a fixed limit. */
function companionClimbs(setting: Setting, truth: number, hurdle: Hurdle): readonly Climb[] {
  const { guardrail, history, share } = setting
  const level = levelOf(guardrail, history)
  if (history.kind === 'rate')
    return rateRatioClimbs(hurdle, 1, { candidate: asRate(truth), baseline: history.rate, share })
  if (guardrail.stat === 'mean')
    return meanOf({ ...setting, guardrail: { ...guardrail, compare: 'ratio' } }, hurdle, 1, truth / level)
  const { limit } = guardrail
  const candidate = exceedance(history.histogram, (limit * level) / truth)
  return rateRatioClimbs(hurdle, 1, { candidate, baseline: exceedance(history.histogram, limit), share })
}

const meanOf = ({ guardrail, history, group }: Setting, hurdle: Hurdle, line: number, factor: number) =>
  meanClimbs(hurdle, {
    compare: guardrail.compare,
    nullValue: line,
    factor,
    history: valuesOf(history),
    bound: metricOf(guardrail).bound,
    group,
  })
