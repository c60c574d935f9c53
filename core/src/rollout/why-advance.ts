import { rateInterval } from '../statistics/index.ts'
import type { Why } from './decision.ts'
import { guardrailLabel, limitText } from './describe-verdict.ts'
import { actsIn } from './judge.ts'
import type { Guardrail, Plan } from './plan.ts'
import type { RolloutState } from './state.ts'
import type { Verdict } from './verdict.ts'
import { listText, shortNumber } from './words.ts'

/** What was proven, or what is ruled out and what is not. */
export function whyAdvance(plan: Plan, state: RolloutState, verdicts: readonly Verdict[]): Why {
  const acting = plan.guardrails.flatMap((guardrail, i) => {
    const verdict = verdicts[i]
    return verdict && guardrail.onBreach !== 'notify' && actsIn(guardrail, state.stage) ? [{ guardrail, verdict }] : []
  })
  const line = (guardrail: Guardrail): string =>
    `${guardrailLabel(guardrail)} ${sideOf(guardrail.direction)} ${limitText(guardrail, guardrail.safe)}`
  const met = acting.flatMap(({ guardrail }) => (guardrail.window ? [line(guardrail)] : []))
  const thresholds = met.length === 0 ? [] : [`thresholds met, which prove nothing: ${listText(met)}`]
  const weighed = acting.filter(({ guardrail }) => !guardrail.window)
  if (weighed.length === 0) return { code: 'QUIET', sentence: `Advanced unproven: ${thresholds.join()}` }
  if (acting.every(({ verdict }) => verdict.verdict === 'pass')) {
    const proofs = `Proven safe: ${listText(weighed.map(({ guardrail }) => line(guardrail)))}`
    return { code: 'PROVEN', sentence: [proofs, ...thresholds].join('; ') }
  }
  const known = weighed.map(({ guardrail, verdict }) => {
    const { events, units } = verdict.candidate
    const end = guardrail.direction === 'over' ? verdict.interval[1] : verdict.interval[0]
    const users = units === 1 ? 'user' : 'users'
    const counted =
      events === null
        ? `${guardrailLabel(guardrail)} of ${shortNumber(units)} ${users}`
        : `${guardrailLabel(guardrail)} in ${events} of ${units} ${users}`
    const worse = guardrail.direction === 'over' ? 'worse than' : 'less than'
    const safe = limitText(guardrail, guardrail.safe)
    if (verdict.verdict === 'pass') return `${counted}: ${worse} ${safe} is ruled out`
    if (end === null) return `${counted}: ${unbounded(guardrail, verdict)}`
    return `${counted}: ${worse} ${limitText(guardrail, end)} is ruled out, ${safe} is not`
  })
  return { code: 'QUIET', sentence: `Advanced unproven: ${[...known, ...thresholds].join('; ')}` }
}

/** Where no multiple of the baseline can be ruled out yet, the rate itself may be bounded. */
function unbounded(guardrail: Guardrail, { candidate: { events, units } }: Verdict): string {
  const [, high] = events === null ? [0, 1] : rateInterval(units, events)
  if (high > 0.95 || guardrail.direction === 'under') return 'nothing is ruled out yet'
  return `more than ${shortNumber(high * 100)} % is ruled out, ${limitText(guardrail, guardrail.safe)} the baseline is not`
}

const sideOf = (direction: 'over' | 'under'): string => (direction === 'over' ? 'below' : 'above')
