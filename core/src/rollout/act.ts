import type { Action, Decision } from './decision.ts'
import { advance, creep, hold, resume, rollBack, start, takeOver } from './moves.ts'
import { shareOf, stageAbove } from './plan.ts'
import type { Plan } from './plan.ts'
import type { RolloutState, Stop } from './state.ts'
import { percentText } from './words.ts'

/** What a person asked for, carried out or refused with the reason. */
export function act(
  plan: Plan,
  state: RolloutState,
  action: Action,
  nowMs: number,
): Decision | { readonly refused: string } {
  const said = action.reason === '' ? '' : `: ${action.reason}`
  const person = (sentence: string): Stop => ({ by: 'person', sentence: `${sentence}${said}`, atMs: nowMs })
  switch (action.action) {
    case 'start':
      if (state.ended) return { refused: `${standsWhere(state)}: create a new rollout to start over.` }
      if (state.stage >= 0) return { refused: 'It was started already.' }
      return start(plan, state, { code: 'PERSON', sentence: `Started${said}` }, nowMs)
    case 'takeover':
      if (state.stage < 0 || state.ended !== null)
        return { refused: `${standsWhere(state)}: nobody's share is moved. Set that of the flag's rule itself.` }
      return takeOver(state, action.to, person(`A person set ${percentText(action.to)} and took over`))
    case 'rollback': {
      const refused = whyNotLower(state, action.to)
      if (refused !== null) return { refused }
      const stop = person(`A person rolled back to ${percentText(action.to)}`)
      return stillLatched(rollBack(plan, state, action.to, stop), stop, state.stoppedBy)
    }
    case 'hold':
      if (state.ended || state.stage < 0)
        return { refused: `Only a running rollout can be held. ${standsWhere(state)}.` }
      if (state.stoppedBy) return { refused: `It is stopped already: ${state.stoppedBy.sentence}` }
      return hold(state, person('a person holds it'))
    case 'resume':
      if (state.ended || state.stage < 0)
        return { refused: `Only a stopped rollout can be resumed. ${standsWhere(state)}.` }
      if (!state.stoppedBy)
        return {
          refused:
            'Nothing to resume: no person and no breach stopped it. What else holds it ends by itself; "proceed" goes on without waiting.',
        }
      return resume(plan, state, `Resumed${said}`, nowMs)
    case 'proceed': {
      if (state.ended || state.stage < 0)
        return { refused: `Only a running rollout can proceed. ${standsWhere(state)}.` }
      if (state.stoppedBy?.by === 'breach')
        return {
          refused: `Not past a breach: ${state.stoppedBy.sentence}. Resume it first (a new attempt with fresh evidence), or roll back.`,
        }
      const why = { code: 'PERSON', sentence: `A person went on, proven or not${said}` }
      const free = { ...state, stoppedBy: null }
      const refused = whyNotRaise(plan, state, action.to)
      if (refused !== null) return { refused }
      const isPart = action.to !== undefined && action.to < nextShare(plan, state)
      return isPart ? creep(plan, free, action.to ?? 0, why, nowMs) : advance(plan, free, why, nowMs)
    }
  }
}

/** Fewer users with the candidate do not undo a breach: it keeps the rollout from going on until somebody resumes it. */
function stillLatched(decision: Decision, { sentence, atMs }: Stop, before: Stop | null): Decision {
  if (before?.by !== 'breach' || decision.next.ended) return decision
  const latched: Stop = { by: 'breach', sentence: `${sentence}, after a breach (${before.sentence})`, atMs }
  return { ...decision, next: { ...decision.next, stoppedBy: latched } }
}

const standsWhere = ({ stage, ended }: Pick<RolloutState, 'stage' | 'ended'>): string =>
  stage < 0 ? 'It is not started' : `It is ${ended?.replace('_', ' ')} already`

/** The share that the plan comes to next; after the last stage what that one planned, its holdback included. */
function nextShare(plan: Plan, { stage, sharePer100k }: RolloutState): number {
  const next = plan.stages[stageAbove(plan, sharePer100k)]
  return next ? shareOf(next) : (plan.stages[stage]?.sharePer100k ?? sharePer100k)
}

function whyNotRaise(plan: Plan, state: RolloutState, to: number | undefined): string | null {
  const [present, next] = [state.sharePer100k, nextShare(plan, state)]
  if (to === undefined || (to > present && to <= next)) return null
  return `"to" must lie above the present ${percentText(present)} and not above the next ${percentText(next)}: for more take over, for less roll back.`
}

/** A completed rollout can still be rolled back. */
function whyNotLower({ stage, ended, sharePer100k }: RolloutState, to: number): string | null {
  if (ended === 'superseded')
    return `${standsWhere({ stage, ended })}: a person took the share over. Lower that of the flag's rule itself.`
  if (stage < 0 || ended === 'rolled_back') return `${standsWhere({ stage, ended })}: nobody has the candidate.`
  if (to < sharePer100k) return null
  return `A rollback lowers the share: "to" must be below the present ${percentText(sharePer100k)}.`
}
