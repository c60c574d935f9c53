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

/** The unit in one attribute; names with a leading `$` are ours and hold none. */
export function readUnit(context: Context, name: string): string | null {
  if (name === 'targetingKey') return readTargetingKey(context)
  return name.startsWith('$') ? null : unitText(attribute(context, name))
}

const plain = Object.prototype as { readonly targetingKey?: unknown }
const empty = {}
/** The context of who gives none. */
export const nothing: Context = Object.freeze(Object.create(null) as Context)

/** Names that every plain object inherits; of these, an object has to be asked for its own. */
export const isInherited = (name: string): boolean => name in plain

/**
 * A context whose attributes can be read by name alone: a plain object, as long as nobody has added to what plain objects inherit;
 * of any other object a copy of what is its own. What is no context holds nothing.
 */
export function readable(context: Context): Context {
  if (typeof context !== 'object' || context === null || Array.isArray(context)) return nothing
  const prototype: unknown = Object.getPrototypeOf(context)
  if (prototype === null || (prototype === plain && isPristine())) return context
  return Object.assign(Object.create(null) as Context, context)
}

/** Asked for each evaluation that looks at attributes, which costs less than asking for each of these. */
function isPristine(): boolean {
  // oxlint-disable-next-line no-unreachable-loop -- there is nothing to go through
  for (const _ in empty) return false
  return true
}

/** The unit that nearly every draw has. To compare with what plain objects inherit costs nothing, to ask for an own property does. */
export function readTargetingKey(context: Context): string | null {
  const value = context['targetingKey']
  const isOwn =
    Object.getPrototypeOf(context) === plain ? value !== plain.targetingKey : Object.hasOwn(context, 'targetingKey')
  return isOwn ? unitText(value) : null
}
