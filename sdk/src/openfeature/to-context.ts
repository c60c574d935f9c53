import type { Context } from '#evaluation'

/** OpenFeature's context as ours: dates become RFC 3339 texts, as rules compare them. */
export function toContext(context: Readonly<Record<string, unknown>>): Context {
  return Object.values(context).some((value) => typeof value === 'object') ? (plain(context) as Context) : context
}

function plain(value: unknown): unknown {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]))
}
