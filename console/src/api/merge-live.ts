import type { DecisionEvent, FlagRecord, Rollout } from '@sluice/contract'
import type { List } from './queries.ts'

/** A change of the flag set, as the stream sends it; null is a flag that is gone. */
export interface FlagPatch {
  readonly from: number
  readonly revision: number
  readonly flags: Readonly<Record<string, Readonly<Record<string, unknown>> | null>>
}

/** The newer of two states of one rollout. Equal versions differ in evidence only, and what comes later is newer. */
export function newerRollout(known: Rollout | undefined, incoming: Rollout): Rollout {
  return known !== undefined && known.version > incoming.version ? known : incoming
}

/** The list with this rollout's present state; a new rollout goes first. */
export function mergeRollout(list: List<Rollout> | undefined, incoming: Rollout): List<Rollout> | undefined {
  if (list === undefined) return undefined
  const index = list.items.findIndex((item) => item.id === incoming.id)
  if (index === -1) return { ...list, items: [incoming, ...list.items] }
  return { ...list, items: list.items.with(index, newerRollout(list.items[index], incoming)) }
}

/** The log with this decision in its place; one that is known already changes nothing. */
export function appendDecision(
  list: List<DecisionEvent> | undefined,
  incoming: DecisionEvent,
): List<DecisionEvent> | undefined {
  if (list === undefined || list.items.some((item) => item.id === incoming.id)) return list
  return { ...list, items: [...list.items, incoming].sort((one, other) => one.seq - other.seq) }
}

/** Known flags with their new bodies. Bookkeeping (version, times, owner) is not in the stream: it is fetched after. */
export function patchFlags(list: List<FlagRecord> | undefined, patch: FlagPatch): List<FlagRecord> | undefined {
  if (list === undefined) return undefined
  const items = list.items.flatMap((record) => {
    if (!Object.hasOwn(patch.flags, record.key)) return [record]
    const flag = patch.flags[record.key]
    return flag === null || flag === undefined ? [] : [{ ...record, revision: patch.revision, flag }]
  })
  return { ...list, items }
}
