import type { Context } from '#evaluation'

/** OpenFeature's context as ours: dates become RFC 3339 texts, as rules compare them. */
export function toContext(context: Readonly<Record<string, unknown>>): Context {
  return Object.values(context).some((value) => typeof value === 'object') ? (plain(context) as Context) : context
}

/** `made`: an object that leads back to itself has one copy, which does too. */
function plain(value: unknown, made = new Map<object, unknown>()): unknown {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (typeof value !== 'object' || value === null) return value
  if (made.has(value)) return made.get(value)
  const copy = Array.isArray(value) ? [] : (Object.create(null) as Record<string, unknown>)
  made.set(value, copy)
  for (const [name, member] of Object.entries(value)) copy[name as never] = plain(member, made) as never
  return copy
}
