import { describe, expect, test } from 'vitest'
import { Random } from './random.ts'

const draws = 40_000

function momentsOf(draw: (random: Random) => number, seed: number): { mean: number; variance: number } {
  const random = new Random(seed)
  const values = Array.from({ length: draws }, () => draw(random))
  const mean = values.reduce((sum, value) => sum + value, 0) / draws
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (draws - 1) }
}

/** Both moments within five standard errors; the variance's error is that of a normal, a little generous. */
function expectMoments(draw: (random: Random) => number, mean: number, variance: number, kurtosis = 3): void {
  const seen = momentsOf(draw, 7)
  expect(Math.abs(seen.mean - mean)).toBeLessThan(5 * Math.sqrt(variance / draws))
  expect(Math.abs(seen.variance - variance)).toBeLessThan(5 * variance * Math.sqrt((kurtosis - 1) / draws))
}

describe('random draws have the moments of their distributions:', () => {
  test.each([0.2, 3, 9.9, 10.1, 198, 5000])('Poisson of mean %d', (mean) => {
    expectMoments((random) => random.poisson(mean), mean, mean, 3 + 1 / mean)
  })

  test.each([
    [2, 0.3],
    [198, 0.02],
    [198, 0.9],
    [2000, 0.02],
    [30_000, 0.4],
  ])('binomial of %d at %d', (n, p) => {
    const variance = n * p * (1 - p)
    expectMoments((random) => random.binomial(n, p), n * p, variance, 3 + 1 / variance)
  })

  test('beta, normal and exponential', () => {
    expectMoments((random) => random.beta(0.4, 19.6), 0.02, (0.02 * 0.98) / 21, 12)
    expectMoments((random) => random.normal(), 0, 1)
    expectMoments((random) => random.exponential(3), 3, 9, 9)
  })
})

test('large binomials have the right tail, not only the right moments', () => {
  const random = new Random(3)
  let beyond = 0
  for (let i = 0; i < draws; i++) if (random.binomial(1000, 0.02) >= 30) beyond += 1
  // P(X >= 30) = 0.020697 for n 1000, p 0.02.
  expect(Math.abs(beyond / draws - 0.020697)).toBeLessThan(5 * Math.sqrt(0.020697 / draws))
})

test('the same seed gives the same numbers, another stream others', () => {
  const first = new Random(42)
  const again = new Random(42)
  const other = new Random(42, 1)
  const numbers = Array.from({ length: 5 }, () => first.bits())
  expect(Array.from({ length: 5 }, () => again.bits())).toEqual(numbers)
  expect(Array.from({ length: 5 }, () => other.bits())).not.toEqual(numbers)
})
