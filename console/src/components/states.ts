import type { CheckState, Rollout, RolloutVerdict } from '@sluice/contract'

export type Tone = 'ok' | 'warn' | 'fail' | 'nodata' | 'muted' | 'accent'

export interface Mark {
  readonly mark: string
  readonly word: string
  readonly tone: Tone
}

export type RolloutState = Rollout['state']
export type VerdictWord = RolloutVerdict['verdict']

export const rolloutMarks: Readonly<Record<RolloutState, Mark>> = {
  draft: { mark: '○', word: 'draft', tone: 'muted' },
  running: { mark: '●', word: 'running', tone: 'accent' },
  held: { mark: '‖', word: 'held', tone: 'warn' },
  awaiting_decision: { mark: '?', word: 'awaiting a decision', tone: 'warn' },
  rolled_back: { mark: '▼', word: 'rolled back', tone: 'fail' },
  completed: { mark: '✔', word: 'completed', tone: 'ok' },
  superseded: { mark: '↷', word: 'superseded', tone: 'muted' },
}

/** Items of a checklist. */
export const checkMarks: Readonly<Record<CheckState, Mark>> = {
  open: { mark: '○', word: 'open', tone: 'muted' },
  passed: { mark: '✔', word: 'done', tone: 'ok' },
  failed: { mark: '✖', word: 'failed', tone: 'fail' },
  skipped: { mark: '↷', word: 'skipped', tone: 'warn' },
}

export const verdictMarks: Readonly<Record<VerdictWord, Mark>> = {
  pass: { mark: '✔', word: 'pass', tone: 'ok' },
  measuring: { mark: '◔', word: 'measuring', tone: 'muted' },
  warn: { mark: '▲', word: 'warning', tone: 'warn' },
  fail: { mark: '✖', word: 'breach', tone: 'fail' },
  no_data: { mark: '◌', word: 'no data', tone: 'nodata' },
}

/** Written out in full, because the style sheet is built from the names it finds in the source. */
export const toneText: Readonly<Record<Tone, string>> = {
  ok: 'text-ok',
  warn: 'text-warn',
  fail: 'text-fail',
  nodata: 'text-nodata',
  muted: 'text-muted',
  accent: 'text-accent',
}

/** Decisions on the charts and in the log; an action this console does not know yet is shown by its name. */
const decisionMarks: Readonly<Record<string, Mark>> = {
  start: { mark: '▲', word: 'started', tone: 'accent' },
  proceed: { mark: '▲', word: 'proceeded', tone: 'accent' },
  resume: { mark: '▲', word: 'resumed', tone: 'accent' },
  hold: { mark: '‖', word: 'held', tone: 'warn' },
  'step-back': { mark: '▼', word: 'stepped back', tone: 'fail' },
  rollback: { mark: '▼', word: 'rolled back', tone: 'fail' },
  complete: { mark: '✔', word: 'completed', tone: 'ok' },
  takeover: { mark: '↷', word: 'taken over', tone: 'muted' },
  notify: { mark: '◆', word: 'noted', tone: 'muted' },
}

export function decisionMark(action: string): Mark {
  return decisionMarks[action] ?? { mark: '◆', word: action, tone: 'muted' }
}
