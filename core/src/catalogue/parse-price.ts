import { type Faults, isPlainObject } from '../evaluation/faults.ts'
import { decimalOf, formatDecimal, significantDigits } from './decimal.ts'
import { readInstant, writeInstant } from './instant.ts'
import { isMeter } from './meter.ts'
import { type Price, type PriceCondition, modeNames, priceKey } from './price.ts'
import { parseWindow, windowsOverlap } from './time-window.ts'

const priceFields = ['meter', 'rate', 'per', 'when', 'effectiveFrom', 'currency']
const conditionFields = ['promptTokensGt', ...modeNames, 'timeOfDayUtc', 'weekdays']
const namePattern = /^[A-Za-z0-9._-]{1,32}$/
const mostDigits = 12
const mostPrices = 500

/** Reads untrusted prices into canonical ones, in order; faults go to `faults` below `pointer`. */
export function readPrices(input: unknown, pointer: string, faults: Faults): readonly Price[] {
  if (input === undefined) return []
  if (!Array.isArray(input)) {
    faults.type(pointer, 'a list such as [{"meter": "input", "rate": "2.5", "per": 1000000}]', input)
    return []
  }
  if (input.length > mostPrices) {
    faults.rule(pointer, `Expected at most ${mostPrices} prices; got ${input.length}.`)
    return []
  }
  const prices: Price[] = []
  const seen = new Map<string, number>()
  for (const [index, entry] of input.entries()) {
    const price = readPrice(entry, `${pointer}/${index}`, faults)
    if (!price) continue
    const key = priceKey(price)
    const first = seen.get(key)
    if (first !== undefined)
      faults.rule(`${pointer}/${index}`, `The price ${key} stands at ${pointer}/${first} already: keep one of them.`)
    seen.set(key, index)
    prices.push(price)
  }
  checkWindows(prices, pointer, faults)
  const keyed = new Map(prices.map((price) => [priceKey(price), price]))
  return [...keyed.keys()].sort(compareText).map((key) => keyed.get(key) as Price)
}

/** By code units, the same everywhere. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** One price, or null with its faults told. */
export function readPrice(input: unknown, pointer: string, faults: Faults): Price | null {
  const before = faults.found.length
  if (!isPlainObject(input)) {
    faults.type(pointer, 'a price such as {"meter": "input", "rate": "2.5", "per": 1000000}', input)
    return null
  }
  faults.onlyFields(pointer, input, priceFields)
  const { meter, per = 1_000_000, currency } = input
  if (!isMeter(meter))
    faults.type(`${pointer}/meter`, 'a meter such as "input", "output", "cache_read", or your own "x_…"', meter)
  if (per !== 1 && per !== 1000 && per !== 1_000_000) faults.type(`${pointer}/per`, '1, 1000 or 1000000', per)
  if (currency !== undefined && currency !== 'USD')
    faults.rule(`${pointer}/currency`, 'Prices are in USD: convert this one.')
  const rate = readRate(input['rate'], `${pointer}/rate`, faults)
  const when = readCondition(input['when'], `${pointer}/when`, faults)
  const effectiveFrom = readTime(input['effectiveFrom'], `${pointer}/effectiveFrom`, faults)
  if (faults.found.length > before) return null
  return {
    meter: meter as Price['meter'],
    rate,
    per: per as Price['per'],
    ...(when && Object.keys(when).length > 0 ? { when } : {}),
    ...(effectiveFrom === undefined ? {} : { effectiveFrom }),
  }
}

/** Canonical decimal text of a rate; null withdraws. */
export function readRate(input: unknown, pointer: string, faults: Faults): string | null {
  if (input === null) return null
  const rate = decimalOf(input)
  if (!rate) faults.type(pointer, 'an amount of USD such as "2.5", or null to withdraw the price', input)
  else if (rate.digits < 0n) faults.rule(pointer, `A price is 0 or more; got ${String(input).slice(0, 40)}.`)
  else if (significantDigits(rate) > mostDigits)
    faults.rule(
      pointer,
      `A price has at most ${mostDigits} significant digits; got ${String(input).slice(0, 60)}: round it.`,
    )
  return rate && formatDecimal(rate)
}

