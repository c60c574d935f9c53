import { isLargeChange, percentChange } from '../check-model.ts'
import { type FieldChange, describeChanges } from '../describe-changes.ts'
import { touchedGroups, withOwner, withPart } from '../field-groups.ts'
import { readInstant, writeInstant } from '../instant.ts'
import { type FieldGroup, type Model, type Source, ownerOf } from '../model.ts'
import { parseModel } from '../parse-model.ts'
import { type Price, priceKey } from '../price.ts'
import { ratesInForce } from '../price-book.ts'

/** A price before and after an import, as of the time of the import. */
export interface PriceChange {
  readonly slot: string
  readonly from: string | null
  readonly to: string | null
  /** By how much, in percent; null where there was none, or it was 0. */
  readonly percent: number | null
  /** More than a quarter, or from 0. */
  readonly large: boolean
}

/** A part of a model that stays as it is, because somebody else looks after it. */
export interface KeptGroup {
  readonly group: FieldGroup
  readonly owner: Source
  readonly fields: readonly string[]
}

/** What an import makes of a model that is there already. */
export interface Comparison {
  readonly model: Model
  readonly changes: readonly FieldChange[]
  readonly priceChanges: readonly PriceChange[]
  readonly kept: readonly KeptGroup[]
}

/** How conflicts over a group end: its owner's stays, or the file's is taken, and with it the ownership. */
export type Take = 'kept' | 'theirs'

/**
 * Puts an incoming model over the present one. Each group of fields belongs to whoever wrote it last; a sync changes its own
 * groups only. Prices begin now where they differ: the past stays as it was. Null: the two price lists do not go together.
 */
export function compareModel(
  present: Model,
  incoming: Model,
  options: { readonly atMs: number; readonly take: Take },
): Comparison | null {
  const { atMs, take } = options
  const fresh = named({ ...incoming, prices: pricesFromNow(present, incoming, atMs) }, present)
  if (!fresh) return null
  const touched = touchedGroups(present, fresh)
  const isMine = (group: FieldGroup): boolean =>
    take === 'theirs' || [ownerOf(present, group), 'manual'].includes(ownerOf(incoming, group))
  const { model, groups } = combine(present, fresh, touched.filter(isMine))
  const kept = touched
    .filter((group) => !groups.includes(group))
    .map((group): KeptGroup => {
      const theirs = combine(present, fresh, [group]).model
      return { group, owner: ownerOf(present, group), fields: fieldsOf(present, theirs, atMs) }
    })
  const moved = groups.filter((group) => ownerOf(incoming, group) !== ownerOf(present, group))
  const owned = moved.reduce((owner, group) => withOwner(owner, [group], ownerOf(incoming, group)), model)
  return {
    model: owned,
    changes: describeChanges(present, owned, atMs),
    priceChanges: priceChanges(present.prices, owned.prices, atMs),
    kept,
  }
}

/**
 * The model with these groups taken from another. Where they do not go together with what stays (a reasoning budget above a limit
 * that somebody else looks after), as many as do.
 */
function combine(
  present: Model,
  from: Model,
  groups: readonly FieldGroup[],
): { readonly model: Model; readonly groups: readonly FieldGroup[] } {
  const taken = (base: Model, some: readonly FieldGroup[]): Model | null => {
    let input: Record<string, unknown> = { ...base }
    for (const group of some) input = withPart(input as unknown as Model, group, from)
    const parsed = parseModel(input)
    return parsed.ok ? parsed.model : null
  }
  const whole = taken(present, groups)
  if (whole) return { model: whole, groups }
  let model = present
  const fitting: FieldGroup[] = []
  for (const group of groups) {
    const next = taken(model, [group])
    if (!next) continue
    model = next
    fitting.push(group)
  }
  return { model, groups: fitting }
}

const fieldsOf = (before: Model, after: Model, atMs: number): string[] =>
  describeChanges(before, after, atMs).map(({ field }) => field)

/** A file that gives no name for people does not take away the one that is there. */
function named(incoming: Model, present: Model): Model | null {
  const isNameless = incoming.name === incoming.id.slice(incoming.provider.length + 1)
  const parsed = parseModel({ ...incoming, name: isNameless ? present.name : incoming.name })
  return parsed.ok ? parsed.model : null
}

/**
 * The rows of a model whose prices from `atMs` on are the incoming ones. What has begun stays; what the file dates itself begins
 * when it says; what differs otherwise begins now; a slot that is not named is withdrawn; what was announced is replaced.
 */
function pricesFromNow(present: Model, incoming: Model, atMs: number): readonly Price[] {
  if (present.prices.length === 0) return incoming.prices
  const now = writeInstant(atMs)
  const begins = (price: Price): number => readInstant(price.effectiveFrom) ?? -Infinity
  const rows = new Map(present.prices.filter((price) => begins(price) <= atMs).map((price) => [priceKey(price), price]))
  for (const price of incoming.prices) {
    const isDatedPast = price.effectiveFrom !== undefined && begins(price) <= atMs
    if (isDatedPast && !rows.has(priceKey(price))) rows.set(priceKey(price), price)
  }
  const [old, fresh] = [ratesInForce([...rows.values()], atMs), ratesInForce(incoming.prices, atMs)]
  const beginNow = (price: Price): void =>
    void rows.set(priceKey({ ...price, effectiveFrom: now }), { ...price, effectiveFrom: now })
  for (const [slot, price] of fresh) {
    const was = old.get(slot)
    if (was?.rate !== price.rate || was.per !== price.per) beginNow(price)
  }
  for (const [slot, price] of old) if (!fresh.has(slot)) beginNow({ ...price, rate: null })
  return [...rows.values(), ...incoming.prices.filter((price) => begins(price) > atMs)]
}

/** What is paid now, by slot, before and after. */
export function priceChanges(before: readonly Price[], after: readonly Price[], atMs: number): PriceChange[] {
  const [old, fresh] = [ratesInForce(before, atMs), ratesInForce(after, atMs)]
  const changes: PriceChange[] = []
  for (const slot of new Set([...old.keys(), ...fresh.keys()])) {
    const [was, is] = [old.get(slot), fresh.get(slot)]
    if (was?.rate === is?.rate && was?.per === is?.per) continue
    const both = was && is ? { was, is } : null
    changes.push({
      slot,
      from: was?.rate ?? null,
      to: is?.rate ?? null,
      percent: both && percentChange(both.was, both.is),
      large: both !== null && isLargeChange(both.was, both.is),
    })
  }
  return changes
}
