import { closeVisit, emptySampleRatio, rateInterval } from '../statistics/index.ts'
import type { Action, Decision, DecisionAction, Effect, Standing, Why } from './decision.ts'
import { guardrailLabel, limitText } from './describe-verdict.ts'
import { startEvidence, startVisit } from './evidence.ts'
import { actsIn, judge } from './judge.ts'
import { shareOf } from './plan.ts'
import type { Guardrail, Plan } from './plan.ts'
import type { RolloutPhase, RolloutState, Waiting } from './state.ts'
import type { Verdict } from './verdict.ts'
import { designedShare, drawSampleBits } from './unit-sample.ts'
import { holds, timeLeftMs, waitingFor } from './waiting.ts'
import type { Facts } from './waiting.ts'
import { listText, percentText, shortNumber } from './words.ts'

/** A rollout nobody has started. */
export const draft: RolloutState = {
  stage: -1,
  sharePer100k: 0,
  stoppedBy: null,
  ended: null,
  attempt: 0,
  attemptStartedMs: 0,
  visit: 0,
  visitStartedMs: 0,
  visitBlock: 0,
  stageStartedMs: 0,
  entry: 0,
  highestSharePer100k: 0,
  block: 0,
  healthyBlocks: 0,
  evidence: [],
  sampleRatio: emptySampleRatio,
  sampleBits: { T: 0, C: 0 },
  visitUnits: { seen: 0, crossed: 0 },
  full: false,
}

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
  return waiting.length === 1 && waiting[0]?.code === 'gate' ? 'awaiting_decision' : 'running'
}

function whyStanding(plan: Plan, state: RolloutState, phase: RolloutPhase, waiting: readonly Waiting[]): Why {
  const first = waiting[0]
  switch (phase) {
    case 'draft':
      return { code: 'DRAFT', sentence: 'Not started: nobody gets the candidate yet.' }
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
        sentence: `Everything is met at ${percentText(state.sharePer100k)}: ${first?.sentence}.`,
      }
    case 'running': {
      const next = plan.stages[state.stage + 1]
      const goal = next ? `Opens ${percentText(shareOf(next))} after` : 'Completes after'
      const sentence = `At ${percentText(state.sharePer100k)}. ${goal}: ${listText(waiting.map(({ sentence: text }) => text))}.`
      return { code: 'RUNNING', sentence }
    }
  }
}

const rolledBackText = ({ stoppedBy }: RolloutState): string =>
  stoppedBy?.by === 'breach' ? `Rolled back: ${stoppedBy.sentence}` : (stoppedBy?.sentence ?? 'Rolled back.')

/** What the evidence makes of the rollout, at most one step. Called as each block is sealed. */
export function decide(plan: Plan, state: RolloutState, verdicts: readonly Verdict[], facts: Facts): Decision {
  const unchanged: Decision = { next: state, effects: [], why: { code: 'UNCHANGED', sentence: '' } }
  if (state.ended || state.stage < 0) return unchanged
  const breach = worstBreach(plan, state, verdicts)
  if (breach && facts.flagEnabled) {
    const { action, sentence } = breach
    if (action === 'rollback') return rollBack(plan, state, 0, sentence, 'breach', facts.nowMs)
    if (state.stoppedBy?.by !== 'breach') {
      if (action === 'step-back') return stepBack(plan, state, sentence, facts.nowMs)
      if (action === 'hold') return hold(state, sentence, 'breach', facts.nowMs)
    }
  }
  const told = tellOnce(plan, state, verdicts)
  if (told) return told
  const waiting = waitingFor(plan, state, verdicts, facts)
  return waiting.length > 0 ? unchanged : advance(plan, state, whyAdvance(plan, state, verdicts), facts.nowMs)
}

