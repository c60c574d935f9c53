import { type Context, readUnit } from '../context.ts'
import type { ListEntry } from '../flag.ts'
import { instantMs } from '../instant.ts'
import type { Outcome } from '../outcome.ts'

/** A list of units: for each attribute that it names one look into a map, however long it is. */
export type UnitList = readonly UnitListPart[]

interface UnitListPart {
  readonly by: string
  readonly outcomes: ReadonlyMap<string, Outcome>
  /** Until when the entries that run out hold; null when none does. */
  readonly untilMs: ReadonlyMap<string, number> | null
}

/** Null for an empty list. */
export function compileUnitList<Entry extends ListEntry>(
  entries: readonly Entry[] = [],
  outcomeOf: (entry: Entry) => Outcome,
): UnitList | null {
  const parts = new Map<string, { outcomes: Map<string, Outcome>; untilMs: Map<string, number> }>()
  for (const entry of entries) {
    const { unit, by = 'targetingKey', expires } = entry
    const part = parts.get(by) ?? { outcomes: new Map(), untilMs: new Map() }
    parts.set(by, part)
    part.outcomes.set(unit, outcomeOf(entry))
    const untilMs = expires === undefined ? null : instantMs(expires)
    if (untilMs !== null) part.untilMs.set(unit, untilMs)
  }
  if (parts.size === 0) return null
  return [...parts].map(([by, { outcomes, untilMs }]) => ({
    by,
    outcomes,
    untilMs: untilMs.size === 0 ? null : untilMs,
  }))
}

/** What the list holds for the context's unit; an entry that has run out is absent. */
export function findListed(list: UnitList, context: Context, now: number): Outcome | undefined {
  for (let i = 0; i < list.length; i++) {
    const { by, outcomes, untilMs } = list[i] as UnitListPart
    const unit = readUnit(context, by)
    const found = unit === null ? undefined : outcomes.get(unit)
    if (found !== undefined && (untilMs === null || (untilMs.get(unit as string) ?? Infinity) > now)) return found
  }
  return undefined
}

/** The entry of the context's unit, which says why it is there. */
export function entryOf<Entry extends ListEntry>(
  entries: readonly Entry[] = [],
  context: Context,
  now: number,
): Entry | undefined {
  return entries.find(({ unit, by = 'targetingKey', expires }) => {
    if (readUnit(context, by) !== unit) return false
    return expires === undefined || (instantMs(expires) ?? Infinity) > now
  })
}
