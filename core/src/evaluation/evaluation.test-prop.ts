import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { armOf, compileFlagSet, evaluate, explain, parseFlag } from './index.ts'

const context = fc.dictionary(fc.string(), fc.anything()) as fc.Arbitrary<Record<string, unknown>>

test('a share that grows only lets units in', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.string(), fc.nat(100_000), fc.nat(100_000), (unit, salt, p, q) => {
      const [small, large] = [Math.min(p, q), Math.max(p, q)]
      expect(armOf({ share: small, salt }, unit) === 'T' && armOf({ share: large, salt }, unit) !== 'T').toBe(false)
    }),
    { numRuns: 2000 },
  )
})

test('any flag and any context give an outcome, and explain gives the same', () => {
  const before = Object.getOwnPropertyNames(Object.prototype).length
  fc.assert(
    fc.property(fc.anything(), context, fc.anything(), (shape, known, odd) => {
      const flag = {
        enabled: true,
        variants: { a: 1, b: 2 },
        off: 'a',
        serve: 'b',
        rules: shape,
        include: odd,
      } as never
      const flags = compileFlagSet({ schema: 1, env: 'e', epoch: 'x', revision: 1, flags: { f: flag } })
      const outcome = evaluate(flags, 'f', known, 0)
      expect(['a', 'b', null]).toContain(outcome.variant)
      expect(explain(flags, 'f', known, 0).outcome).toEqual(outcome)
    }),
    { numRuns: 2000 },
  )
  expect(Object.getOwnPropertyNames(Object.prototype).length).toBe(before)
})

test('any input is read or refused, never thrown at', () => {
  fc.assert(
    fc.property(fc.anything(), (input) => {
      const parsed = parseFlag(input)
      expect(parsed.ok || parsed.problems.length > 0).toBe(true)
    }),
    { numRuns: 2000 },
  )
})
