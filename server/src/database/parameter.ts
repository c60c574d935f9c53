// The one place where a JavaScript value becomes a query parameter. Left alone, the two engines would differ: SQLite
// stores NaN as NULL, PostgreSQL turns objects into JSON and dates into local time, and only one of them takes booleans.
import { DatabaseError } from './database-error.ts'

export type Parameter = string | number | bigint | null | Uint8Array

export function toParameter(value: unknown): Parameter {
  switch (typeof value) {
    case 'string':
      return refuseIf(
        value.includes('\0'),
        value,
        'text with a NUL character',
        'Neither engine can search it: remove it.',
      )
    case 'number':
      return refuseIf(Number.isNaN(value), value, 'NaN', 'Use null for a value that is not known.')
    case 'bigint':
      return refuseIf(!isExact(value), value, `the integer ${value}`, 'Integers end at 2^53 - 1: store it as text.')
    case 'boolean':
      return value ? 1 : 0
    default:
      if (value === null || value instanceof Uint8Array) return value
      return refuse(`a value of type ${typeName(value)}`, 'Use JSON text, or milliseconds since 1970 for an instant.')
  }
}

/** An integer column as the wire of PostgreSQL carries it. SQLite's driver refuses inexact integers by itself. */
export function toExactNumber(text: string): number {
  const value = Number(text)
  if (Number.isSafeInteger(value) || text.includes('.')) return value
  if (!/^-?\d+$/.test(text)) return value
  throw new DatabaseError('BAD_VALUE', `The database holds the integer ${text}, which a number cannot hold exactly.`)
}

function isExact(value: bigint): boolean {
  return value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER
}

function refuseIf<V extends Parameter>(isBad: boolean, value: V, what: string, remedy: string): V {
  return isBad ? refuse(what, remedy) : value
}

function refuse(what: string, remedy: string): never {
  throw new DatabaseError('BAD_PARAMETER', `A query parameter cannot be ${what}. ${remedy}`)
}

function typeName(value: unknown): string {
  return typeof value === 'object' && value !== null ? (value.constructor?.name ?? 'object') : typeof value
}
