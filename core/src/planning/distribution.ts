import { addValues, emptyHistogram, lowerEdge, upperEdge } from '../statistics/index.ts'
import type { Histogram } from '../statistics/index.ts'
import { normalQuantile } from './normal.ts'

interface Part {
  readonly value: number
  readonly weight: number
}

/** The histogram as values with weights that sum to 1. */
export function partsOf({ n, zeros, buckets, counts }: Histogram): readonly Part[] {
  const parts = buckets.map((bucket, i) => ({
    value: (lowerEdge(bucket) + upperEdge(bucket)) / 2,
    weight: (counts[i] ?? 0) / n,
  }))
  return zeros > 0 ? [{ value: 0, weight: zeros / n }, ...parts] : parts
}

/** Share of the values above `limit`; within a bucket values are taken as evenly spread. */
export function exceedance({ n, buckets, counts }: Histogram, limit: number): number {
  let above = 0
  for (const [i, bucket] of buckets.entries()) {
    const [low, high] = [lowerEdge(bucket), upperEdge(bucket)]
    above += (counts[i] ?? 0) * Math.max(0, Math.min(1, (high - limit) / (high - low)))
  }
  return n === 0 ? 0 : above / n
}

/** Mean and variance of the values, each multiplied by `factor` and then cut at `bound`. */
export function momentsOf(
  parts: readonly Part[],
  factor: number,
  bound: number,
): { readonly mean: number; readonly variance: number } {
  let mean = 0
  let square = 0
  for (const { value, weight } of parts) {
    const cut = Math.min(value * factor, bound)
    mean += weight * cut
    square += weight * cut * cut
  }
  return { mean, variance: Math.max(0, square - mean * mean) }
}

const points = 4000
const z95 = 1.6448536269514722

/** A log-normal distribution of this median and 95 % quantile, as a history of 4,000 values. */
export function logNormal(median: number, p95: number): Histogram {
  const sigma = Math.log(p95 / median) / z95
  const values = Array.from({ length: points }, (_, i) => median * Math.exp(sigma * normalQuantile((i + 0.5) / points)))
  return addValues(emptyHistogram, values)
}
