import { decimalOf, formatDecimal, multiply, parseDecimal, roundSignificant } from '../decimal.ts'
import type { Meter } from '../meter.ts'
import type { PriceCondition } from '../price.ts'
import type { SourceProblem, SourceRecord } from './source-record.ts'

const mostDigits = 12

/** A record being translated: it remembers which field of the file became what. */
export class Draft {
  readonly #path: readonly string[]
  readonly #raw: Readonly<Record<string, unknown>>
  readonly #fields: Record<string, unknown> = {}
  readonly #origins = new Map<string, readonly string[]>()
  readonly #prices = new Map<string, Record<string, unknown>>()
  readonly #problems: SourceProblem[] = []
  readonly #warnings: string[] = []
  readonly #extra: Record<string, unknown> = {}
  readonly id: string

  constructor(id: string, path: readonly string[], raw: Readonly<Record<string, unknown>>) {
    this.id = id
    this.#path = path
    this.#raw = raw
  }

  /** Sets a field of the model; undefined leaves it out. */
  set(field: string, value: unknown, ...from: readonly string[]): void {
    if (value === undefined) return
    this.#fields[field] = value
    this.#origins.set(`/${field}`, from)
  }

  /** A price for a million, or for `per`. The first of a slot and beginning counts; a second is told. */
  price(meter: Meter, rate: string | null, price: PriceParts, ...from: readonly string[]): void {
    const { when, per = 1_000_000, effectiveFrom } = price
    const row = {
      meter,
      rate,
      per,
      ...(when && Object.keys(when).length > 0 ? { when } : {}),
      ...(effectiveFrom === undefined ? {} : { effectiveFrom }),
    }
    const key = JSON.stringify([meter, when ?? {}, effectiveFrom])
    const first = this.#prices.get(key)
    if (first && first['rate'] !== rate) this.warn(`${from.join('.')} is a second price of ${meter}: it is left aside.`)
    if (first) return
    this.#origins.set(`/prices/${this.#prices.size}`, from)
    this.#prices.set(key, row)
  }

