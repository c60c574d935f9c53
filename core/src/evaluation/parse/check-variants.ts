import { checkJson } from './check-json.ts'
import { type Faults, isPlainObject, kindOf } from '../faults.ts'

const mostVariants = 100

/** The names of a flag's variants, which everything else in it refers to. */
export function checkVariants(value: unknown, faults: Faults): ReadonlySet<string> {
  if (!isPlainObject(value)) {
    faults.type('/variants', 'an object of named values such as {"on": true, "off": false}', value)
    return new Set()
  }
  const entries = Object.entries(value)
  if (entries.length === 0 || entries.length > mostVariants)
    faults.rule('/variants', `Expected 1 to ${mostVariants} variants; got ${entries.length}.`)
  const kinds = new Set<string>()
  for (const [name, variant] of entries) {
    const pointer = faults.at('/variants', name)
    faults.key(pointer, name)
    const kind = kindOf(variant)
    if (['a boolean', 'a number', 'a text', 'an object'].includes(kind)) {
      kinds.add(kind)
      checkJson(pointer, variant, faults)
    } else faults.type(pointer, 'a boolean, number, text or object', variant)
  }
  // Mostly a model named by its id beside one with more to say.
  const remedy =
    kinds.has('an object') && kinds.has('a text') ? ' Beside an object a model is one too: { "model": "…" }.' : ''
  if (kinds.size > 1)
    faults.rule('/variants', `All variants must be of one type; got ${[...kinds].sort().join(' and ')}.${remedy}`)
  return new Set(entries.map(([name]) => name))
}

/** A reference to one of them; null where the caller's default may be meant. */
export function checkVariant(
  pointer: string,
  value: unknown,
  names: ReadonlySet<string>,
  orNull: boolean,
  faults: Faults,
): void {
  if (value === null && orNull) return
  if (typeof value !== 'string') faults.type(pointer, `the name of a variant${orNull ? ', or null' : ''}`, value)
  else if (!names.has(value))
    faults.rule(
      pointer,
      `There is no variant "${value.slice(0, 80)}"; there are ${[...names].slice(0, 10).join(', ') || 'none'}.`,
    )
}
