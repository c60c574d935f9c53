import { logEvidence } from '../statistics/index.ts'
import type { Decision } from './decision.ts'
import { guardrailLabel } from './describe-verdict.ts'
import type { GuardrailEvidence } from './evidence.ts'
import { metricOf } from './guardrail-test.ts'
import { actsIn, thresholds } from './judge.ts'
import { advance, hold, rollBack, stepBack, tell } from './moves.ts'
import type { Guardrail, Plan } from './plan.ts'
import type { RolloutState } from './state.ts'
import type { Verdict } from './verdict.ts'
import { silencePolicy, timeLeftMs, waitingFor } from './waiting.ts'
import type { Facts } from './waiting.ts'
import { whyAdvance } from './why-advance.ts'
import { amountText } from './words.ts'

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
    const notice = verdict && kept && noticeOf(guardrail, verdict, kept)
    if (!notice) continue
    const { sentence, told } = notice
    return tell(state, { ...state, evidence: state.evidence.with(index, { ...kept, ...told }) }, sentence)
  }
  return null
}

interface Notice {
  readonly sentence: string
  /** What remembers that it was told. */
  readonly told: Partial<GuardrailEvidence>
}

function noticeOf(guardrail: Guardrail, { verdict, sentence }: Verdict, kept: GuardrailEvidence): Notice | null {
  const { onBreach, onNoData } = guardrail
  if (onBreach === 'notify' && verdict === 'fail' && !kept.notified) return { sentence, told: { notified: true } }
  if (onNoData === 'notify' && verdict === 'no_data' && !kept.silenceTold)
    return { sentence, told: { silenceTold: true } }
  const hidesTail = verdict !== 'fail' && kept.tail && logEvidence(kept.tail, 0) >= thresholds.breach
  return hidesTail && !kept.tailTold ? { sentence: describeTail(guardrail, kept), told: { tailTold: true } } : null
}

/** A mean is compared without what lies above its bound; what is more often there must not hide behind that. */
function describeTail(guardrail: Guardrail, { groups }: GuardrailEvidence): string {
  const bound = amountText(groups?.bounds?.high ?? 0, 'absolute', 'mean', metricOf(guardrail).unit)
  return `${guardrailLabel(guardrail)}: amounts above ${bound} come more often than with the baseline; the comparison of means cuts them there`
}
