import { instantMs } from './instant.ts'

/** `type`: wrong shape. `rule`: the right shape, but it breaks a rule. */
export interface FlagProblem {
  /** Where: an RFC 6901 pointer. */
  readonly pointer: string
  readonly code: 'type' | 'rule'
  readonly message: string
}

const forbidden = new Set(['__proto__', 'prototype', 'constructor'])
const longestKey = 200

/** How many bytes a text takes as UTF-8. */
export function utf8Length(text: string): number {
  let bytes = text.length
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    // Each half of a surrogate pair stands for two of its four bytes.
    if (code >= 0x80) bytes += code >= 0x800 && (code < 0xd800 || code > 0xdfff) ? 2 : 1
  }
  return bytes
}

/** Names that would reach into JavaScript's own objects. */
export const isForbidden = (name: string): boolean => forbidden.has(name)

export const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What a value is, for messages: "a number", "a list", "nothing". */
export function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  return typeof value === 'object' ? 'an object' : `a ${typeof value === 'string' ? 'text' : typeof value}`
}

/** Collects what is wrong with an input. */
export class Faults {
  readonly found: FlagProblem[] = []

  type(pointer: string, expected: string, value: unknown): void {
    const shown =
      typeof value === 'string'
        ? ` ${JSON.stringify(value.slice(0, 80))}`
        : typeof value === 'number'
          ? ` ${value}`
          : ''
    this.found.push({ pointer, code: 'type', message: `Expected ${expected}; got ${kindOf(value)}${shown}.` })
  }

  rule(pointer: string, message: string): void {
    this.found.push({ pointer, code: 'rule', message })
  }

  at(pointer: string, name: string): string {
    return `${pointer}/${name.slice(0, 80).replaceAll('~', '~0').replaceAll('/', '~1')}`
  }

  /** A name people give: 1 to 200 bytes, no control characters, none that JavaScript keeps for itself. */
  key(pointer: string, name: string): void {
    const fits = name !== '' && name.length <= longestKey && utf8Length(name) <= longestKey
    if (!fits || !name.isWellFormed() || /\p{Cc}/u.test(name))
      this.rule(
        pointer,
        `${JSON.stringify(name.slice(0, 80))} cannot be a name: use 1 to ${longestKey} bytes of Unicode without control characters.`,
      )
    else if (isForbidden(name)) this.rule(pointer, `"${name}" is a name that JavaScript keeps for itself: use another.`)
  }

  /** An optional text. */
  text(pointer: string, value: unknown): void {
    if (value !== undefined && typeof value !== 'string') this.type(pointer, 'a text', value)
  }

  /** An optional true or false. */
  switch(pointer: string, value: unknown): void {
    if (value !== undefined && typeof value !== 'boolean') this.type(pointer, 'true or false', value)
  }

  /** An optional instant. */
  instant(pointer: string, value: unknown): void {
    if (value !== undefined && (typeof value !== 'string' || instantMs(value) === null))
      this.rule(pointer, 'Expected a time with its zone, such as "2026-11-20T10:00:00Z".')
  }

  onlyFields(pointer: string, value: Record<string, unknown>, fields: readonly string[]): void {
    for (const name of Object.keys(value)) {
      if (fields.includes(name)) continue
      const near = fields.find((field) => isNear(field, name))
      const hint = near ? `did you mean "${near}"?` : `known are ${fields.join(', ')}.`
      this.found.push({
        pointer: this.at(pointer, name),
        code: 'type',
        message: `Unknown field "${name.slice(0, 80)}": ${hint}`,
      })
    }
  }
}

/** The same but for case, or one letter more, less or other, or two swapped. */
function isNear(known: string, given: string): boolean {
  const [a, b] = [known.toLowerCase(), given.toLowerCase()]
  if (a === b) return true
  if (Math.abs(a.length - b.length) > 1) return false
  let i = 0
  while (i < a.length && a[i] === b[i]) i += 1
  const swapped = a[i] === b[i + 1] && a[i + 1] === b[i] && a.slice(i + 2) === b.slice(i + 2)
  return swapped || a.slice(i + 1) === b.slice(i + 1) || a.slice(i) === b.slice(i + 1) || a.slice(i + 1) === b.slice(i)
}
