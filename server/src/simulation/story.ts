import type { Plan } from '@sluice/core/rollout'
import type { EntryOf, EventSeen, FlagSeen, Kind, RolloutSeen, Trace } from './trace.ts'
import { flagKey } from './traffic-source.ts'

/** A rollout moved on by one version: what it was, what it is, and what the log says of it. */
export interface Transition {
  /** Where in the trace. */
  readonly at: number
  readonly commit: EntryOf<'commit'>
  readonly before: RolloutSeen | null
  readonly after: RolloutSeen
  readonly plan: Plan
  readonly event: EventSeen | null
  /** The flag as it was stored before and after. */
  readonly flagBefore: FlagSeen | null
  readonly flagAfter: FlagSeen | null
}

export interface Placed<T> {
  readonly at: number
  readonly entry: T
}

/** A trace as invariants read it. */
export interface Story {
  readonly trace: Trace
  readonly transitions: readonly Transition[]
  of<K extends Kind>(kind: K): readonly Placed<EntryOf<K>>[]
}

export const isLive = ({ stage, ended }: RolloutSeen): boolean => stage >= 0 && ended === null

/** Engine decisions that give the candidate more room. */
export const isAdvance = ({ event }: Transition): boolean =>
  event?.actor === 'engine' && (event.action === 'proceed' || event.action === 'complete')

export function tell(trace: Trace): Story {
  const byKind = new Map<Kind, Placed<EntryOf<Kind>>[]>()
  for (const [at, entry] of trace.entries()) {
    const list = byKind.get(entry.kind) ?? []
    list.push({ at, entry })
    byKind.set(entry.kind, list)
  }
  const of = <K extends Kind>(kind: K) => (byKind.get(kind) ?? []) as unknown as readonly Placed<EntryOf<K>>[]
  return { trace, of, transitions: transitionsOf(of('commit')) }
}

function transitionsOf(commits: readonly Placed<EntryOf<'commit'>>[]): Transition[] {
  const known = new Map<string, RolloutSeen>()
  const plans = new Map<string, Plan>()
  let flag: FlagSeen | null = null
  return commits.flatMap(({ at, entry }): Transition[] => {
    const flagBefore = flag
    flag = entry.flags.find(({ key }) => key === flagKey) ?? flag
    const flagAfter = flag
    return entry.rollouts.flatMap((after): Transition[] => {
      const before = known.get(after.id) ?? null
      known.set(after.id, after)
      const plan = after.plan ?? plans.get(after.id)
      if (!plan) return []
      plans.set(after.id, plan)
      const event = entry.events.find(({ subject }) => subject.kind === 'rollout' && subject.id === after.id) ?? null
      return [{ at, commit: entry, before, after, plan, event, flagBefore, flagAfter }]
    })
  })
}
