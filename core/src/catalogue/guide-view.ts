import { Faults, isPlainObject } from '../evaluation/faults.ts'
import type { FlagProblem } from '../evaluation/faults.ts'
import { compare, decimalOf, formatDecimal, parseDecimal, shift } from './decimal.ts'
import { writeInstant } from './instant.ts'
import { type Meter, isMeter } from './meter.ts'
import { type Model, type Reasoning, type ModelStatus } from './model.ts'
import { readRate } from './parse-price.ts'
import type { Price } from './price.ts'
import { ratesInForce } from './price-book.ts'

/** A model as applications and the guides know it: four prices a million, for display. */
export interface ModelConfig {
  readonly id: string
  readonly provider: string
  readonly name: string
  readonly contextWindow: number | null
  /** USD per million tokens now, without conditions. Never calculate with these: `calculateCost` is exact. */
  readonly pricing: Readonly<Record<string, number>>
  readonly capabilities: readonly string[]
  readonly status: ModelStatus
  readonly reasoning: Reasoning
}

/** The guides' names of meters. */
const guideNames: Readonly<Record<string, Meter>> = {
  input: 'input',
  output: 'output',
  cached: 'cache_read',
  reasoning: 'reasoning',
}
const guideNameOf = (slot: string): string => (slot === 'cache_read' ? 'cached' : slot)

/** The name of a slot in lists of changes: `pricing.input`, `pricing.cached`, `pricing.input|>200000`. */
export const pricingField = (slot: string): string => `pricing.${guideNameOf(slot)}`

/** The model as the guides show it, at an instant. */
export function modelConfig(model: Model, atMs: number): ModelConfig {
  return {
    id: model.id,
    provider: model.provider,
    name: model.name,
    contextWindow: model.limits?.context ?? null,
    pricing: pricingAt(model.prices, atMs),
    capabilities: Object.entries(model.capabilities ?? {})
      .filter(([, has]) => has)
      .map(([name]) => name),
    status: model.status,
    reasoning: model.reasoning ?? { type: 'none' },
  }
}

function pricingAt(prices: readonly Price[], atMs: number): Record<string, number> {
  const pricing: Record<string, number> = {}
  for (const [slot, price] of ratesInForce(prices, atMs))
    if (!slot.includes('|')) pricing[guideNameOf(slot)] = displayRate(price)
  return pricing
}

/** A rate as a JSON number: per million for what is sold by the million, else for one. */
export function displayRate({ rate, per }: Price): number {
  const exact = parseDecimal(rate ?? '0') ?? { digits: 0n, scale: 0 }
  const shown = per === 1000 ? shift(exact, 3) : exact
  return Number(formatDecimal(shown))
}

/**
 * Input in the guides' shape as input for `parseModel`: `contextWindow`, `pricing` and a list of capabilities become
 * limits, prices and a map; everything else stays. `base` is the model that it changes; its prices get new rows from
 * `nowMs` on, a new model's prices stand since ever. Meters that are not named stay as they are.
 */
export function fromGuideInput(input: unknown, base: Model | null, nowMs: number): unknown {
  if (!isPlainObject(input)) return input
  const { contextWindow, pricing, ...rest } = input
  const changed: Record<string, unknown> = { ...rest }
  if (contextWindow !== undefined)
    changed['limits'] = { ...(isPlainObject(rest['limits']) ? rest['limits'] : {}), context: contextWindow }
  if (Array.isArray(rest['capabilities']))
    changed['capabilities'] = Object.fromEntries(rest['capabilities'].map((name) => [String(name), true]))
  if (isPlainObject(pricing)) changed['prices'] = withPricing(pricing, base, nowMs, rest['prices'])
  else if (pricing !== undefined) changed['pricing'] = pricing
  return changed
}

/** What is wrong with the prices in such an input, where the sender wrote them. */
export function faultsOfGuideInput(input: unknown): readonly FlagProblem[] {
  const faults = new Faults()
  const pricing = isPlainObject(input) ? input['pricing'] : undefined
  if (pricing !== undefined && !isPlainObject(pricing))
    faults.type('/pricing', 'prices such as {"input": 2.5, "output": 10}', pricing)
  for (const [name, rate] of Object.entries(isPlainObject(pricing) ? pricing : {})) {
    const pointer = faults.at('/pricing', name)
    if (!isMeter(guideNames[name] ?? name))
      faults.rule(pointer, `"${name.slice(0, 80)}" is no meter: use input, output, cached, reasoning.`)
    readRate(rate, pointer, faults)
  }
  return faults.found
}

function withPricing(
  pricing: Readonly<Record<string, unknown>>,
  base: Model | null,
  nowMs: number,
  given: unknown,
): unknown[] {
  const present = Array.isArray(given) ? (given as unknown[]) : [...(base?.prices ?? [])]
  const inForce = ratesInForce(base?.prices ?? [], nowMs)
  const effectiveFrom = base ? writeInstant(nowMs) : undefined
  const added = Object.entries(pricing).flatMap(([name, value]): unknown[] => {
    const meter = guideNames[name] ?? name
    const before = inForce.get(meter)
    if (before && value !== null && isSameRate(before, value)) return []
    return [
      { meter, rate: value, per: before?.per ?? 1_000_000, ...(effectiveFrom === undefined ? {} : { effectiveFrom }) },
    ]
  })
  const isReplaced = (price: unknown): boolean =>
    added.some(
      (row) =>
        isPlainObject(row) &&
        isPlainObject(price) &&
        row['meter'] === price['meter'] &&
        price['when'] === undefined &&
        row['effectiveFrom'] === price['effectiveFrom'],
    )
  return [...present.filter((price) => !isReplaced(price)), ...added]
}

function isSameRate(price: Price, value: unknown): boolean {
  const [a, b] = [parseDecimal(price.rate ?? ''), decimalOf(value)]
  return a !== null && b !== null && compare(a, b) === 0
}
