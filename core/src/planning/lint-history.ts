import { guardrailLabel, limitText } from '../rollout/describe-verdict.ts'
import { tailOf } from '../rollout/guardrail-test.ts'
import type { Guardrail, Plan } from '../rollout/plan.ts'
import { rateInterval } from '../statistics/index.ts'
import { shortNumber } from '../rollout/words.ts'
import { exceedance, momentsOf, partsOf } from './distribution.ts'
import type { Finding } from './finding.ts'
import { historyName, historyOf } from './traffic.ts'
import type { Traffic } from './traffic.ts'

/** Faults that the baseline's own past shows: metrics that nobody reports, limits that are broken already. */
export const lintHistory = ({ guardrails }: Plan, traffic: Traffic): readonly Finding[] =>
  guardrails.flatMap((guardrail, i) => lintMetric(guardrail, i, traffic))

function lintMetric(guardrail: Guardrail, index: number, traffic: Traffic): Finding[] {
  const history = historyOf(guardrail, traffic)
  const pointer = `/guardrails/${index}`
  if (history === 'unseen' && guardrail.stat !== 'count')
    return [
      {
        severity: 'warning',
        code: 'unseen',
        pointer: `${pointer}/metric`,
        sentence: `No call of this flag has reported "${historyName(guardrail)}" so far: without it the rollout holds for lack of data.`,
        remedy: 'Report the metric, check its name, or leave the guardrail out.',
      },
    ]
  if (isBeyondAll(guardrail, traffic)) return [beyondAll(guardrail, pointer, rateOf(guardrail, traffic))]
  if (!isBrokenByBaseline(guardrail, traffic)) return []
  return [
    {
      // A plain threshold may well ask for what the baseline never kept: no cost at all, a faster answer.
      severity: guardrail.window ? 'warning' : 'error',
      code: 'baseline_beyond',
      pointer,
      sentence: `The baseline breaks the limit of ${limitText(guardrail)} on ${guardrailLabel(guardrail)} already: the rollout would stop for what it did not do.`,
      remedy: 'Move the limit, or compare with the baseline (ratioOver).',
    },
  ]
}

const rateOf = (guardrail: Guardrail, traffic: Traffic): number => {
  const history = historyOf(guardrail, traffic)
  return typeof history !== 'string' && history.kind === 'rate' ? history.rate : 0
}

/** Whether the limit lies where no candidate can get: a multiple of the baseline's rate that is more than all. */
export function isBeyondAll(guardrail: Guardrail, traffic: Traffic): boolean {
  const { compare, direction, limit, stat, window } = guardrail
  if (compare !== 'ratio' || direction !== 'over' || (stat === 'count' && window)) return false
  return limit * lowest(rateOf(guardrail, traffic), traffic) >= 1
}

/** The least that a rate can be for what it rests on. */
const lowest = (rate: number, { units = Infinity }: Traffic): number =>
  units === Infinity ? rate : rateInterval(units, Math.round(rate * units))[0]

const beyondAll = (guardrail: Guardrail, pointer: string, rate: number): Finding => ({
  severity: 'warning',
  code: 'unreachable',
  pointer,
  sentence: `No candidate can break the limit of ${limitText(guardrail)} on ${guardrailLabel(guardrail)}: the baseline is at ${shortNumber(100 * rate)} %, and so many times that is more than all.`,
  remedy:
    rate === 1
      ? 'Watch something else: where all fail today, nothing can get worse.'
      : `Put it well below ${shortNumber(1 / rate)}x, at which every user fails.`,
})

/** Whether the baseline itself is beyond an absolute limit, surely enough for what its figures rest on. */
export function isBrokenByBaseline(guardrail: Guardrail, traffic: Traffic): boolean {
  const { compare, direction, limit, stat, window } = guardrail
  const history = historyOf(guardrail, traffic)
  if (typeof history === 'string' || compare === 'ratio' || (stat === 'count' && window)) return false
  const units = traffic.units ?? Infinity
  const isBeyond = (rate: number, line: number) => {
    const [low, high] = units === Infinity ? [rate, rate] : rateInterval(units, Math.round(rate * units))
    return direction === 'over' ? low > line : high < line
  }
  if (history.kind === 'rate') return isBeyond(history.rate, limit)
  if (stat !== 'mean') {
    const above = exceedance(history.histogram, limit)
    return isBeyond(above, tailOf(guardrail))
  }
  const { mean, variance } = momentsOf(partsOf(history.histogram), 1, Infinity)
  const margin = 3 * Math.sqrt(variance / Math.min(units, 1e9))
  return direction === 'over' ? mean - margin > limit : mean + margin < limit
}
