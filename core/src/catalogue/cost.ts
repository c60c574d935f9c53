import { type Decimal, add, formatDecimal, multiply, roundHalfEven, shift, zero } from './decimal.ts'
import { writeInstant } from './instant.ts'
import type { Meter } from './meter.ts'
import { type FoundRate, type PriceBook, type PricingContext, findRate } from './price-book.ts'
import { type Leaf, type ReadUsage, readUsage } from './usage.ts'

/** complete: every unit had a price. incomplete: some had none. unpriced: nothing had. invalid: the usage cannot be. */
export type CostStatus = 'complete' | 'incomplete' | 'unpriced' | 'invalid'

/** Where a cost comes from; `static`: the application's own table. */
export type CostSource = 'provider' | 'catalogue' | 'static'

/** One part of a cost: units · rate / per. */
export interface CostPart {
  readonly component: Meter
  readonly units: string
  readonly rate: string
  readonly per: number
  readonly usd: string
  /** The condition under which the rate stands, if any: `>200000|flex`. */
  readonly condition?: string
  readonly via?: 'parent'
  readonly assumed?: 'standard'
}

/** What a call cost, in USD as decimal text; null when nobody knows. */
export interface Cost {
  readonly usd: string | null
  readonly status: CostStatus
  readonly source: CostSource
  readonly model: string
  /** The model's version whose prices were taken. */
  readonly priceVersion: number | null
  readonly at: string
  readonly breakdown: readonly CostPart[]
  /** Meters without a price. */
  readonly missing: readonly Meter[]
  /** Why the status is not `complete`, and what was passed over. */
  readonly reasons: readonly string[]
  /** The catalogue's figure where the provider's stands in `usd`. */
  readonly catalogueUsd?: string
}

/** What is priced, and when it happened. */
export interface CostContext extends Omit<PricingContext, 'promptTokens'> {
  readonly model: string
  readonly priceVersion: number | null
  readonly source?: CostSource
}

/** Only the sum is rounded: to so many decimals, half to even. */
const costPlaces = 18

/**
 * The cost of one call. Never throws: what cannot be priced says so in its status. `book` null: the model is unknown;
 * `usage` null: the call reported none.
 */
export function costOf(book: PriceBook | null, usage: object | null, context: CostContext): Cost {
  const read = usage && readUsage(usage as Readonly<Record<string, unknown>>)
  const priced = price(book, read, context)
  const { model, priceVersion, source = 'catalogue', atMs } = context
  const base = { model, priceVersion, at: writeInstant(atMs), breakdown: priced.parts, missing: priced.missing }
  if (read?.providerCost) {
    const usd = formatDecimal(roundHalfEven(read.providerCost, costPlaces))
    const catalogueUsd = priced.usd === null ? {} : { catalogueUsd: priced.usd }
    return { ...base, usd, status: 'complete', source: 'provider', reasons: priced.reasons, ...catalogueUsd }
  }
  return { ...base, usd: priced.usd, status: priced.status, source, reasons: priced.reasons }
}

interface Priced {
  readonly usd: string | null
  readonly status: CostStatus
  readonly parts: readonly CostPart[]
  readonly missing: readonly Meter[]
  readonly reasons: readonly string[]
}

function price(book: PriceBook | null, read: ReadUsage | null, context: CostContext): Priced {
  const nothing = { usd: null, parts: [], missing: [] }
  if (!book) return { ...nothing, status: 'unpriced', reasons: [`There is no model "${context.model}".`] }
  if (!read) return { ...nothing, status: 'incomplete', reasons: ['No usage was reported.'] }
  const pricing: PricingContext = { ...context, promptTokens: read.promptTokens }
  const parts: CostPart[] = []
  const missing: Meter[] = []
  const reasons = [
    ...read.faults,
    ...read.unknown.map((name) => `The usage holds "${name.slice(0, 60)}", which is not priced.`),
  ]
  let total = zero
  let isSure = true
  for (const leaf of read.leaves) {
    const found = findRate(book, leaf.meter, pricing)
    if (!found) {
      missing.push(leaf.meter)
      continue
    }
    const usd = amountOf(leaf, found)
    total = add(total, usd)
    parts.push(partOf(leaf, found, usd))
    if (found.isAmbiguous) {
      isSure = false
      reasons.push(`${leaf.meter} has no price, and both cached tokens and that modality do: the cached one is taken.`)
    }
  }
  // Few models have a price for each request: without one, a request costs what its tokens cost.
  const unpriced = parts.length === 0 ? missing : missing.filter((meter) => meter !== 'request')
  if (unpriced.length > 0) reasons.push(`No price for ${unpriced.join(', ')}.`)
  const isUnpriced = unpriced.length > 0 && parts.length === 0
  const status =
    read.faults.length > 0
      ? 'invalid'
      : isUnpriced
        ? 'unpriced'
        : unpriced.length > 0 || !isSure
          ? 'incomplete'
          : 'complete'
  const usd = isUnpriced ? null : formatDecimal(roundHalfEven(total, costPlaces))
  return { usd, status, parts, missing: unpriced, reasons }
}

function amountOf({ units }: Leaf, { rate, per }: FoundRate): Decimal {
  return shift(multiply(units, rate), per === 1_000_000 ? 6 : per === 1000 ? 3 : 0)
}

function partOf({ meter, units }: Leaf, { rate, per, condition, via, assumed }: FoundRate, usd: Decimal): CostPart {
  return {
    component: meter,
    units: formatDecimal(units),
    rate: formatDecimal(rate),
    per,
    usd: formatDecimal(usd),
    ...(condition === '' ? {} : { condition }),
    ...(via ? { via } : {}),
    ...(assumed ? { assumed } : {}),
  }
}
