import { fullShare } from '../bucket.ts'
import { hashNames } from '../flag.ts'
import { isKnownSwitch } from '../foreign/unleash-text.ts'
import { checkVariant } from './check-variants.ts'
import { type Faults, isPlainObject } from '../faults.ts'
import type { ParseOptions } from './parse-options.ts'

const saltPattern = /^[A-Za-z0-9._-]{1,64}$/
const drawFields = ['salt', 'by', 'hash', 'of', 'x'] as const

/** A sample: a share and how it is drawn. */
export function checkSample(pointer: string, value: unknown, faults: Faults, options: ParseOptions): void {
  if (!isPlainObject(value)) return faults.type(pointer, 'an object such as {"share": 10000, "salt": "s1"}', value)
  faults.onlyFields(pointer, value, ['share', ...drawFields])
  const total = checkDraw(pointer, value, faults, options)
  const { share } = value
  const ten = total === fullShare ? `, so that 10 % is ${fullShare / 10}` : ''
  if (typeof share !== 'number' || Number.isNaN(share))
    faults.type(`${pointer}/share`, `a whole number from 0 to ${total}${ten}`, share)
  else if (!Number.isInteger(share) || share < 0 || share > total)
    faults.rule(`${pointer}/share`, `Expected a whole number from 0 to ${total}${ten}; got ${share}.`)
}

/** What a rule or the flag serves: a variant, a split, or (the flag alone) null. */
export function checkServe(
  pointer: string,
  value: unknown,
  names: ReadonlySet<string>,
  orNull: boolean,
  faults: Faults,
  options: ParseOptions,
): void {
  if (!isPlainObject(value)) return checkVariant(pointer, value, names, orNull, faults)
  faults.onlyFields(pointer, value, ['split', ...drawFields])
  const total = checkDraw(pointer, value, faults, options)
  const { split } = value
  if (!Array.isArray(split) || split.length === 0)
    return faults.type(`${pointer}/split`, 'a list such as [["on", 70000], ["off", 30000]]', split)
  let sum = 0
  for (const [i, part] of split.entries()) {
    const at = `${pointer}/split/${i}`
    if (!Array.isArray(part) || part.length !== 2) {
      faults.type(at, 'a pair of variant and weight such as ["on", 70000]', part)
      continue
    }
    checkVariant(`${at}/0`, part[0], names, false, faults)
    if (!Number.isSafeInteger(part[1]) || (part[1] as number) < 0)
      faults.type(`${at}/1`, 'a whole weight of 0 or more', part[1])
    else sum += part[1] as number
  }
  if (sum !== total) faults.rule(`${pointer}/split`, `The weights must add up to ${total}; they add up to ${sum}.`)
}

/** What shares and weights are of. */
function checkDraw(pointer: string, value: Record<string, unknown>, faults: Faults, options: ParseOptions): number {
  const { salt, by, hash, of: total, x } = value
  const isKnown = hash === undefined || hashNames.some((known) => known === hash)
  if (hash !== undefined && typeof hash !== 'string') faults.type(`${pointer}/hash`, 'the name of a hash', hash)
  else if (!isKnown && !options.lenient)
    faults.rule(`${pointer}/hash`, `Expected one of ${hashNames.join(', ')}; got ${JSON.stringify(hash)}.`)
  // Imported flags keep the salts of their source, whatever these look like.
  const isOurs = (hash === undefined || hash === 'm3') && !options.lenient
  if (salt !== undefined && (typeof salt !== 'string' || (isOurs && !saltPattern.test(salt))))
    faults.rule(`${pointer}/salt`, 'Expected 1 to 64 of letters, digits, ".", "_" and "-"; leave it out to get one.')
  const isNames =
    typeof by === 'string' || (Array.isArray(by) && by.length > 0 && by.every((name) => typeof name === 'string'))
  if (by !== undefined && !isNames) faults.type(`${pointer}/by`, 'the name of an attribute, or a list of names', by)
  checkSwitches(`${pointer}/x`, x, faults, options)
  if (total === undefined) return fullShare
  if (Number.isSafeInteger(total) && (total as number) > 0) return total as number
  faults.type(`${pointer}/of`, 'a whole number above 0', total)
  return fullShare
}

/** Switches are written by importers; those of a newer version are left to the evaluation, which reports them. */
export function checkSwitches(pointer: string, x: unknown, faults: Faults, options: ParseOptions): void {
  if (x === undefined) return
  if (!isPlainObject(x)) return faults.type(pointer, 'an object', x)
  for (const [name, value] of Object.entries(x))
    if (!options.lenient && !isKnownSwitch(name, value))
      faults.rule(faults.at(pointer, name), 'There is no such switch: leave it out.')
}
