import type { StoredEvent } from '../events/event.ts'

/** What actions on rollouts are called once they have happened. */
const happened: Readonly<Record<string, string>> = {
  start: 'started',
  proceed: 'proceeded',
  hold: 'held',
  resume: 'resumed',
  rollback: 'rolled_back',
  'step-back': 'stepped_back',
  complete: 'completed',
  takeover: 'taken_over',
  notify: 'noticed',
}

/** The type under which receivers know an event: `rollout.rolled_back`, `alert.opened`, `flag.changed`. */
export function typeOf({ subject, action }: Pick<StoredEvent, 'subject' | 'action'>): string {
  if (subject.kind === 'alert') return action
  if (subject.kind === 'flag') return action === 'disable' ? 'flag.killed' : 'flag.changed'
  return `${subject.kind}.${happened[action] ?? action.replaceAll('-', '_')}`
}

/** Whether one of the patterns, whole types or `rollout.*`, takes it. */
export const isWanted = (type: string, patterns: readonly string[]): boolean =>
  patterns.some((pattern) => pattern === type || (pattern.endsWith('.*') && type.startsWith(pattern.slice(0, -1))))
