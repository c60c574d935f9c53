import { guardrailLabel } from '../rollout/describe-verdict.ts'
import { metricOf } from '../rollout/guardrail-test.ts'
import { actsIn } from '../rollout/judge.ts'
import type { Metric, Stat } from '../rollout/metric.ts'
import type { Guardrail, OnBreach, Plan } from '../rollout/plan.ts'
import { amountText } from '../rollout/words.ts'
import { firstWhere } from './first-passage.ts'
import type { Sight } from './sight.ts'
import { sightOf } from './sight-of.ts'
import type { NoHistory, Traffic } from './traffic.ts'

/** Harm of one size, and what a stage makes of it. */
export interface Prospect {
  /** In the limit's terms: a multiple of the baseline, or the candidate's own rate, mean or quantile. */
  readonly effect: number
  /** Chance that it is found within the stage's least time. */
  readonly power: number
  /** Time in which it is found in 80 of 100 rollouts; null: never. */
  readonly timeMs: number | null
}

/** What one guardrail can see at one stage. */
export interface Outlook {
  readonly guardrail: string
  readonly label: string
  readonly compare: Guardrail['compare']
  readonly stat: Stat
  readonly unit: Metric['unit']
  readonly onBreach: OnBreach
  /** Null where it can be told; else why not. */
  readonly unknown: NoHistory | null
  /** What the baseline is in the limit's terms; null where unknown. */
  readonly baseline: number | null
  /** Smallest harm that is found in 80 of 100 rollouts within the least time; null: none, or unknown. */
  readonly smallestEffect: number | null
  /** Harm of 2 and of 5 times the limit (of a half and a fifth, where less is harm); empty where unknown. */
  readonly prospects: readonly Prospect[]
  /** Time after which safety is proven in 80 of 100 rollouts if nothing is wrong; null: never, or unknown. */
  readonly proofMs: number | null
}

/** An effect as people read it: "2x", "10 %", "4000 ms". */
export const effectText = (
  { compare, stat, unit }: Pick<Outlook, 'compare' | 'stat' | 'unit'>,
  effect: number,
): string => amountText(effect, compare, stat, unit)

/** How sure is sure enough for a plan: four rollouts of five. */
export const likely = 0.8

/** What every guardrail that acts at a stage can see there. */
export function outlooksAt(plan: Plan, stage: number, traffic: Traffic | null): readonly Outlook[] {
  return plan.guardrails.flatMap((guardrail) =>
    actsIn(guardrail, stage) ? [outlookOf(plan, stage, guardrail, traffic)] : [],
  )
}

function outlookOf(plan: Plan, stage: number, guardrail: Guardrail, traffic: Traffic | null): Outlook {
  const { id, compare, stat, onBreach } = guardrail
  const { unit } = metricOf(guardrail)
  const named = { guardrail: id, label: guardrailLabel(guardrail), compare, stat, unit, onBreach }
  const sight = sightOf(plan, stage, guardrail, traffic)
  if (typeof sight === 'string')
    return { ...named, unknown: sight, baseline: null, smallestEffect: null, prospects: [], proofMs: null }
  const atLeastMs = plan.stages[stage]?.atLeastMs ?? 0
  const proofMs = sight.proofMs(likely)
  return {
    ...named,
    unknown: null,
    baseline: sight.baseline,
    smallestEffect: smallestEffect(guardrail, sight, atLeastMs),
    prospects: [2, 5].map((times): Prospect => {
      const effect = worse(guardrail, sight, times)
      const found = sight.found(effect)
      return { effect, power: found(atLeastMs), timeMs: firstWhere((ms) => found(ms) >= likely, longestMs) }
    }),
    proofMs: proofMs === Infinity ? null : proofMs,
  }
}

/** Harm so many times beyond the limit, as far as the metric goes: no rate is above 1. */
function worse({ limit, direction, ...guardrail }: Guardrail, { baseline }: Sight, times: number): number {
  if (direction === 'under') return limit / times
  const most = guardrail.stat === 'rate' && guardrail.compare === 'absolute' ? 1 : Infinity
  return Math.max(baseline, Math.min(most, limit * times))
}

/** Ten years. */
const longestMs = 10 * 365 * 86_400_000

const largestFactor = 1000

function smallestEffect({ limit, direction }: Guardrail, sight: Sight, withinMs: number): number | null {
  const at = (factor: number) => (direction === 'over' ? limit * factor : limit / factor)
  const factor = firstWhere((times) => sight.found(at(times))(withinMs) >= likely, largestFactor)
  return factor === null ? null : at(factor)
}
