import { guardrailLabel, limitText } from '../rollout/describe-verdict.ts'
import { shareOf } from '../rollout/plan.ts'
import type { Guardrail, Plan } from '../rollout/plan.ts'
import { shortNumber, spanText } from '../rollout/words.ts'
import type { Finding } from './finding.ts'
import { aboutText, stageText } from './plan-words.ts'
import { sightOf } from './sight-of.ts'
import type { Traffic } from './traffic.ts'

const day = 86_400_000
const mostFalseAlarms = 0.05

/** A threshold over windows that cries wolf, or never has enough calls to say anything. */
export function lintWindow(plan: Plan, stage: number, guardrail: Guardrail, traffic: Traffic): Finding[] {
  const { window } = guardrail
  const planned = plan.stages[stage]
  if (!window || !planned) return []
  const pointer = `/stages/${stage}`
  const label = guardrailLabel(guardrail)
  const share = shareOf(planned) / 100_000
  const lengthMs = window.blocks * plan.blockMs
  const callsPerMs = (traffic.callsPerDay ?? traffic.unitsPerDay) / day
  const calls = callsPerMs * lengthMs * (guardrail.compare === 'ratio' ? Math.min(share, 1 - share) : share)
  if (calls < window.minSamples)
    return [
      {
        severity: 'warning',
        code: 'window_empty',
        pointer,
        sentence: `${stageText(plan, stage)}: a window of ${spanText(lengthMs)} gets about ${shortNumber(calls)} calls and needs ${window.minSamples}: ${label} say nothing here.`,
        remedy: `Take windows of ${aboutText((window.minSamples / Math.max(calls, 1e-9)) * lengthMs)}, a smaller minSamples, or evidence in their place.`,
      },
    ]
  const sight = sightOf(plan, stage, guardrail, traffic)
  if (typeof sight === 'string') return []
  const alarms = sight.found(sight.baseline)(planned.atLeastMs)
  if (alarms <= mostFalseAlarms) return []
  return [
    {
      severity: 'warning',
      code: 'window_alarms',
      pointer,
      sentence: `${stageText(plan, stage)}: the threshold on ${label} (${limitText(guardrail)}) fires in about ${Math.round(100 * alarms)} of 100 healthy rollouts.`,
      remedy: 'Take evidence in its place, longer windows, or a further limit.',
    },
  ]
}
