import { assert, constantFrom, json, nat, oneof, property, string, tuple } from 'fast-check'
import { expect, test } from 'vitest'
import { lineAndColumn, locateJsonError } from './locate-json-error.ts'

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Valid JSON with one piece taken out, put in or doubled. */
const almostJson = tuple(
  json(),
  nat(),
  nat(3),
  constantFrom('', ',', '"', '}', ']', ':', 'NaN', '\\', '\n', '-', '.', '01', "'", '\u0000'),
).map(([text, at, length, piece]) => {
  const start = at % (text.length + 1)
  return text.slice(0, start) + piece + text.slice(start + length)
})

test('finds a fault exactly where JSON.parse refuses', () => {
  assert(
    property(oneof(almostJson, json(), string()), (text) => {
      expect(locateJsonError(text) === null).toBe(isJson(text))
    }),
    { numRuns: 20_000 },
  )
})

test('what stands before the fault could still be the beginning of valid JSON', () => {
  assert(
    property(almostJson, (text) => {
      const found = locateJsonError(text)
      if (!found) return
      expect(found.index).toBeLessThanOrEqual(text.length)
      const again = locateJsonError(text.slice(0, found.index))
      // Cut off at the fault, the only thing missing is the rest.
      if (again) expect(again.index).toBe(found.index)
    }),
    { numRuns: 5000 },
  )
})

test('lines and columns count from 1', () => {
  expect(lineAndColumn('{\n  "a": x', 9)).toEqual({ line: 2, column: 8 })
  expect(lineAndColumn('x', 0)).toEqual({ line: 1, column: 1 })
})
