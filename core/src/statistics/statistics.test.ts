import { expect, test } from 'vitest'
import {
  addValues,
  bettingIncrements,
  bettingWeights,
  boundary,
  bucketIndex,
  emptyHistogram,
  logEvidence,
  lowerEdge,
  multiply,
  quantile,
  rateInterval,
  rateLimitIncrements,
  rateLimitWeights,
  rateRatioIncrements,
  rateRatioWeights,
  restart,
  sampleRatioLogFactor,
  startFamily,
} from './index.ts'
import { logBeta } from './log-beta.ts'
import type { Counts } from './index.ts'

const counts = (nT: number, nC: number, xT: number, xC: number): Counts => ({ nT, nC, xT, xC })
const blocks = [counts(20, 180, 1, 3), counts(22, 178, 2, 4), counts(18, 190, 3, 2)]
const six = (value: number) => Number(value.toFixed(6))

test('rate-ratio harm gives the worked numbers, with no, one and two restarts', () => {
  const weights = rateRatioWeights('higher')
  const runs = [
    { start: startFamily([1], weights, false), restartBefore: -1 },
    { start: startFamily([1], weights, true), restartBefore: -1 },
    { start: startFamily([1], weights, true), restartBefore: 2 },
  ]
  const seen = runs.map(({ start, restartBefore }) => {
    let family = start
    return blocks.map((block, i) => {
      if (i === restartBefore) family = restart(family, weights)
      family = multiply(family, (ratio) => rateRatioIncrements('higher', block, ratio))
      return six(logEvidence(family, 0))
    })
  })
  expect(seen).toEqual([
    [0.214448, 1.032698, 3.520863],
    [0.194958, 0.966136, 3.418783],
    [0.194958, 0.966136, 3.442329],
  ])
})

test('rate-ratio safety gives the worked numbers', () => {
  const run = (xs: readonly Counts[]) => {
    let family = startFamily([2], rateRatioWeights('lower'), false)
    return xs.map((block) => {
      family = multiply(family, (ratio) => rateRatioIncrements('lower', block, ratio))
      return six(logEvidence(family, 0))
    })
  }
  expect(run(blocks)).toEqual([-0.347768, -1.020478, -2.13667])
  const healthy = [counts(20, 180, 0, 3), counts(22, 178, 0, 4), counts(18, 190, 1, 2)]
  expect(run(healthy)).toEqual([0.292905, 0.739693, 0.201527])
})

test('an absolute limit gives the worked numbers for harm and for safety', () => {
  const run = (claim: 'higher' | 'lower', xs: readonly (readonly [number, number])[]) => {
    let family = startFamily([0.05], rateLimitWeights(claim), false)
    return xs.map(([n, x]) => {
      family = multiply(family, (limit) => rateLimitIncrements(claim, n, x, limit))
      return six(logEvidence(family, 0))
    })
  }
  expect(
    run('higher', [
      [20, 2],
      [30, 6],
      [25, 5],
    ]),
  ).toEqual([-0.21156, 2.824755, 5.865844])
  expect(
    run('lower', [
      [40, 0],
      [60, 1],
      [50, 0],
    ]),
  ).toEqual([1.362766, 1.910681, 3.799504])
})

test('betting on means gives the worked numbers', () => {
  let family = startFamily([1], bettingWeights, false)
  const groups = [
    [32, 160, 1],
    [76, 158.254545, 2 / 3],
    [49, 160.969697, 1],
  ] as const
  const seen = groups.map(([gain, worst, scale]) => {
    family = multiply(family, () => bettingIncrements(gain, worst, scale))
    return six(logEvidence(family, 0))
  })
  expect(seen).toEqual([0.046229, 0.124592, 0.207749])
})

test('the sample-ratio evidence gives the worked numbers', () => {
  expect(six(sampleRatioLogFactor({ T: 30, C: 1970 }, 0.01))).toBe(0.304532)
  expect(six(sampleRatioLogFactor({ T: 130, C: 1670 }, 0.1))).toBe(6.628778)
})

test('values fall into the buckets their bits name', () => {
  const expected = [
    [1, 1280],
    [1.5, 1312],
    [2, 1344],
    [0.0031, 741],
    [812, 1893],
    [1000, 1917],
    [3_600_000, 2669],
    [2 ** -20, 0],
    [2 ** 44, 4095],
  ] as const
  for (const [value, index] of expected) expect([value, bucketIndex(value)]).toEqual([value, index])
  expect(lowerEdge(741)).toBe(0.003082275390625)
  expect(lowerEdge(1894)).toBe(816)
})

test('quantiles are bucket midpoints at the nearest rank', () => {
  const histogram = addValues(
    emptyHistogram,
    Array.from({ length: 1000 }, (_, i) => i + 1),
  )
  expect([0.5, 0.95, 0.99].map((p) => quantile(histogram, p))).toEqual([502, 948, 988])
  expect(quantile(addValues(emptyHistogram, [150, 180, 200]), 0.5)).toBe(181)
  expect(quantile(emptyHistogram, 0.5)).toBeNull()
})

test('the interval ends beyond the limit exactly when the test at the limit refuses it', () => {
  const nulls = [0.5, 1, 2, 4]
  let family = startFamily(nulls, rateRatioWeights('higher'), true)
  for (let i = 0; i < 40; i++) {
    family = multiply(family, (ratio) => rateRatioIncrements('higher', counts(50, 50, 3, 1), ratio))
    for (const [index, limit] of nulls.entries()) {
      const refused = logEvidence(family, index) >= Math.log(100)
      const low = boundary(family, 'higher', Math.log(100))
      expect([i, limit, low !== null && low >= limit]).toEqual([i, limit, refused])
    }
  }
})

test('one rate has an interval that holds at any look', () => {
  expect(rateInterval(200, 7).map(six)).toEqual([0.006839, 0.098382])
  expect(rateInterval(0, 0)).toEqual([0, 1])
  expect(rateInterval(48, 0)[0]).toBe(0)
  expect(rateInterval(48, 0)[1]).toBeGreaterThan(0.08)
  expect(rateInterval(48, 0)[1]).toBeLessThan(0.15)
})

test('numbers of a trillion keep their digits', () => {
  const [low, high] = rateInterval(1e12, 1e10)
  expect([low, high].map((value) => Number(((value - 0.01) * 1e7).toFixed(1)))).toEqual([-5.8, 5.8])
  expect(Math.abs(sampleRatioLogFactor({ T: 1e11, C: 9e11 }, 0.1))).toBeLessThan(20)
  expect(sampleRatioLogFactor({ T: 1.01e11, C: 8.99e11 }, 0.1)).toBeGreaterThan(1e6)
})

test('ln B agrees with exact values, small and large', () => {
  const exact = [
    [0.5, 0.5, Math.log(Math.PI)],
    [1, 7, -Math.log(7)],
    [1, 1e9, -Math.log(1e9)],
    [2, 1e6, -Math.log(1e6 * (1e6 + 1))],
    [50, 1, -Math.log(50)],
  ] as const
  for (const [a, b, value] of exact) expect(logBeta(a, b)).toBeCloseTo(value, 9)
  for (const a of [39.9, 40, 40.1]) expect(logBeta(a, 60) - logBeta(a + 1, 60)).toBeCloseTo(Math.log((a + 60) / a), 10)
})