  prices(): Record<string, unknown>[] {
    return [...this.#prices.values()]
  }

  /** Withdraws a price that was set; its place stays. */
  dropPrices(isDropped: (price: Record<string, unknown>) => boolean): void {
    const kept = [...this.#prices.values()].map((price, i) => ({
      price,
      from: this.#origins.get(`/prices/${i}`) ?? [],
    }))
    this.#prices.clear()
    for (const { price, from } of kept)
      if (!isDropped(price)) {
        this.#origins.set(`/prices/${this.#prices.size}`, from)
        this.#prices.set(JSON.stringify([price['meter'], price['when'] ?? {}, price['effectiveFrom']]), price)
      }
  }

  /** Keeps what is not understood. */
  keep(name: string, value: unknown = this.#raw[name]): void {
    if (value !== undefined && value !== null) this.#extra[name] = value
  }

  warn(message: string): void {
    if (!this.#warnings.includes(message)) this.#warnings.push(message)
  }

  problem(message: string, ...path: readonly string[]): void {
    this.#problems.push({ path, code: 'rule', message })
  }

  /**
   * The amount in a field, times 10^`shift`, as decimal text with at most 12 significant digits: files carry the dirt of
   * floats. Undefined: there is none, or it is none, which is told.
   */
  amount(value: unknown, shiftText: string, ...path: readonly string[]): string | undefined {
    if (value === undefined || value === null) return undefined
    const exact = typeof value === 'number' || typeof value === 'string' ? decimalOf(value) : null
    if (!exact || exact.digits < 0n) {
      this.#problems.push({
        path,
        code: exact ? 'rule' : 'type',
        message: exact
          ? `A price is 0 or more; got ${String(value).slice(0, 40)}.`
          : `Expected an amount of USD; got ${JSON.stringify(value)?.slice(0, 60)}.`,
      })
      return undefined
    }
    const scaled = multiply(exact, parseDecimal(shiftText) ?? exact)
    const rounded = roundSignificant(scaled, mostDigits)
    if (formatDecimal(rounded) !== formatDecimal(scaled))
      this.warn(`${path.join('.')} was rounded to ${mostDigits} digits: ${formatDecimal(rounded)}.`)
    return formatDecimal(rounded)
  }

  /** A whole number above 0; 0 counts as not known. */
  count(value: unknown, ...path: readonly string[]): number | undefined {
    if (value === undefined || value === null) return undefined
    if (value === 0) {
      this.warn(`${path.join('.')} is 0: taken as not known.`)
      return undefined
    }
    if (Number.isSafeInteger(value) && (value as number) > 0) return value as number
    this.#problems.push({
      path,
      code: 'type',
      message: `Expected a whole number above 0; got ${JSON.stringify(value)?.slice(0, 60)}.`,
    })
    return undefined
  }

  /** True or false; anything else is told. */
  flag(value: unknown, ...path: readonly string[]): boolean | undefined {
    if (value === undefined || value === null || typeof value === 'boolean') return value ?? undefined
    this.#problems.push({
      path,
      code: 'type',
      message: `Expected true or false; got ${JSON.stringify(value)?.slice(0, 60)}.`,
    })
    return undefined
  }

  text(value: unknown, ...path: readonly string[]): string | undefined {
    if (value === undefined || value === null || typeof value === 'string') return value ?? undefined
    this.#problems.push({
      path,
      code: 'type',
      message: `Expected a text; got ${JSON.stringify(value)?.slice(0, 60)}.`,
    })
    return undefined
  }

  record(source: string): SourceRecord {
    tidyPrices(this)
    const extra = Object.keys(this.#extra).length > 0 ? { extra: this.#extra } : {}
    return {
      id: this.id,
      input: { id: this.id, ...this.#fields, prices: this.prices(), source, ...extra },
      path: this.#path,
      originOf: (pointer) => originOf(this.#origins, pointer),
      problems: this.#problems,
      warnings: this.#warnings,
    }
  }
}

export interface PriceParts {
  readonly when?: PriceCondition
  readonly per?: 1 | 1000 | 1_000_000
  readonly effectiveFrom?: string
}

/** What every foreign file gets wrong in the same way: a surcharge of nothing written as a price of nothing. */
function tidyPrices(draft: Draft): void {
  const isZero = (price: Record<string, unknown>, ...meters: readonly string[]): boolean =>
    meters.includes(String(price['meter'])) && price['rate'] === '0'
  const prices = draft.prices()
  const isPaid = prices.some((price) => price['meter'] === 'input' && price['rate'] !== '0')
  if (!isPaid) return
  if (prices.some((price) => isZero(price, 'cache_write', 'cache_write_1h'))) {
    draft.warn('A cache write of 0 beside a paid input means no surcharge: writes cost what input costs.')
    draft.dropPrices((price) => isZero(price, 'cache_write', 'cache_write_1h'))
  }
  if (prices.some((price) => isZero(price, 'cache_read'))) draft.warn('Cached input is free beside a paid input.')
}

/** The origin of the nearest thing around a pointer. */
function originOf(origins: ReadonlyMap<string, readonly string[]>, pointer: string): readonly string[] {
  for (let at = pointer; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
    const origin = origins.get(at)
    if (origin) return origin
  }
  return []
}

/** The texts of a list that are in `known`; the others are told. */
export function knownTexts<Text extends string>(
  draft: Draft,
  value: unknown,
  known: readonly Text[],
  ...path: readonly string[]
): Text[] | undefined {
  if (value === undefined || value === null) return undefined
  if (!Array.isArray(value)) {
    draft.problem('Expected a list.', ...path)
    return undefined
  }
  const strange = value.filter((entry) => !(known as readonly unknown[]).includes(entry))
  if (strange.length > 0)
    draft.warn(`${path.join('.')} holds ${JSON.stringify(strange).slice(0, 100)}, which is not known: left out.`)
  return known.filter((entry) => value.includes(entry))
}
