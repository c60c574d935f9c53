// The steps a rollout can take. Whoever calls them has made sure that it may.
import { closeVisit, emptySampleRatio } from '../statistics/index.ts'
import type { Decision, DecisionAction, Effect, Why } from './decision.ts'
import { startEvidence, startVisit, waitAnew } from './evidence.ts'
import { shareOf, stageAbove } from './plan.ts'
import type { Plan } from './plan.ts'
import { draft } from './state.ts'
import type { RolloutState, Stop } from './state.ts'
import { designedShare, drawSampleBits } from './unit-sample.ts'

export function start(plan: Plan, state: RolloutState, why: Why, nowMs: number): Decision {
  const share = plan.stages[0] ? shareOf(plan.stages[0]) : 0
  const opened = { ...state, stage: 0, sharePer100k: share, stageStartedMs: nowMs, healthyBlocks: 0 }
  return decided('start', state, freshAttempt(plan, opened, nowMs), why)
}

/** To the next stage; after the last to what it planned, its holdback included, and to the end. */
export function advance(plan: Plan, state: RolloutState, why: Why, nowMs: number): Decision {
  const stage = stageAbove(plan, state.sharePer100k)
  const next = plan.stages[stage]
  if (next) {
    const entered = { ...state, stage, stageStartedMs: nowMs, healthyBlocks: 0 }
    return decided('proceed', state, moved(plan, entered, shareOf(next), nowMs), why)
  }
  const last = plan.stages[state.stage]
  const complete = moved(plan, state, last?.sharePer100k ?? state.sharePer100k, nowMs)
  return decided('complete', state, { ...complete, ended: 'completed' }, why)
}

/** To a share below the next stage, whose time at the present one begins anew. */
export function creep(plan: Plan, state: RolloutState, to: number, why: Why, nowMs: number): Decision {
  const again = { ...state, stageStartedMs: nowMs, healthyBlocks: 0 }
  return decided('proceed', state, moved(plan, again, to, nowMs), why)
}

export const hold = (state: RolloutState, stop: Stop): Decision =>
  decided('hold', state, { ...state, stoppedBy: stop }, whyOf(stop))

/** To the share of the stage before, and held there; from the first to nobody. */
export function stepBack(plan: Plan, state: RolloutState, stop: Stop): Decision {
  const previous = plan.stages[state.stage - 1]
  return previous ? lower(plan, state, shareOf(previous), 'step-back', stop) : rollBack(plan, state, 0, stop)
}

/** To 0 it is final. Above 0 the lower share is held, guards on, until a person acts. */
export function rollBack(plan: Plan, state: RolloutState, to: number, stop: Stop): Decision {
  if (to > 0) return lower(plan, state, to, 'rollback', stop)
  const next: RolloutState = { ...state, sharePer100k: 0, ended: 'rolled_back', stoppedBy: stop }
  return decided('rollback', state, next, whyOf(stop))
}

/** After a breach with fresh evidence: a new attempt, on the same users. */
export function resume(plan: Plan, state: RolloutState, sentence: string, nowMs: number): Decision {
  const evidence = state.evidence.map((kept) => waitAnew(kept, state.block))
  const again = { ...state, stoppedBy: null, evidence }
  if (state.stoppedBy?.by !== 'breach') return decided('resume', state, again, { code: 'PERSON', sentence })
  const fresh = freshAttempt(plan, { ...again, stageStartedMs: nowMs, healthyBlocks: 0 }, nowMs)
  const said = `${sentence}; a new attempt with fresh evidence on the same users`
  return decided('resume', state, fresh, { code: 'PERSON', sentence: said })
}

export const takeOver = (state: RolloutState, to: number, stop: Stop): Decision =>
  decided('takeover', state, { ...state, sharePer100k: to, ended: 'superseded', stoppedBy: stop }, whyOf(stop))

/** One event, and the rollout goes on as it was but for what `next` notes. */
export const tell = (state: RolloutState, next: RolloutState, sentence: string): Decision =>
  decided('notify', state, next, { code: 'NOTICE', sentence })

const whyOf = ({ by, sentence }: Stop): Why => ({ code: by.toUpperCase(), sentence })

function decided(action: DecisionAction, { sharePer100k: from }: RolloutState, next: RolloutState, why: Why): Decision {
  const to = next.sharePer100k
  const share: Effect[] = to === from ? [] : [{ effect: 'set-share', sharePer100k: to }]
  return { next, effects: [...share, { effect: 'record', action, from, to }], why }
}

function lower(plan: Plan, state: RolloutState, share: number, action: 'rollback' | 'step-back', stop: Stop): Decision {
  const stage = Math.max(
    0,
    plan.stages.findLastIndex((planned) => shareOf(planned) <= share),
  )
  const entered = { ...state, ended: null, stage, stageStartedMs: stop.atMs, healthyBlocks: 0 }
  const lowered = moved(plan, entered, share, stop.atMs)
  return decided(action, state, { ...lowered, stoppedBy: stop }, whyOf(stop))
}

function freshAttempt(plan: Plan, state: RolloutState, nowMs: number): RolloutState {
  return {
    ...state,
    stoppedBy: null,
    attempt: state.attempt + 1,
    attemptStartedMs: nowMs,
    visit: state.visit + 1,
    visitStartedMs: nowMs,
    visitBlock: 0,
    entry: 0,
    highestSharePer100k: state.sharePer100k,
    block: 0,
    warnedMs: null,
    evidence: plan.guardrails.map(startEvidence),
    sampleRatio: emptySampleRatio,
    sampleBits: drawSampleBits(plan),
    visitUnits: draft.visitUnits,
    full: false,
  }
}

/** The state after its share changed: a new visit. */
function moved(plan: Plan, state: RolloutState, sharePer100k: number, nowMs: number): RolloutState {
  if (sharePer100k === state.sharePer100k) return state
  const higher = sharePer100k > state.highestSharePer100k
  return {
    ...state,
    sharePer100k,
    visit: state.visit + 1,
    visitStartedMs: nowMs,
    visitBlock: state.block,
    entry: state.entry + (higher ? 1 : 0),
    highestSharePer100k: Math.max(sharePer100k, state.highestSharePer100k),
    evidence: state.evidence.map((evidence, i) => {
      const guardrail = plan.guardrails[i]
      return guardrail ? startVisit(evidence, guardrail) : evidence
    }),
    sampleRatio: closeVisit(state.sampleRatio, designedShare(state)),
    visitUnits: draft.visitUnits,
  }
}
