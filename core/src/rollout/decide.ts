import type { Decision } from './decision.ts'
import { actsIn } from './judge.ts'
import { advance, hold, rollBack, stepBack, tell } from './moves.ts'
import type { Guardrail, Plan } from './plan.ts'
import type { RolloutState } from './state.ts'
import type { Verdict } from './verdict.ts'
import { silencePolicy, timeLeftMs, waitingFor } from './waiting.ts'
import type { Facts } from './waiting.ts'
import { whyAdvance } from './why-advance.ts'

/** What the evidence makes of the rollout, at most one step. Called as each block is sealed. */
export function decide(plan: Plan, state: RolloutState, verdicts: readonly Verdict[], facts: Facts): Decision {
  const unchanged: Decision = { next: state, effects: [], why: { code: 'UNCHANGED', sentence: '' } }
  if (state.ended || state.stage < 0) return unchanged
  const answer = facts.flagEnabled ? worst(plan, state, verdicts) : null
  if (answer) {
    const stop = { by: answer.by, sentence: answer.sentence, atMs: facts.nowMs }
    if (answer.action === 'rollback') return rollBack(plan, state, 0, stop)
    if (answer.action === 'step-back') return stepBack(plan, state, stop)
    return hold(state, stop)
  }
  const told = tellOnce(plan, state, verdicts)
  if (told) return told
  if (timeLeftMs(plan, state, facts.nowMs) > 0) return unchanged
  const waiting = waitingFor(plan, state, verdicts, facts)
  return waiting.length > 0 ? unchanged : advance(plan, state, whyAdvance(plan, state, verdicts), facts.nowMs)
}

interface Answer {
  readonly by: 'breach' | 'no_data'
  readonly action: 'hold' | 'step-back' | 'rollback'
  readonly sentence: string
}

const severity = { hold: 1, 'step-back': 2, rollback: 3 } as const

/** The severest of what breaches and silences ask for. What the engine stopped already it lowers no further, but to 0. */
function worst(plan: Plan, state: RolloutState, verdicts: readonly Verdict[]): Answer | null {
  const answers = plan.guardrails.flatMap((guardrail, i) => {
    const verdict = verdicts[i]
    return verdict && actsIn(guardrail, state.stage) ? answersTo(guardrail, verdict) : []
  })
  const isStopped = state.stoppedBy !== null && state.stoppedBy.by !== 'person'
  return answers
    .filter(({ action }) => action === 'rollback' || !isStopped)
    .reduce<Answer | null>((most, next) => (most && severity[most.action] >= severity[next.action] ? most : next), null)
}

/** Silence only lowers the share here; that it holds the stage is said in `waitingFor`, and ends by itself. */
function answersTo(guardrail: Guardrail, { verdict, shared, sentence }: Verdict): Answer[] {
  const { onBreach } = guardrail
  if (verdict === 'fail' && !shared && onBreach !== 'notify') return [{ by: 'breach', action: onBreach, sentence }]
  const onNoData = silencePolicy(guardrail)
  const lowers = onNoData === 'step-back' || onNoData === 'rollback'
  return verdict === 'no_data' && lowers ? [{ by: 'no_data', action: onNoData, sentence }] : []
}

/** What is only to be told: one event each, and the rollout goes on. */
function tellOnce(plan: Plan, state: RolloutState, verdicts: readonly Verdict[]): Decision | null {
  for (const [index, guardrail] of plan.guardrails.entries()) {
    const [verdict, kept] = [verdicts[index], state.evidence[index]]
    if (!verdict || !kept) continue
    const isBreach = guardrail.onBreach === 'notify' && verdict.verdict === 'fail' && !kept.notified
    const isSilence = guardrail.onNoData === 'notify' && verdict.verdict === 'no_data' && !kept.silenceTold
    if (!isBreach && !isSilence) continue
    const told = { ...kept, notified: kept.notified || isBreach, silenceTold: kept.silenceTold || isSilence }
    return tell(state, { ...state, evidence: state.evidence.with(index, told) }, verdict.sentence)
  }
  return null
}