/** What a person asked for, carried out or refused with the reason. */
export function act(
  plan: Plan,
  state: RolloutState,
  action: Action,
  nowMs: number,
): Decision | { readonly refused: string } {
  const said = action.reason === '' ? '' : `: ${action.reason}`
  switch (action.action) {
    case 'start':
      if (state.stage >= 0) return { refused: 'It was started already.' }
      return start(plan, state, { code: 'PERSON', sentence: `Started${said}` }, nowMs)
    case 'takeover':
      if (state.ended === 'superseded') return { refused: 'Its share was taken over already.' }
      return takeOver(state, action.to, `A person set ${percentText(action.to)} and took over${said}`, nowMs)
    case 'rollback': {
      const mayLower = state.stage >= 0 && (state.ended === null || state.ended === 'completed')
      if (!mayLower)
        return {
          refused:
            state.stage < 0
              ? 'It is not started: nobody has the candidate.'
              : `It is ${state.ended?.replace('_', ' ')} already.`,
        }
      if (action.to >= state.sharePer100k)
        return {
          refused: `A rollback lowers the share: "to" must be below the present ${percentText(state.sharePer100k)}.`,
        }
      return rollBack(
        plan,
        state,
        action.to,
        `A person rolled back to ${percentText(action.to)}${said}`,
        'person',
        nowMs,
      )
    }
    case 'hold':
      if (state.ended || state.stage < 0) return { refused: 'Only a running rollout can be held.' }
      if (state.stoppedBy) return { refused: `It is stopped already: ${state.stoppedBy.sentence}` }
      return hold(state, `a person holds it${said}`, 'person', nowMs)
    case 'resume':
      if (state.ended || !state.stoppedBy) return { refused: 'Nothing to resume: no person and no breach stopped it.' }
      return resume(plan, state, `Resumed${said}`, nowMs)
    case 'proceed':
      if (state.ended || state.stage < 0) return { refused: 'Only a running rollout can proceed.' }
      if (state.stoppedBy?.by === 'breach')
        return {
          refused: `Not past a breach: ${state.stoppedBy.sentence}. Resume it first (a new attempt with fresh evidence), or roll back.`,
        }
      return advance(
        plan,
        { ...state, stoppedBy: null },
        { code: 'PERSON', sentence: `A person went on, proven or not${said}` },
        nowMs,
      )
  }
}

const severity = { notify: 0, hold: 1, 'step-back': 2, rollback: 3 } as const

function worstBreach(
  plan: Plan,
  state: RolloutState,
  verdicts: readonly Verdict[],
): { action: 'hold' | 'step-back' | 'rollback'; sentence: string } | null {
  let worst: { action: 'notify' | 'hold' | 'step-back' | 'rollback'; sentence: string } | null = null
  for (const [i, guardrail] of plan.guardrails.entries()) {
    const verdict = verdicts[i]
    if (verdict?.verdict !== 'fail' || verdict.shared || !actsIn(guardrail, state.stage)) continue
    if (worst && severity[worst.action] >= severity[guardrail.onBreach]) continue
    worst = { action: guardrail.onBreach, sentence: verdict.sentence }
  }
  return worst && worst.action !== 'notify' ? { action: worst.action, sentence: worst.sentence } : null
}

/** Breaches of rules that only notify: one event each, and the rollout goes on. */
function tellOnce(plan: Plan, state: RolloutState, verdicts: readonly Verdict[]): Decision | null {
  const index = plan.guardrails.findIndex(
    ({ onBreach }, i) => onBreach === 'notify' && verdicts[i]?.verdict === 'fail' && !state.evidence[i]?.notified,
  )
  if (index < 0) return null
  const evidence = state.evidence.map((kept, i) => (i === index ? { ...kept, notified: true } : kept))
  const sentence = verdicts[index]?.sentence ?? ''
  return {
    next: { ...state, evidence },
    effects: [recorded('notify', state, state)],
    why: { code: 'NOTICE', sentence },
  }
}

const recorded = (action: DecisionAction, from: RolloutState, to: RolloutState): Effect => ({
  effect: 'record',
  action,
  from: from.sharePer100k,
  to: to.sharePer100k,
})

function decided(action: DecisionAction, from: RolloutState, next: RolloutState, why: Why): Decision {
  const share: Effect[] =
    next.sharePer100k === from.sharePer100k ? [] : [{ effect: 'set-share', sharePer100k: next.sharePer100k }]
  return { next, effects: [...share, recorded(action, from, next)], why }
}

