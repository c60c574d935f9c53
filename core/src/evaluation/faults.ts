import type { FlagProblem } from './parse-flag.ts'

const forbidden = new Set(['__proto__', 'prototype', 'constructor'])
const maxKeyLength = 200

export const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What a value is, for messages: "a number", "a list", "nothing". */
export function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
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

  /** A name people give: 1 to 200 characters, no control characters, none that JavaScript keeps for itself. */
  key(pointer: string, name: string): void {
    const usable = name.length > 0 && name.length <= maxKeyLength && name.isWellFormed() && !/\p{Cc}/u.test(name)
    if (!usable || forbidden.has(name))
      this.rule(pointer, `"${name.slice(0, 80)}" cannot be a name: use 1 to ${maxKeyLength} ordinary characters.`)
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
