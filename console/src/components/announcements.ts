import type { Rollout } from '@sluice/contract'
import { formatPercent } from '../format/numbers.ts'
import { rolloutMarks, verdictMarks } from './states.ts'

export interface Announcement {
  readonly urgency: 'polite' | 'assertive'
  readonly text: string
}

/** What a listener must hear of the step from one state to the next; null when nothing changed that matters. */
export function announcement(before: Rollout, after: Rollout): Announcement | null {
  if (before.id !== after.id) return null
  if (before.state !== after.state) {
    const text = `${after.flag} ${rolloutMarks[after.state].word}: ${after.why.sentence}`
    return { urgency: after.state === 'rolled_back' ? 'assertive' : 'polite', text }
  }
  const parts = [...raisedShare(before, after), ...changedVerdicts(before, after)]
  return parts.length === 0 ? null : { urgency: 'polite', text: parts.join('. ') }
}

function raisedShare(before: Rollout, after: Rollout): string[] {
  if (before.exposure.set === after.exposure.set) return []
  return [`${after.flag}: ${formatPercent(before.exposure.set)} to ${formatPercent(after.exposure.set)}`]
}

function changedVerdicts(before: Rollout, after: Rollout): string[] {
  const known = new Map(before.verdicts.map((verdict) => [verdict.guardrail, verdict.verdict]))
  return after.verdicts
    .filter((verdict) => known.has(verdict.guardrail) && known.get(verdict.guardrail) !== verdict.verdict)
    .map((verdict) => `${verdict.label}: ${verdictMarks[verdict.verdict].word}`)
}

/** The tab's title: the mark and the word come first, because tabs are narrow. */
export function tabTitle(rollout: Rollout): string {
  const { mark, word } = rolloutMarks[rollout.state]
  const percent = rollout.state === 'running' ? ` ${formatPercent(rollout.exposure.set)}` : ''
  return `${mark} ${word}${percent}: ${rollout.flag}`
}