function start(plan: Plan, state: RolloutState, why: Why, nowMs: number): Decision {
  const share = shareOf(plan.stages[0] ?? { sharePer100k: 0, holdbackPer100k: 0, atLeastMs: 0, gate: 'auto' })
  const next = freshAttempt(
    plan,
    { ...state, stage: 0, sharePer100k: share, stageStartedMs: nowMs, healthyBlocks: 0 },
    nowMs,
  )
  return decided('start', state, next, why)
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

function advance(plan: Plan, state: RolloutState, why: Why, nowMs: number): Decision {
  const next = plan.stages[state.stage + 1]
  if (next) {
    const opened = moved(
      plan,
      { ...state, stage: state.stage + 1, stageStartedMs: nowMs, healthyBlocks: 0 },
      shareOf(next),
      nowMs,
    )
    return decided('proceed', state, opened, why)
  }
  const last = plan.stages[state.stage]
  const complete: RolloutState = {
    ...moved(plan, state, last?.sharePer100k ?? state.sharePer100k, nowMs),
    ended: 'completed',
  }
  return decided('complete', state, complete, why)
}

function hold(state: RolloutState, sentence: string, by: 'person' | 'breach', nowMs: number): Decision {
  return decided(
    'hold',
    state,
    { ...state, stoppedBy: { by, sentence, atMs: nowMs } },
    { code: by === 'breach' ? 'BREACH' : 'PERSON', sentence },
  )
}

function stepBack(plan: Plan, state: RolloutState, sentence: string, nowMs: number): Decision {
  const previous = plan.stages[state.stage - 1]
  if (!previous) return rollBack(plan, state, 0, sentence, 'breach', nowMs)
  return lower(plan, state, shareOf(previous), 'step-back', sentence, 'breach', nowMs)
}

/** To 0 it is final. Above 0 the lower share is held, guards on, until a person acts. */
function rollBack(
  plan: Plan,
  state: RolloutState,
  to: number,
  sentence: string,
  by: 'person' | 'breach',
  nowMs: number,
): Decision {
  if (to > 0) return lower(plan, state, to, 'rollback', sentence, by, nowMs)
  const next: RolloutState = {
    ...state,
    sharePer100k: 0,
    ended: 'rolled_back',
    stoppedBy: { by, sentence, atMs: nowMs },
  }
  return decided('rollback', state, next, { code: by === 'breach' ? 'BREACH' : 'PERSON', sentence })
}

function lower(
  plan: Plan,
  state: RolloutState,
  share: number,
  action: 'rollback' | 'step-back',
  sentence: string,
  by: 'person' | 'breach',
  nowMs: number,
): Decision {
  const stage = Math.max(
    0,
    plan.stages.findLastIndex((planned) => shareOf(planned) <= share),
  )
  const lowered = moved(plan, { ...state, ended: null, stage, stageStartedMs: nowMs, healthyBlocks: 0 }, share, nowMs)
  return decided(
    action,
    state,
    { ...lowered, stoppedBy: { by, sentence, atMs: nowMs } },
    { code: by === 'breach' ? 'BREACH' : 'PERSON', sentence },
  )
}

function resume(plan: Plan, state: RolloutState, sentence: string, nowMs: number): Decision {
  const again = { ...state, stoppedBy: null }
  if (state.stoppedBy?.by !== 'breach') return decided('resume', state, again, { code: 'PERSON', sentence })
  const fresh = freshAttempt(plan, { ...again, stageStartedMs: nowMs, healthyBlocks: 0 }, nowMs)
  return decided('resume', state, fresh, {
    code: 'PERSON',
    sentence: `${sentence}; a new attempt with fresh evidence on the same users`,
  })
}

function takeOver(state: RolloutState, to: number, sentence: string, nowMs: number): Decision {
  const next: RolloutState = {
    ...state,
    sharePer100k: to,
    ended: 'superseded',
    stoppedBy: { by: 'person', sentence, atMs: nowMs },
  }
  return decided('takeover', state, next, { code: 'PERSON', sentence })
}

/** What was proven, or what is ruled out and what is not. */
function whyAdvance(plan: Plan, state: RolloutState, verdicts: readonly Verdict[]): Why {
  const acting = plan.guardrails.flatMap((guardrail, i) => {
    const verdict = verdicts[i]
    return verdict && guardrail.onBreach !== 'notify' && actsIn(guardrail, state.stage) ? [{ guardrail, verdict }] : []
  })
  if (acting.every(({ verdict }) => verdict.verdict === 'pass')) {
    const proofs = acting.map(
      ({ guardrail }) =>
        `${guardrailLabel(guardrail)} ${sideOf(guardrail.direction)} ${limitText(guardrail, guardrail.safe)}`,
    )
    return { code: 'PROVEN', sentence: `Proven safe: ${listText(proofs)}` }
  }
  const known = acting.map(({ guardrail, verdict }) => {
    const { events, units } = verdict.candidate
    const end = guardrail.direction === 'over' ? verdict.interval[1] : verdict.interval[0]
    const counted =
      events === null
        ? `${guardrailLabel(guardrail)} of ${shortNumber(units)} users`
        : `${guardrailLabel(guardrail)} in ${events} of ${units} users`
    const worse = guardrail.direction === 'over' ? 'worse than' : 'less than'
    const safe = limitText(guardrail, guardrail.safe)
    if (verdict.verdict === 'pass') return `${counted}: ${worse} ${safe} is ruled out`
    if (end === null) return `${counted}: ${unbounded(guardrail, verdict)}`
    return `${counted}: ${worse} ${limitText(guardrail, end)} is ruled out, ${safe} is not`
  })
  return { code: 'QUIET', sentence: `Advanced unproven: ${known.join('; ')}` }
}

/** Where no multiple of the baseline can be ruled out yet, the rate itself may be bounded. */
function unbounded(guardrail: Guardrail, { candidate: { events, units } }: Verdict): string {
  const [, high] = events === null ? [0, 1] : rateInterval(units, events)
  if (high > 0.95 || guardrail.direction === 'under') return 'nothing is ruled out yet'
  return `more than ${shortNumber(high * 100)} % is ruled out, ${limitText(guardrail, guardrail.safe)} the baseline is not`
}

const sideOf = (direction: 'over' | 'under'): string => (direction === 'over' ? 'below' : 'above')
