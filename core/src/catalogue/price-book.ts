import { type Decimal, parseDecimal } from './decimal.ts'
import { readInstant } from './instant.ts'
import { type Meter, parentsOf, joinsOf } from './meter.ts'
import { type Price, type PriceCondition, conditionKey, modeNames } from './price.ts'
import { type TimeWindow, isInWindow, parseWindow } from './time-window.ts'

/** What decides which price counts. `promptTokens` is the whole input, cached tokens included. */
export interface PricingContext {
  readonly atMs: number
  readonly promptTokens: number
  readonly serviceTier?: string | undefined
  readonly batch?: boolean | undefined
  readonly quality?: string | undefined
  readonly size?: string | undefined
  readonly region?: string | undefined
}

/** The price found for a meter, and how. */
export interface FoundRate {
  readonly rate: Decimal
  readonly per: number
  /** The condition under which it stands; empty: none. */
  readonly condition: string
  /** The rate is that of a parent meter. */
  readonly via?: 'parent'
  /** A mode was asked for that no price of this meter has: the ordinary one is taken. */
  readonly assumed?: 'standard'
  /** Two rates could be meant, cached or of that modality. */
  readonly isAmbiguous?: true
}

interface Row {
  readonly fromMs: number
  readonly rate: Decimal | null
  readonly per: number
}

interface Slot {
  readonly when: PriceCondition
  readonly condition: string
  readonly window: TimeWindow | null
  readonly modes: number
  /** By when they begin. */
  readonly rows: Row[]
}

/** The prices of one model, ready to be looked up: the slots of each meter, the one that wins first. */
export type PriceBook = ReadonlyMap<Meter, readonly Slot[]>

/** Takes prices as `parseModel` gives them. */
export function compilePrices(prices: readonly Price[]): PriceBook {
  const book = new Map<Meter, Map<string, Slot>>()
  for (const price of prices) {
    const slots = book.get(price.meter) ?? new Map<string, Slot>()
    book.set(price.meter, slots)
    const condition = conditionKey(price.when)
    const slot = slots.get(condition) ?? newSlot(price.when ?? {}, condition)
    slots.set(condition, slot)
    slot.rows.push({
      fromMs: readInstant(price.effectiveFrom) ?? -Infinity,
      rate: price.rate === null ? null : parseDecimal(price.rate),
      per: price.per,
    })
  }
  for (const slots of book.values())
    for (const { rows } of slots.values()) rows.sort((a, b) => (a.fromMs < b.fromMs ? -1 : 1))
  return new Map([...book].map(([meter, slots]) => [meter, [...slots.values()].sort(precedence)]))
}

function newSlot(when: PriceCondition, condition: string): Slot {
  const isTimed = when.timeOfDayUtc !== undefined || when.weekdays !== undefined
  const window = isTimed ? parseWindow(when.timeOfDayUtc, when.weekdays) : null
  return { when, condition, window, modes: modesOf(when), rows: [] }
}

/** How many modes a condition names, then which: one number that sorts both. */
function modesOf(when: PriceCondition): number {
  const named = modeNames.map((name) => when[name] !== undefined)
  const which = named.reduce((bits, isNamed) => bits * 2 + (isNamed ? 1 : 0), 0)
  return named.filter(Boolean).length * 32 + which
}

/** Modes come before time windows, these before thresholds: a flat flex price beats a standard long-context one. */
function precedence(a: Slot, b: Slot): number {
  if (a.modes !== b.modes) return b.modes - a.modes
  if ((a.window === null) !== (b.window === null)) return a.window === null ? 1 : -1
  return (b.when.promptTokensGt ?? -1) - (a.when.promptTokensGt ?? -1)
}

/**
 * The rate of a meter: its own, else that of the nearest parent that has one; null when there is none up the chain. A
 * meter's own ordinary rate comes before its parent's rate for a mode.
 */
export function findRate(book: PriceBook, meter: Meter, context: PricingContext): FoundRate | null {
  const own = ownRate(book, meter, context)
  if (own) return own
  for (const parent of parentsOf[meter] ?? []) {
    const found = ownRate(book, parent, context)
    if (!found) continue
    const join = joinsOf[meter]
    const isAmbiguous = parent === 'cache_read' && join !== undefined && ownRate(book, join, context) !== null
    return { ...found, via: 'parent', ...(isAmbiguous ? { isAmbiguous: true } : {}) }
  }
  return null
}

function ownRate(book: PriceBook, meter: Meter, context: PricingContext): FoundRate | null {
  for (const slot of book.get(meter) ?? []) {
    if (!holds(slot, context)) continue
    const row = inForce(slot.rows, context.atMs)
    if (row?.rate == null) continue
    const found = { rate: row.rate, per: row.per, condition: slot.condition }
    return lacksMode(slot.when, context) ? { ...found, assumed: 'standard' } : found
  }
  return null
}

function holds({ when, window }: Slot, context: PricingContext): boolean {
  if (when.promptTokensGt !== undefined && !(context.promptTokens > when.promptTokensGt)) return false
  for (const name of modeNames) if (when[name] !== undefined && when[name] !== context[name]) return false
  return window === null || isInWindow(window, context.atMs)
}

/** The last one that has begun. */
function inForce(rows: readonly Row[], atMs: number): Row | null {
  let latest: Row | null = null
  for (const row of rows) {
    if (row.fromMs > atMs) break
    latest = row
  }
  return latest
}

/** What providers call the ordinary tier. */
const ordinaryTiers = new Set<string | undefined>([undefined, 'default', 'standard', 'auto'])

function lacksMode(when: PriceCondition, { batch, serviceTier }: PricingContext): boolean {
  return (
    (batch === true && when.batch === undefined) || (!ordinaryTiers.has(serviceTier) && when.serviceTier === undefined)
  )
}

/** The rate of each slot in force at an instant, whatever its conditions: what a price list shows. */
export function ratesInForce(prices: readonly Price[], atMs: number): Map<string, Price> {
  const latest = new Map<string, { fromMs: number; price: Price }>()
  for (const price of prices) {
    const fromMs = readInstant(price.effectiveFrom) ?? -Infinity
    const slot = `${price.meter}|${conditionKey(price.when)}`
    const other = latest.get(slot)
    if (fromMs <= atMs && (!other || fromMs >= other.fromMs)) latest.set(slot, { fromMs, price })
  }
  return new Map(
    [...latest]
      .filter(([, { price }]) => price.rate !== null)
      .map(([slot, { price }]) => [slot.replace(/\|$/, ''), price]),
  )
}
