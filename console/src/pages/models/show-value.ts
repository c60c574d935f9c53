import { plainDecimal } from '../../format/prices.ts'

/** A field's value in a list of changes. */
export function showValue(value: unknown): string {
  if (value === null || value === undefined) return '–'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'number') return plainDecimal(value)
  if (typeof value === 'string') return value === '' ? '""' : value
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.join(', ') || '–'
  return JSON.stringify(value)
}

/** By how many percent a price changed; null for anything else, and from or to nothing. */
export function priceChangePercent(field: string, from: unknown, to: unknown): number | null {
  if (!/^prices?\.|^pricing\./.test(field)) return null
  const [old, fresh] = [Number(from), Number(to)]
  if (from === null || to === null || !Number.isFinite(old) || !Number.isFinite(fresh) || old === 0) return null
  return ((fresh - old) / old) * 100
}

/** More than this, either way, is worth a second look. */
export const largeChangePercent = 25
