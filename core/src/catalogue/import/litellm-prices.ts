import { isPlainObject } from '../../evaluation/faults.ts'
import { decimalOf, formatDecimal, multiply, parseDecimal, roundSignificant } from '../decimal.ts'
import type { Meter } from '../meter.ts'
import type { ModelKind } from '../model.ts'
import type { PriceCondition } from '../price.ts'
import type { Draft } from './draft.ts'
import { isMoneyField, kindOf, priceField } from './litellm-fields.ts'
import { membersOf } from './source-record.ts'

/** Prices that are no plain number. */
export const structuredFields = ['tiered_pricing', 'search_context_cost_per_query']

interface LiteLlmPrice {
  readonly meter: Meter
  readonly per: 1 | 1_000_000
  readonly when: PriceCondition
}

const tierOf: Readonly<Record<string, PriceCondition>> = {
  priority: { serviceTier: 'priority' },
  flex: { serviceTier: 'flex' },
  batches: { batch: true },
}

/** Takes a name apart from its end: `…_above_272k_tokens_priority`; null when it is no price that we can say. */
export function priceOf(name: string, kind: ModelKind): LiteLlmPrice | null {
  let when: PriceCondition = {}
  let isHour = false
  let base = name
  for (;;) {
    const match = /^(.+?)_(?:(priority|flex|batches)|above_(\d+)k_tokens|above_(1hr))$/.exec(base)
    if (!match) break
    const [, rest = '', mode, thousands, hour] = match
    if (mode !== undefined) when = { ...when, ...tierOf[mode] }
    if (thousands !== undefined) when = { promptTokensGt: Number(thousands) * 1000, ...when }
    if (hour !== undefined) isHour = true
    base = rest
  }
  const field = priceField(base, kind)
  if (!field || (isHour && field.meter !== 'cache_write')) return null
  return { meter: isHour ? 'cache_write_1h' : field.meter, per: field.per, when }
}

/** All prices of an entry. */
export function readPrices(draft: Draft, raw: Readonly<Record<string, unknown>>): void {
  const kind = kindOf(raw)
  const isFree = raw['input_cost_per_token'] === 0 && raw['output_cost_per_token'] === 0
  const isDropped = isFree && !/:.*:free$/.test(draft.id)
  if (isDropped) draft.warn('Input and output of 0 are taken for no price: nobody says that it is free.')
  // An output price comes before an input price of the same meter: it is what a generated image costs.
  const names = Object.keys(raw)
    .filter(isMoneyField)
    .sort((a, b) => Number(b.startsWith('output')) - Number(a.startsWith('output')))
  for (const name of names) readPrice(draft, name, raw[name], { kind, isDropped })
  readTiers(draft, raw['tiered_pricing'])
  readSearches(draft, raw['search_context_cost_per_query'])
  readMultipliers(draft, raw)
}

function readPrice(
  draft: Draft,
  name: string,
  value: unknown,
  { kind, isDropped }: { kind: ModelKind; isDropped: boolean },
): void {
  if (structuredFields.includes(name) || isMultiplier(name) || value === null || typeof value === 'object') return
  const price = priceOf(name, kind)
  if (!price) {
    if (typeof value === 'number' && value < 0) draft.amount(value, '1', name)
    else if (value !== 0) draft.warn(`${name} is a price that is not understood: kept aside, not charged.`)
    return
  }
  const { meter, per, when } = price
  const rate = draft.amount(value, String(per), name)
  if (rate === undefined || (isDropped && rate === '0')) return
  if (rate === '0' && (meter === 'image' || meter === 'pixel')) return
  const perImage = meter === 'image' && name.startsWith('input') && isTiny(rate)
  if (!perImage) return draft.price(meter, rate, { per, when }, name)
  draft.warn(`${name} of ${rate} can only be meant for an image token: taken so.`)
  draft.price('input_image', draft.amount(value, '1000000', name) ?? '0', { when }, name)
}

/** Below 0.00001 USD: nobody sells a picture for that. */
const isTiny = (rate: string): boolean => rate !== '0' && rate.startsWith('0.00000')

/** Ranges of the whole prompt; the first is the base. */
function readTiers(draft: Draft, tiers: unknown): void {
  if (tiers === undefined || tiers === null) return
  if (!Array.isArray(tiers)) return draft.problem('Expected a list of ranges.', 'tiered_pricing')
  for (const [index, tier] of tiers.entries()) {
    const fields = membersOf(tier)
    const at = ['tiered_pricing', String(index)]
    const from = Array.isArray(fields['range']) ? (fields['range'] as unknown[])[0] : undefined
    if (!Number.isSafeInteger(from)) {
      draft.warn('tiered_pricing by something else than the prompt is not understood: kept aside.')
      draft.keep('tiered_pricing', tiers)
      return
    }
    const when = from === 0 ? {} : { promptTokensGt: from as number }
    for (const [name, value] of Object.entries(fields)) {
      const field = priceField(name, 'chat')
      const rate = field && draft.amount(value, String(field.per), ...at, name)
      if (field && rate != null) draft.price(field.meter, rate, { per: field.per, when }, ...at, name)
    }
  }
}

/** A search costs by how much context it brings; where all cost the same, the size does not matter. */
function readSearches(draft: Draft, prices: unknown): void {
  if (!isPlainObject(prices)) return
  const field = 'search_context_cost_per_query'
  const rates = ['low', 'medium', 'high'].flatMap((size) => {
    const name = `search_context_size_${size}`
    const rate = draft.amount(prices[name], '1', field, name)
    return rate === undefined ? [] : [{ size, rate, name }]
  })
  const usual = rates.find(({ size }) => size === 'medium') ?? rates[0]
  if (!usual || rates.every(({ rate }) => rate === '0')) return
  draft.price('web_search', usual.rate, { per: 1 }, field, usual.name)
  if (rates.every(({ rate }) => rate === usual.rate)) return
  for (const { size, rate, name } of rates) draft.price('web_search', rate, { per: 1, when: { size } }, field, name)
}

const isMultiplier = (name: string): boolean => name.startsWith('regional_processing_uplift_multiplier_')

/** What is dearer by a factor in a region or a mode becomes prices of its own: nothing multiplies at call time. */
function readMultipliers(draft: Draft, raw: Readonly<Record<string, unknown>>): void {
  const specific = Object.entries(membersOf(raw['provider_specific_entry']))
  const factors = [
    ...specific.map(([name, factor]) => ({ name, factor, field: ['provider_specific_entry', name] })),
    ...['eu', 'us'].map((name) => {
      const field = `regional_processing_uplift_multiplier_${name}`
      return { name, factor: raw[field], field: [field] }
    }),
  ]
  const tokens = draft.prices().filter(({ per, meter }) => per === 1_000_000 && meter !== 'pixel')
  for (const { name, factor, field } of factors) {
    if (typeof factor !== 'number') continue
    const exact = decimalOf(factor)
    const isMode = name === 'fast'
    if (!exact || (!isMode && name !== 'us' && name !== 'eu')) {
      draft.warn(`${field.join('.')} is not understood: kept aside.`)
      continue
    }
    for (const { meter, rate, when } of tokens) {
      const condition = (when ?? {}) as PriceCondition
      if (isMode && (condition.batch || condition.serviceTier !== undefined)) continue
      const dearer = formatDecimal(roundSignificant(multiply(parseDecimal(String(rate)) ?? exact, exact), 12))
      const mode: PriceCondition = isMode ? { serviceTier: 'fast' } : { region: name }
      draft.price(meter as Meter, dearer, { when: { ...condition, ...mode } }, ...field)
    }
  }
}
