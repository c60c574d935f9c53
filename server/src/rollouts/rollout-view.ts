import { fromPlan } from '@sluice/contract'
import type { Rollout, RolloutVerdict } from '@sluice/contract'
import { guardrailLabel, metricOf, sampleRatioOf, standing } from '@sluice/core/rollout'
import type { Facts, Guardrail, Plan, Verdict } from '@sluice/core/rollout'
import { sampleRatioThreshold } from '@sluice/core/statistics'
import type { GuardrailEvidence } from '@sluice/core/rollout'
import { armedView, checklistView } from '../checklists/release.ts'
import type { RolloutRecord } from './rollout-record.ts'

const instant = (ms: number): string => new Date(ms).toISOString()
const instantOrNull = (ms: number | null): string | null => (ms === null ? null : instant(ms))

/** Infinity does not travel in JSON. */
const finite = (value: number): number => (Number.isFinite(value) ? value : Math.sign(value) * 1e6)

/** Verdicts as the wire has them, each with its guardrail. */
export function verdictViews(
  plan: Plan,
  verdicts: readonly Verdict[],
  evidence: readonly GuardrailEvidence[],
): RolloutVerdict[] {
  return verdicts.flatMap((verdict, i) => {
    const guardrail = plan.guardrails[i]
    return guardrail ? [verdictView(guardrail, verdict, evidence[i])] : []
  })
}

function verdictView(guardrail: Guardrail, verdict: Verdict, evidence: GuardrailEvidence | undefined): RolloutVerdict {
  const { metric, stat, compare, direction, limit, safe, onBreach } = guardrail
  const { harm, safety, noDataSinceMs, interval, silent: _, ...shown } = verdict
  return {
    ...shown,
    interval: [interval[0], interval[1]],
    metric,
    stat,
    label: guardrailLabel(guardrail),
    unit: metricOf(guardrail).unit,
    counting: guardrail.window ? 'window' : (guardrail.counting ?? 'unit'),
    compare,
    direction,
    limit,
    safe,
    onBreach,
    candidate: { ...verdict.candidate, calls: evidence?.candidate.rows ?? 0 },
    baseline: { ...verdict.baseline, calls: evidence?.baseline.rows ?? 0 },
    harm: { ...harm, logE: finite(harm.logE) },
    safety: { ...safety, logE: finite(safety.logE) },
    noDataSince: instantOrNull(noDataSinceMs),
  }
}

/** A rollout as people and programs see it at one instant. */
export function viewRollout(record: RolloutRecord, facts: Facts): Rollout {
  const { plan, state, totals } = record
  const { phase, why, waitingFor, verdicts, nextDecisionMs } = standing(plan, state, facts)
  const { T, C } = totals.visitRows
  const planned = plan.stages[state.stage]
  return {
    id: record.id,
    environment: record.environment,
    flag: record.flag,
    state: phase,
    version: record.version,
    attempt: state.attempt,
    plan: fromPlan(plan, record.reason, record.release) as Rollout['plan'],
    notes: [...record.notes],
    stage: planned
      ? {
          index: state.stage,
          count: plan.stages.length,
          percent: planned.sharePer100k / 1000,
          since: instant(state.stageStartedMs),
          earliestAt: instant(state.stageStartedMs + planned.atLeastMs),
        }
      : null,
    exposure: {
      set: state.sharePer100k / 1000,
      actual: T + C === 0 ? null : (100 * T) / (T + C),
      units: totals.candidate.units,
      calls: totals.candidate.calls,
      baselineUnits: totals.baseline.units,
      baselineCalls: totals.baseline.calls,
    },
    verdicts: verdictViews(plan, verdicts, state.evidence),
    armed: armedView(record.release),
    checklist: checklistView(record, facts.nowMs),
    waitingFor: waitingFor.map(({ code, sentence }) => ({ code, sentence })),
    why,
    nextDecisionAt: instantOrNull(nextDecisionMs),
    sampleRatio: sampleRatioView(record),
    uncounted: totals.uncounted,
    createdAt: instant(record.createdMs),
    startedAt: instantOrNull(record.startedMs),
    endedAt: instantOrNull(record.endedMs),
  }
}

function sampleRatioView({ state }: RolloutRecord): Rollout['sampleRatio'] {
  const logBayesFactor = sampleRatioOf(state)
  const { T, C } = state.sampleRatio.units
  const verdict = logBayesFactor >= sampleRatioThreshold ? 'mismatch' : T + C < 100 ? 'measuring' : 'ok'
  return { verdict, logBayesFactor, sentence: `${T} candidate and ${C} baseline users first seen at this share` }
}
