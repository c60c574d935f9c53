import type { FieldError } from '@sluice/contract'

const reserved = new Set(['__proto__', 'prototype', 'constructor'])
const mostFaults = 20

/** A pointer (RFC 6901) from the names on the way. */
export function pointerTo(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).slice(0, 200).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/**
 * What no part of the server can take in parsed JSON: names that JavaScript keeps for itself, and text that the
 * databases refuse or rewrite (SQLite would make one user of two). `limits` of the scan bound the recursion.
 */
export function findJsonFaults(value: unknown): FieldError[] {
  const faults: FieldError[] = []
  visit(value, [], faults)
  return faults
}

function visit(value: unknown, path: readonly PropertyKey[], faults: FieldError[]): void {
  if (faults.length >= mostFaults) return
  if (typeof value === 'string') checkText(value, path, faults)
  else if (Array.isArray(value)) for (const [index, item] of value.entries()) visit(item, [...path, index], faults)
  else if (typeof value === 'object' && value !== null)
    for (const [name, member] of Object.entries(value)) {
      const at = [...path, name]
      if (reserved.has(name))
        faults.push({
          pointer: pointerTo(at),
          code: 'reserved',
          message: `The name "${name}" is not allowed anywhere: choose another.`,
        })
      checkText(name, at, faults)
      visit(member, at, faults)
    }
}

function checkText(text: string, path: readonly PropertyKey[], faults: FieldError[]): void {
  const message = faultOfText(text)
  if (message) faults.push({ pointer: pointerTo(path).toWellFormed(), code: 'invalid_text', message })
}

/** Why a text cannot be stored and compared; null when it can. */
export function faultOfText(text: string): string | null {
  if (text.includes('\0')) return 'The text holds a NUL character (U+0000): take it out.'
  if (!text.isWellFormed())
    return 'The text holds half of a surrogate pair: send well-formed Unicode (in JavaScript: text.toWellFormed()).'
  return null
}
