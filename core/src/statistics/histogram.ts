/** Log-linear histogram: 64 buckets an octave from 2^-20 to 2^44, zero on its own; merging is addition. */
export interface Histogram {
  readonly n: number
  readonly zeros: number
  /** Indexes of the buckets that hold something, ascending, and how much each holds. */
  readonly buckets: readonly number[]
  readonly counts: readonly number[]
}

export const emptyHistogram: Histogram = { n: 0, zeros: 0, buckets: [], counts: [] }

const bucketsPerOctave = 64
const lowestOctave = -20
const highestBucket = 64 * bucketsPerOctave - 1

const float = new Float64Array(1)
const words = new Uint32Array(float.buffer)
const highWord = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 1 : 0
/** Exponent bias and lowest octave, in buckets: the upper 18 bits of a double are its octave and 64th. */
const offset = (1023 + lowestOctave) * bucketsPerOctave

const isAmount = (value: number): boolean => value >= 0 && value < Infinity

/** Index of the bucket that holds `value` > 0, read from the double's own bits. */
export function bucketIndex(value: number): number {
  float[0] = value
  const index = ((words[highWord] ?? 0) >>> 14) - offset
  return Math.max(0, Math.min(highestBucket, index))
}

/** Smallest value of the bucket; exact. */
export function lowerEdge(index: number): number {
  words[1 - highWord] = 0
  words[highWord] = (index + offset) << 14
  return float[0] ?? 0
}

export const upperEdge = (index: number): number => lowerEdge(index + 1)

/** The histogram with these values added; what is not finite or is negative is no amount and left out. */
export function addValues(histogram: Histogram, given: readonly number[]): Histogram {
  const values = given.every(isAmount) ? given : given.filter(isAmount)
  return values.length === 0 ? histogram : mergeHistograms(histogram, histogramOf(values))
}

function histogramOf(values: readonly number[]): Histogram {
  const indexes = values.filter((value) => value > 0).map(bucketIndex)
  const buckets: number[] = []
  const counts: number[] = []
  for (const index of indexes.sort((a, b) => a - b)) {
    const last = buckets.length - 1
    if (buckets[last] === index) counts[last] = (counts[last] ?? 0) + 1
    else {
      buckets.push(index)
      counts.push(1)
    }
  }
  return { n: values.length, zeros: values.length - indexes.length, buckets, counts }
}

export function mergeHistograms(a: Histogram, b: Histogram): Histogram {
  if (a.n === 0) return b
  if (b.n === 0) return a
  const buckets: number[] = []
  const counts: number[] = []
  let i = 0
  let j = 0
  while (i < a.buckets.length || j < b.buckets.length) {
    const ofA = a.buckets[i] ?? Infinity
    const ofB = b.buckets[j] ?? Infinity
    buckets.push(Math.min(ofA, ofB))
    counts.push((ofA <= ofB ? (a.counts[i] ?? 0) : 0) + (ofB <= ofA ? (b.counts[j] ?? 0) : 0))
    if (ofA <= ofB) i += 1
    if (ofB <= ofA) j += 1
  }
  return { n: a.n + b.n, zeros: a.zeros + b.zeros, buckets, counts }
}

/** Index of the bucket of the value of rank ceil(p n); -1 when that value is zero, null when there is none. */
export function quantileBucket(histogram: Histogram, p: number): number | null {
  if (histogram.n === 0 || !(p >= 0 && p <= 1)) return null
  let left = Math.ceil(p * histogram.n) - histogram.zeros
  if (left <= 0) return -1
  for (const [i, index] of histogram.buckets.entries()) {
    left -= histogram.counts[i] ?? 0
    if (left <= 0) return index
  }
  return histogram.buckets.at(-1) ?? null
}

/** Midpoint of the bucket of the p-quantile: within 0.8 % of the value. Null when empty. */
export function quantile(histogram: Histogram, p: number): number | null {
  const index = quantileBucket(histogram, p)
  if (index === null) return null
  return index < 0 ? 0 : (lowerEdge(index) + upperEdge(index)) / 2
}
