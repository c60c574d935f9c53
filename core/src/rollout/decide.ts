import type { Decision } from './decision.ts'
import { actsIn } from './judge.ts'
import { advance, hold, rollBack, stepBack, tell } from './moves.ts'
import type { OnBreach, Plan } from './plan.ts'
import type { RolloutState } from './state.ts'
import type { Verdict } from './verdict.ts'
import { waitingFor } from './waiting.ts'
import type { Facts } from './waiting.ts'
import { whyAdvance } from './why-advance.ts'

/** What the evidence makes of the rollout, at most one step. Called as each block is sealed. */
export function decide(plan: Plan, state: RolloutState, verdicts: readonly Verdict[], facts: Facts): Decision {
  const unchanged: Decision = { next: state, effects: [], why: { code: 'UNCHANGED', sentence: '' } }
  if (state.ended || state.stage < 0) return unchanged
  const breach = worstBreach(plan, state, verdicts)
  if (breach && facts.flagEnabled) {
    const stop = { by: 'breach', sentence: breach.sentence, atMs: facts.nowMs } as const
    if (breach.action === 'rollback') return rollBack(plan, state, 0, stop)
    if (state.stoppedBy?.by !== 'breach') {
      if (breach.action === 'step-back') return stepBack(plan, state, stop)
      if (breach.action === 'hold') return hold(state, stop)
    }
  }
  const told = tellOnce(plan, state, verdicts)
  if (told) return told
  const waiting = waitingFor(plan, state, verdicts, facts)
  return waiting.length > 0 ? unchanged : advance(plan, state, whyAdvance(plan, state, verdicts), facts.nowMs)
}

const severity = { notify: 0, hold: 1, 'step-back': 2, rollback: 3 } as const

function worstBreach(
  plan: Plan,
  state: RolloutState,
  verdicts: readonly Verdict[],
): { readonly action: OnBreach; readonly sentence: string } | null {
  let worst: { action: OnBreach; sentence: string } | null = null
  for (const [i, guardrail] of plan.guardrails.entries()) {
    const verdict = verdicts[i]
    if (verdict?.verdict !== 'fail' || verdict.shared || !actsIn(guardrail, state.stage)) continue
    if (worst && severity[worst.action] >= severity[guardrail.onBreach]) continue
    worst = { action: guardrail.onBreach, sentence: verdict.sentence }
  }
  return worst
}

/** Breaches of rules that only notify: one event each, and the rollout goes on. */
function tellOnce(plan: Plan, state: RolloutState, verdicts: readonly Verdict[]): Decision | null {
  const index = plan.guardrails.findIndex(
    ({ onBreach }, i) => onBreach === 'notify' && verdicts[i]?.verdict === 'fail' && !state.evidence[i]?.notified,
  )
  if (index < 0) return null
  const evidence = state.evidence.map((kept, i) => (i === index ? { ...kept, notified: true } : kept))
  return tell(state, { ...state, evidence }, verdicts[index]?.sentence ?? '')
}
