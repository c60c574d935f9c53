import { expect, test } from 'vitest'
import { Random } from '../random.ts'
import { rules } from './compared.ts'
import type { Rule } from './rule.ts'
import { oracle } from './tests.ts'

/** Minutes until a rule fires at 100 calls a block on either side; null: not within an hour. */
function minutesUntil(rule: Rule, rate: { readonly T: number; readonly C: number }): number | null {
  const random = new Random(7)
  const watch = rule.start(random)
  for (let index = 0; index < 360; index++) {
    const [xT, xC] = [random.binomial(100, rate.T), random.binomial(100, rate.C)]
    if (watch({ index, stage: 0, age: index, share: 50_000, nT: 100, xT, nC: 100, xC })) return index / 6
  }
  return null
}

const all = [...rules, oracle(0.02, 0.5)].map((rule) => [rule.name, rule] as const)

test.each(all)('%s sees half of all calls fail, and nothing where none fails', (_, rule) => {
  expect(minutesUntil(rule, { T: 0.5, C: 0.02 })).toBeLessThan(16)
  expect(minutesUntil(rule, { T: 0, C: 0 })).toBeNull()
})
