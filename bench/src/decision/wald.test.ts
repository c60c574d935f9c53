import { expect, test } from 'vitest'
import { divergence, waldSamples } from './wald.ts'

test("Wald's bound is ln 100 over the relative entropy of the rates", () => {
  const samples = [1.5, 2, 3, 5, 10].map((times) => Math.round(waldSamples(0.02 * times, 0.02)))
  expect(samples).toEqual([2079, 581, 172, 55, 15])
  expect(divergence(0.04, 0.02)).toBeCloseTo(0.04 * Math.log(2) + 0.96 * Math.log(0.96 / 0.98), 12)
})
