import { displayRate, pricingField } from './guide-view.ts'
import { readInstant } from './instant.ts'
import type { Model } from './model.ts'
import { type Price, priceKey, slotOf } from './price.ts'
import { ratesInForce } from './price-book.ts'

/** One field that differs between two versions of a model; null: it is not there. */
export interface FieldChange {
  /** `pricing.input`, `limits.context`, `prices.input@2027-01-01`, `aliases.gpt-4o-2024-08-06`. */
  readonly field: string
  readonly oldValue: unknown
  readonly newValue: unknown
}

/** A model whose lists are objects by their natural keys, so that a diff names what changed, not where in a list. */
export interface KeyedModel extends Omit<Model, 'prices' | 'aliases' | 'tags'> {
  readonly tags: Readonly<Record<string, true>>
  readonly prices: Readonly<Record<string, { readonly rate: string | null; readonly per: number }>>
  readonly aliases: Readonly<Record<string, { readonly kind: string }>>
}

/** The keyed form, from which patches are made. */
export function keyedForm(model: Model): KeyedModel {
  return {
    ...model,
    tags: Object.fromEntries((model.tags ?? []).map((tag) => [tag, true] as const)),
    prices: Object.fromEntries(model.prices.map((price) => [priceKey(price), { rate: price.rate, per: price.per }])),
    aliases: Object.fromEntries(
      model.aliases.map(({ alias, kind, validFrom }) => [`${alias}@${validFrom ?? '0'}`, { kind }]),
    ),
  }
}

/** What a person wants to know of a change made at `atMs`; `before` null: the model is new. */
export function describeChanges(before: Model | null, after: Model | null, atMs: number): FieldChange[] {
  const [old, fresh] = [before && flatten(before), after && flatten(after)]
  const fields = new Set([...Object.keys(old ?? {}), ...Object.keys(fresh ?? {})])
  const plain = [...fields]
    .map((field) => ({ field, oldValue: old?.[field] ?? null, newValue: fresh?.[field] ?? null }))
    .filter(isChange)
  return [...priceChanges(before?.prices ?? [], after?.prices ?? [], atMs), ...plain]
}

const isChange = ({ oldValue, newValue }: FieldChange): boolean => JSON.stringify(oldValue) !== JSON.stringify(newValue)

/** Everything but the prices, one level of objects deep. */
function flatten(model: Model): Record<string, unknown> {
  const { prices: _, tags, aliases, ...rest } = model
  const flat: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(rest))
    if (typeof value === 'object' && value !== null && !Array.isArray(value) && name !== 'reasoning')
      for (const [inner, member] of Object.entries(value)) flat[`${name}.${inner}`] = member
    else flat[name] = value
  if (tags) flat['tags'] = tags
  for (const { alias, kind, validFrom } of aliases)
    flat[`aliases.${alias}${validFrom === undefined ? '' : `@${validFrom}`}`] = kind
  return flat
}

/** What is paid now by slot, then every other price row that came, went or was corrected. */
function priceChanges(before: readonly Price[], after: readonly Price[], atMs: number): FieldChange[] {
  const [old, fresh] = [ratesInForce(before, atMs), ratesInForce(after, atMs)]
  const changes: FieldChange[] = []
  const told = new Set<string>()
  for (const slot of new Set([...old.keys(), ...fresh.keys()])) {
    const [was, is] = [old.get(slot), fresh.get(slot)]
    const change = {
      field: pricingField(slot),
      oldValue: was ? displayRate(was) : null,
      newValue: is ? displayRate(is) : null,
    }
    if (!isChange(change) && was?.per === is?.per) continue
    changes.push(change)
    told.add(slot)
  }
  const [oldRows, freshRows] = [byKey(before), byKey(after)]
  for (const key of new Set([...oldRows.keys(), ...freshRows.keys()])) {
    const [was, is] = [oldRows.get(key), freshRows.get(key)]
    const row = (was ?? is) as Price
    const isTold = told.has(slotOf(row)) && (readInstant(row.effectiveFrom) ?? 0) <= atMs
    const change = { field: `prices.${key}`, oldValue: was?.rate ?? null, newValue: is?.rate ?? null }
    if (!isTold && isChange(change)) changes.push(change)
  }
  return changes
}

const byKey = (prices: readonly Price[]): Map<string, Price> => new Map(prices.map((price) => [priceKey(price), price]))
