import { type Faults, isForbidden, isPlainObject, utf8Length } from '../faults.ts'

/** 64 KiB of JSON. */
const largestValue = 65_536
const deepest = 32

/** Whether a value is JSON that every language reads alike: finite numbers, exact integers, no names that JavaScript keeps. */
export function checkJson(pointer: string, value: unknown, faults: Faults): void {
  const before = faults.found.length
  checkPart(pointer, value, 0, faults)
  if (faults.found.length > before) return
  const bytes = utf8Length(JSON.stringify(value))
  if (bytes > largestValue)
    faults.rule(
      pointer,
      `Expected at most ${largestValue} bytes of JSON; this value has ${bytes}. Keep large values elsewhere and name them here.`,
    )
}

/** A finite number, and an integer only where it is exact. */
export function checkNumber(pointer: string, value: number, faults: Faults): void {
  if (!Number.isFinite(value)) faults.type(pointer, 'a finite number', value)
  else if (Number.isInteger(value) && !Number.isSafeInteger(value))
    faults.rule(
      pointer,
      `Expected an integer of less than 2^53, above which digits get lost; got ${value}. Send it as text.`,
    )
}

function checkPart(pointer: string, value: unknown, depth: number, faults: Faults): void {
  if (depth > deepest) return faults.rule(pointer, `Values may nest ${deepest} deep.`)
  if (value === null || typeof value === 'boolean') return
  if (typeof value === 'string') {
    if (!value.isWellFormed())
      faults.rule(pointer, 'The text holds half of a surrogate pair: send well-formed Unicode.')
  } else if (typeof value === 'number') checkNumber(pointer, value, faults)
  else if (Array.isArray(value))
    for (const [i, part] of value.entries()) checkPart(`${pointer}/${i}`, part, depth + 1, faults)
  else if (isPlainObject(value)) checkMembers(pointer, value, depth, faults)
  else faults.type(pointer, 'JSON', value)
}

function checkMembers(pointer: string, value: Record<string, unknown>, depth: number, faults: Faults): void {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null)
    return faults.rule(pointer, 'Expected plain JSON; got an object of a class.')
  for (const [name, part] of Object.entries(value)) {
    const at = faults.at(pointer, name)
    if (isForbidden(name)) faults.rule(at, `"${name}" is a name that JavaScript keeps for itself: use another.`)
    else checkPart(at, part, depth + 1, faults)
  }
}
