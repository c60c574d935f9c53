import type { Action, Decision } from './decision.ts'
import { advance, hold, resume, rollBack, start, takeOver } from './moves.ts'
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
      if (state.ended === 'superseded') return { refused: 'Its share was taken over already.' }
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
      return advance(plan, { ...state, stoppedBy: null }, why, nowMs)
    }
  }
}

/** A completed rollout can still be rolled back. */
function whyNotLower({ stage, ended, sharePer100k }: RolloutState, to: number): string | null {
  if (stage < 0) return 'It is not started: nobody has the candidate.'
  if (ended !== null && ended !== 'completed') return `It is ${ended.replace('_', ' ')} already.`
  if (to < sharePer100k) return null
  return `A rollback lowers the share: "to" must be below the present ${percentText(sharePer100k)}.`
}
