import { metricNamed } from '@sluice/core/rollout'
import type { Guardrail, Plan, WindowTest } from '@sluice/core/rollout'
import { checklistInputOf, noConditions } from './conditions.ts'
import type { Conditions } from './conditions.ts'
import { formatDuration } from './duration.ts'
import { percentOfShare } from './percent.ts'
import type { PlanInput } from './plan.ts'
import { exact, limits } from './to-guardrails.ts'

const windowInput = ({ blocks, breach, of, minSamples, ceiling }: WindowTest, blockMs: number) => ({
  length: formatDuration(blocks * blockMs),
  breach,
  of,
  minSamples,
  ceiling,
})

/** What was written as "completed under 0.95" and is kept as "incomplete over 0.05", as it was written: so it can be read again. */
function asSuccess(guardrail: Guardrail): Guardrail {
  const { metric, stat, compare, limit, safe } = guardrail
  if (compare !== 'absolute' || metricNamed(metric, stat).failsOn !== 0) return guardrail
  return { ...guardrail, direction: 'under', limit: exact(1 - limit), safe: exact(1 - safe) }
}

/** The plan as the wire shows it: every default written out. */
export function fromPlan(
  plan: Plan,
  reason: string,
  conditions: Conditions = noConditions,
): Required<Omit<PlanInput, 'template'>> {
  return {
    flag: plan.flag,
    rule: plan.rule,
    candidate: plan.candidate,
    baseline: plan.baseline,
    reason,
    block: formatDuration(plan.blockMs),
    timeout: formatDuration(plan.timeoutMs),
    advance: plan.advance,
    afterWarning: formatDuration(plan.afterWarningMs ?? 0),
    maxDuration: plan.maxDurationMs === undefined ? null : formatDuration(plan.maxDurationMs),
    after: [...conditions.after],
    checklist: checklistInputOf(conditions, -1),
    stages: plan.stages.map(({ sharePer100k, atLeastMs, gate, holdbackPer100k }, i) => ({
      percent: percentOfShare(sharePer100k),
      atLeast: formatDuration(atLeastMs),
      gate,
      holdback: percentOfShare(holdbackPer100k),
      checklist: checklistInputOf(conditions, i),
    })),
    guardrails: plan.guardrails.map(asSuccess).map((guardrail) => {
      const named = limits.find(
        ([, compare, direction]) => compare === guardrail.compare && direction === guardrail.direction,
      )
      const { id, metric, stat, where, per, counting, settle, window, onBreach, limit, safe, stages } = guardrail
      const { noDataAfterBlocks, onNoData, runbook } = guardrail
      return {
        id,
        metric,
        stat,
        ...(where === undefined ? {} : { where }),
        ...(per === undefined ? {} : { per }),
        ...(counting === undefined ? {} : { counting }),
        ...(settle === undefined ? {} : { settle }),
        ...(window === undefined ? {} : { test: 'window' as const, window: windowInput(window, plan.blockMs) }),
        ...(named ? { [named[0]]: limit, [named[3]]: safe } : {}),
        onBreach,
        ...(noDataAfterBlocks === null ? {} : { noDataAfter: formatDuration(noDataAfterBlocks * plan.blockMs) }),
        ...(onNoData === undefined ? {} : { onNoData }),
        ...(stages === null ? {} : { stages: [...stages] }),
        ...(runbook === undefined ? {} : { runbook }),
      }
    }),
  }
}
