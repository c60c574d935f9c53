import { RE2JS } from 're2js'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { scale } from '../../../testing/scale.ts'
import { arbitraryContext, arbitraryFlag, arbitrarySegments } from '../../testing/arbitrary-flag.ts'
import { plainEvaluate } from '../../testing/plain-evaluate.ts'
import { armOf, compileFlagSet, evaluate, evaluateAll, explain, parseFlag, replaceFlags } from './index.ts'
import type { FlagSet, RegexCompiler, SnapshotFlag } from './index.ts'

const regex: RegexCompiler = (pattern) => {
  const compiled = RE2JS.compile(pattern)
  return (text) => compiled.test(text)
}
const now = Date.UTC(2026, 10, 20)

/** Flags that require each other in one direction, one of them under a rollout. */
const arbitrarySet: fc.Arbitrary<FlagSet> = fc
  .record({
    child: arbitraryFlag(['parent', 'grandparent']),
    parent: arbitraryFlag(['grandparent']),
    grandparent: arbitraryFlag(),
    segments: arbitrarySegments,
    rollout: fc.constantFrom(null, 'r0', 'r1'),
  })
  .map(({ segments, rollout, child, ...flags }) => {
    const mark = { id: 'ro_1', rule: rollout ?? '', attempt: 1, visit: 1, timeoutMs: 60_000 }
    const marked: SnapshotFlag = rollout === null ? child : { ...child, rollout: mark }
    return { schema: 1, env: 'e', epoch: 'x', revision: 1, segments, flags: { child: marked, ...flags } }
  })

test('a share that grows only lets units in', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.string(), fc.nat(100_000), fc.nat(100_000), (unit, salt, p, q) => {
      const [small, large] = [Math.min(p, q), Math.max(p, q)]
      expect(armOf({ share: small, salt }, unit) === 'T' && armOf({ share: large, salt }, unit) !== 'T').toBe(false)
    }),
    { numRuns: scale(2000, 1_000_000) },
  )
})

const contextsPerSet = 20

test('the compiled evaluator agrees with the plain one, and explain with both', () => {
  const types = new Map([
    ['boolean', 0],
    ['number', 0],
    ['string', 0],
    ['object', 0],
  ])
  fc.assert(
    fc.property(
      arbitrarySet,
      fc.array(arbitraryContext, { minLength: contextsPerSet, maxLength: contextsPerSet }),
      (set, contexts) => {
        const flags = compileFlagSet(set, { regex })
        for (const context of contexts) {
          evaluateAll(flags, context, now, (key, outcome) => {
            if (evaluate(flags, key, context, now) !== outcome) expect.unreachable(`another outcome for ${key}`)
          })
          const outcome = evaluate(flags, 'child', context, now)
          const { variant, reason, rule, arm } = plainEvaluate(set, 'child', context, now)
          const got = [outcome.variant, outcome.reason, outcome.rule, outcome.arm ?? null]
          if (JSON.stringify(got) !== JSON.stringify([variant, reason, rule, arm]))
            expect(got, `${JSON.stringify(set.flags)}`).toEqual([variant, reason, rule, arm])
          const value = variant === null ? undefined : set.flags['child']?.variants[variant]
          if (outcome.value !== value) expect(outcome.value).toBe(value)
          if (evaluate(flags, 'child', context, now) !== outcome) expect.unreachable('another outcome the second time')
          if (value !== undefined) types.set(typeof value, (types.get(typeof value) ?? 0) + 1)
        }
        expect(explain(flags, 'child', contexts[0] ?? {}, now).outcome).toBe(
          evaluate(flags, 'child', contexts[0] ?? {}, now),
        )
      },
    ),
    { numRuns: scale(500, 1_000_000 / contextsPerSet) },
  )
  // Each type of value was there to be wrong.
  expect(Math.min(...types.values())).toBeGreaterThan(100)
})

test('what is no flag at all gives an outcome, the same in explain, and leaves the language alone', () => {
  const names = () => Object.getOwnPropertyNames(Object.prototype).join()
  const before = names()
  const shape = fc.oneof(fc.anything(), fc.jsonValue(), fc.constant(JSON.parse('{"__proto__": {"enabled": true}}')))
  fc.assert(
    fc.property(shape, shape, shape, arbitraryContext, (rules, include, whole, context) => {
      const partly = { enabled: true, variants: { a: 1, b: 2 }, off: 'a', serve: 'b', rules, include, segments: whole }
      const given = {
        partly,
        whole,
        condition: { ...partly, include: [], rules: [{ id: 'r', if: rules, serve: 'b' }] },
      }
      const flags = compileFlagSet({ schema: 1, env: 'e', epoch: 'x', revision: 1, flags: given as never })
      for (const key of ['partly', 'whole', 'condition']) {
        const outcome = evaluate(flags, key, context, 0)
        expect(['number', 'undefined']).toContain(typeof outcome.value)
        expect(explain(flags, key, context, 0).outcome).toBe(outcome)
      }
      expect(evaluate(replaceFlags(flags, { partly: whole }, 2), 'partly', context, 0)).toBeDefined()
    }),
    { numRuns: scale(1000, 100_000) },
  )
  expect(names()).toBe(before)
})

test('any input is read or refused, never thrown at', () => {
  fc.assert(
    fc.property(fc.anything(), (input) => {
      const parsed = parseFlag(input)
      expect(parsed.ok || parsed.problems.length > 0).toBe(true)
    }),
    { numRuns: scale(2000, 100_000) },
  )
})
