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
      if (state.stage >= 0) return { refused: 'It was started already.' }
      return start(plan, state, { code: 'PERSON', sentence: `Started${said}` }, nowMs)
    case 'takeover':
      if (state.stage < 0 || state.ended !== null)
        return { refused: `${standsWhere(state)}: nobody's share is moved. Set that of the flag's rule itself.` }
      return takeOver(state, action.to, person(`A person set ${percentText(action.to)} and took over`))
    case 'rollback': {
      const refused = whyNotLower(state, action.to)
      if (refused !== null) return { refused }
      return rollBack(plan, state, action.to, person(`A person rolled back to ${percentText(action.to)}`))
    }
    case 'hold':
      if (state.ended || state.stage < 0) return { refused: 'Only a running rollout can be held.' }
      if (state.stoppedBy) return { refused: `It is stopped already: ${state.stoppedBy.sentence}` }
      return hold(state, person('a person holds it'))
    case 'resume':
      if (state.ended || !state.stoppedBy) return { refused: 'Nothing to resume: no person and no breach stopped it.' }
      return resume(plan, state, `Resumed${said}`, nowMs)
    case 'proceed': {
      if (state.ended || state.stage < 0) return { refused: 'Only a running rollout can proceed.' }
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
  if (stage < 0 || (ended !== null && ended !== 'completed'))
    return `${standsWhere({ stage, ended })}: nobody has the candidate.`
  if (to < sharePer100k) return null
  return `A rollback lowers the share: "to" must be below the present ${percentText(sharePer100k)}.`
}
