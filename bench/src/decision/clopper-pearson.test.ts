import { expect, test } from 'vitest'
import { upperLimit } from './clopper-pearson.ts'

// Closed forms: 1 - 0.025^(1/n) for none of n; the others from the beta distribution's 97.5 % point.
test('the upper Clopper-Pearson limit is what the tables say', () => {
  expect(upperLimit(0, 100)).toBeCloseTo(1 - 0.025 ** (1 / 100), 9)
  expect(upperLimit(99, 100)).toBeCloseTo(0.975 ** (1 / 100), 9)
  expect(upperLimit(5, 50)).toBeCloseTo(0.2181354, 6)
  expect(upperLimit(80, 10_000)).toBeCloseTo(0.0099469, 6)
  expect(upperLimit(3, 3)).toBe(1)
})
