import { compare, parseDecimal, shift } from './decimal.ts'
import type { Model } from './model.ts'
import { type Price, slotOf } from './price.ts'
import { ratesInForce } from './price-book.ts'

/** What is allowed in a model and worth a second look. */
export function warningsOf(model: Model, atMs: number): string[] {
  const rates = ratesInForce(model.prices, atMs)
  const warnings: string[] = []
  if (rates.size === 0) warnings.push('No price is in force: calls are unpriced, not free.')
  for (const price of rates.values()) {
    const base = rates.get(price.meter)
    if (price.when?.promptTokensGt !== undefined && base && isBelow(price, base))
      warnings.push(`${slotOf(price)} is cheaper than the price below its threshold.`)
    if (price.meter === 'image' && price.rate !== '0' && isBelow(price, { ...price, rate: '0.00001', per: 1 }))
      warnings.push(`${slotOf(price)} is below 0.00001 USD: is it meant per image token?`)
  }
  const [read, input] = [rates.get('cache_read'), rates.get('input')]
  if (read && input && isBelow(input, read)) warnings.push('Cached input costs more than input.')
  if (model.status === 'deprecated' && model.replacedBy === undefined)
    warnings.push('It is deprecated and names no successor.')
  return warnings
}

/** Compared only where both are sold by the same measure. */
function isBelow(a: Price, b: Price): boolean {
  const [left, right] = [parseDecimal(a.rate ?? ''), parseDecimal(b.rate ?? '')]
  return left !== null && right !== null && a.per === b.per && compare(left, right) < 0
}

/** More than a quarter up or down, or from nothing. In whole numbers: exactly a quarter is not more. */
export function isLargeChange(from: Price, to: Price): boolean {
  const rates = perUnit(from, to)
  if (!rates) return false
  const { before, after } = rates
  return (after > before ? after - before : before - after) * 4n > before
}

/** By how much, in percent with two decimals, for people; null from 0. */
export function percentChange(from: Price, to: Price): number | null {
  const rates = perUnit(from, to)
  if (!rates || rates.before === 0n) return null
  return Number(((rates.after - rates.before) * 10_000n) / rates.before) / 100
}

/** Both rates for one unit, as whole numbers of the same tiny amount. */
function perUnit(from: Price, to: Price): { before: bigint; after: bigint } | null {
  const rates = [from, to].map(({ rate, per }) => {
    const exact = parseDecimal(rate ?? '')
    return exact && shift(exact, per === 1_000_000 ? 6 : per === 1000 ? 3 : 0)
  })
  const [was, is] = rates
  if (!was || !is) return null
  const scale = Math.max(was.scale, is.scale)
  return { before: was.digits * 10n ** BigInt(scale - was.scale), after: is.digits * 10n ** BigInt(scale - is.scale) }
}
