/** What is known of the caller. `targetingKey` is the unit: a user, an account, a session. */
export type Context = Readonly<Record<string, unknown>>

/** An own property, never one of the prototype. */
export const attribute = (context: Context, name: string): unknown =>
  Object.hasOwn(context, name) ? context[name] : undefined

/** The text of a unit: text as it is, safe integers in decimals; null for everything else and for empty text. */
export function unitText(value: unknown): string | null {
  if (typeof value === 'string') return value === '' ? null : value
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value === 0 ? 0 : value)
  return null
}

/** The unit that `by` names: of several attributes the first that holds one. */
export function unitOf(context: Context, by: string | readonly string[] = 'targetingKey'): string | null {
  if (typeof by === 'string') return unitText(attribute(context, by))
  for (const name of by) {
    const unit = unitText(attribute(context, name))
    if (unit !== null) return unit
  }
  return null
}
