import type { RolloutPhase, RolloutState, Waiting } from './state.ts'
import type { Verdict } from './verdict.ts'

/** What a person may ask for. `to` is a share out of 100,000. */
export type Action =
  | { readonly action: 'start' | 'hold' | 'resume'; readonly reason: string }
  | { readonly action: 'proceed'; readonly reason: string; readonly to?: number }
  | { readonly action: 'rollback'; readonly reason: string; readonly to: number }
  | { readonly action: 'takeover'; readonly reason: string; readonly to: number }

/** What happened, as the event log names it. */
export type DecisionAction =
  | 'start'
  | 'proceed'
  | 'complete'
  | 'hold'
  | 'resume'
  | 'step-back'
  | 'rollback'
  | 'takeover'
  | 'notify'
  | 'arm'
  | 'check'
  | 'note'

/** Why, for programs (`code`) and for people (`sentence`); the same text in console, CLI, API and report. */
export interface Why {
  readonly code: string
  readonly sentence: string
}

/** Something the shell has to do; it does this and nothing else. */
export type Effect =
  | { readonly effect: 'set-share'; readonly sharePer100k: number }
  | { readonly effect: 'record'; readonly action: DecisionAction; readonly from: number; readonly to: number }

export interface Decision {
  readonly next: RolloutState
  readonly effects: readonly Effect[]
  readonly why: Why
}

/** The whole of what people are shown about a rollout at one instant. */
export interface Standing {
  readonly phase: RolloutPhase
  readonly why: Why
  readonly waitingFor: readonly Waiting[]
  readonly verdicts: readonly Verdict[]
  /** Earliest instant at which the plan may go on; null when time is not what it waits for. */
  readonly nextDecisionMs: number | null
}

/** One sign per action, the same in console, terminal and report. */
const decisionSigns: Readonly<Record<DecisionAction, string>> = {
  start: '▲',
  proceed: '▲',
  complete: '✔',
  hold: '‖',
  resume: '▲',
  'step-back': '▼',
  rollback: '▼',
  takeover: '▼',
  arm: '◷',
  check: '☑',
  note: '✎',
  notify: '!',
}

/** The sign of an action by its name; a dot for one that is not known. */
export const signOf = (action: string): string =>
  Object.hasOwn(decisionSigns, action) ? decisionSigns[action as DecisionAction] : '·'