/** Canonical text of an instant. */
export function readTime(input: unknown, pointer: string, faults: Faults): string | undefined {
  if (input === undefined || input === null) return undefined
  const ms = readInstant(input)
  if (ms === null) faults.type(pointer, 'a date, or a time with its zone such as "2026-11-20T10:00:00Z"', input)
  return ms === null ? undefined : writeInstant(ms)
}

function readCondition(input: unknown, pointer: string, faults: Faults): PriceCondition | undefined {
  if (input === undefined) return undefined
  if (!isPlainObject(input)) {
    faults.type(pointer, 'conditions such as {"promptTokensGt": 200000}', input)
    return undefined
  }
  faults.onlyFields(pointer, input, conditionFields)
  const { promptTokensGt, batch, timeOfDayUtc, weekdays } = input
  if (promptTokensGt !== undefined && !(Number.isSafeInteger(promptTokensGt) && (promptTokensGt as number) >= 0))
    faults.type(`${pointer}/promptTokensGt`, 'a whole number of tokens', promptTokensGt)
  if (batch !== undefined && batch !== true) faults.type(`${pointer}/batch`, 'true; leave it out otherwise', batch)
  const names: Record<string, unknown> = {}
  for (const name of ['serviceTier', 'quality', 'size', 'region'] as const) {
    const value = input[name]
    if (value === undefined) continue
    if (typeof value === 'string' && namePattern.test(value)) names[name] = value
    else faults.type(`${pointer}/${name}`, 'a name of 1 to 32 letters, digits, ".", "_" and "-"', value)
  }
  if (timeOfDayUtc !== undefined && (typeof timeOfDayUtc !== 'string' || !parseWindow(timeOfDayUtc, undefined)))
    faults.type(`${pointer}/timeOfDayUtc`, 'a window such as "16:30-00:30"', timeOfDayUtc)
  const days = readWeekdays(weekdays, `${pointer}/weekdays`, faults)
  return {
    ...(promptTokensGt === undefined ? {} : { promptTokensGt: promptTokensGt as number }),
    ...(batch === undefined ? {} : { batch: true }),
    ...names,
    ...(timeOfDayUtc === undefined ? {} : { timeOfDayUtc: timeOfDayUtc as string }),
    ...(days === undefined ? {} : { weekdays: days }),
  }
}

function readWeekdays(input: unknown, pointer: string, faults: Faults): readonly number[] | undefined {
  if (input === undefined) return undefined
  const isDay = (day: unknown): day is number => Number.isInteger(day) && (day as number) >= 1 && (day as number) <= 7
  if (Array.isArray(input) && input.length > 0 && input.every(isDay)) return [...new Set(input)].sort((a, b) => a - b)
  faults.type(pointer, 'a list of days from 1 (Monday) to 7', input)
  return undefined
}

/** Two windows of a meter under the same other conditions must not hold at once: neither would come first. */
function checkWindows(prices: readonly Price[], pointer: string, faults: Faults): void {
  const timed = prices.filter(({ when }) => when?.timeOfDayUtc !== undefined || when?.weekdays !== undefined)
  const siblings = Map.groupBy(timed, ({ meter, when }) =>
    JSON.stringify([meter, { ...when, timeOfDayUtc: '', weekdays: '' }]),
  )
  for (const group of siblings.values()) {
    const windows = new Map(
      group.map(({ when }) => [
        `${when?.timeOfDayUtc} ${when?.weekdays}`,
        parseWindow(when?.timeOfDayUtc, when?.weekdays),
      ]),
    )
    const list = [...windows.values()].filter((window) => window !== null)
    const overlap = list.some((window, i) => list.slice(i + 1).some((other) => windowsOverlap(window, other)))
    if (overlap)
      faults.rule(pointer, `The time windows of ${group[0]?.meter} overlap: at some times two prices would hold.`)
  }
}
