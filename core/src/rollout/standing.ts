import type { Standing, Why } from './decision.ts'
import { judge } from './judge.ts'
import { shareOf, stageAbove } from './plan.ts'
import type { Plan } from './plan.ts'
import type { RolloutPhase, RolloutState, Waiting } from './state.ts'
import { holds, timeLeftMs, waitingFor } from './waiting.ts'
import type { Facts } from './waiting.ts'
import { listText, percentText } from './words.ts'

/** Where the rollout stands, for people: state, reason, what it waits for. */
export function standing(plan: Plan, state: RolloutState, facts: Facts): Standing {
  const verdicts = state.stage < 0 ? [] : judge(plan, state, facts.nowMs).verdicts
  const waiting = waitingFor(plan, state, verdicts, facts)
  const left = timeLeftMs(plan, state, facts.nowMs)
  const phase = phaseOf(state, waiting)
  return {
    phase,
    why: whyStanding(plan, state, phase, waiting),
    waitingFor: waiting,
    verdicts,
    nextDecisionMs: phase === 'running' && waiting.some(({ code }) => code === 'time') ? facts.nowMs + left : null,
  }
}

function phaseOf(state: RolloutState, waiting: readonly Waiting[]): RolloutPhase {
  if (state.ended) return state.ended
  if (state.stage < 0) return 'draft'
  if (waiting.some(holds)) return 'held'
  const awaitsPeople = waiting.length > 0 && waiting.every(({ code }) => code === 'gate' || code === 'checklist')
  return awaitsPeople ? 'awaiting_decision' : 'running'
}

function whyStanding(plan: Plan, state: RolloutState, phase: RolloutPhase, waiting: readonly Waiting[]): Why {
  const first = waiting[0]
  switch (phase) {
    case 'draft':
      return waiting.some(({ code }) => code === 'start')
        ? { code: 'DRAFT', sentence: 'Not started: nobody gets the candidate yet.' }
        : { code: 'ARMED', sentence: `Starts by itself after: ${sentencesOf(waiting)}.` }
    case 'rolled_back':
      return {
        code: 'ROLLED_BACK',
        sentence: rolledBackText(state),
      }
    case 'completed':
      return { code: 'COMPLETED', sentence: `Completed: ${percentText(state.sharePer100k)} get the candidate.` }
    case 'superseded':
      return { code: 'SUPERSEDED', sentence: state.stoppedBy?.sentence ?? 'A person took the share over.' }
    case 'held':
      return {
        code: `HELD_${first?.code.toUpperCase()}`,
        sentence: `Held at ${percentText(state.sharePer100k)}: ${first?.sentence}.`,
      }
    case 'awaiting_decision':
      return {
        code: 'AWAITING_DECISION',
        sentence: `The evidence is met at ${percentText(state.sharePer100k)}; it waits for: ${sentencesOf(waiting)}.`,
      }
    case 'running': {
      const next = plan.stages[stageAbove(plan, state.sharePer100k)]
      const goal = next ? `Opens ${percentText(shareOf(next))} after` : 'Completes after'
      const sentence = `At ${percentText(state.sharePer100k)}. ${goal}: ${sentencesOf(waiting)}.`
      return { code: 'RUNNING', sentence }
    }
  }
}

const sentencesOf = (waiting: readonly Waiting[]): string => listText(waiting.map(({ sentence }) => sentence))

const rolledBackText = ({ stoppedBy }: RolloutState): string =>
  stoppedBy?.by === 'person' ? stoppedBy.sentence : `Rolled back: ${stoppedBy?.sentence}`
