import { expect, test } from 'vitest'
import { observationsFor, probabilityWithin } from './first-passage.ts'
import { cumulative, millsRatio, normalQuantile } from './normal.ts'

test.each([
  [0, 0.5],
  [1, 0.8413447460685429],
  [-1.96, 0.024997895148220435],
  [-6, 9.865876450376946e-10],
  [5, 0.9999997133484281],
])('the normal distribution at %d', (x, expected) => {
  expect(cumulative(x)).toBeCloseTo(expected, 12)
  expect(cumulative(x) / expected).toBeCloseTo(1, 9)
})

test('the Mills ratio is one function on either side of its two formulas, and its tail is 1/x', () => {
  expect(millsRatio(3 - 1e-9)).toBeCloseTo(millsRatio(3), 8)
  expect(millsRatio(1000) * 1000).toBeCloseTo(1, 5)
})

test('quantiles are where the distribution says', () => {
  for (const p of [0.001, 0.05, 0.5, 0.8, 0.999]) expect(cumulative(normalQuantile(p))).toBeCloseTo(p, 9)
})

test('a climb without drift reaches any height in the end, one that falls mostly never', () => {
  const level = { drift: 0, variance: 1, height: 3 }
  // By the reflection principle: twice the chance to be above at the end.
  expect(probabilityWithin([level], 9)).toBeCloseTo(2 * cumulative(-1), 9)
  const falling = { drift: -0.1, variance: 1, height: 3 }
  expect(probabilityWithin([falling], 1e9)).toBeCloseTo(Math.exp(-0.6), 9)
  expect(observationsFor([falling], 0.8)).toBe(Infinity)
})

test('a steep climb takes its height over its drift', () => {
  expect(observationsFor([{ drift: 2, variance: 0.001, height: 400 }], 0.5)).toBeCloseTo(200, 0)
})
