/** Log-linear histogram: 64 buckets an octave from 2^-20 to 2^44, zero on its own; merging is addition. */
export interface Histogram {
  readonly n: number
  readonly zeros: number
  /** Count by bucket index. */
  readonly counts: Readonly<Record<number, number>>
}

export const emptyHistogram: Histogram = { n: 0, zeros: 0, counts: {} }

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
  if (values.length === 0) return histogram
  const counts: Record<number, number> = { ...histogram.counts }
  let zeros = histogram.zeros
  for (const value of values) {
    if (value === 0) zeros += 1
    else {
      const index = bucketIndex(value)
      counts[index] = (counts[index] ?? 0) + 1
    }
  }
  return { n: histogram.n + values.length, zeros, counts }
}

export function mergeHistograms(a: Histogram, b: Histogram): Histogram {
  if (a.n === 0) return b
  if (b.n === 0) return a
  const counts: Record<number, number> = { ...a.counts }
  for (const [index, count] of Object.entries(b.counts)) counts[Number(index)] = (counts[Number(index)] ?? 0) + count
  return { n: a.n + b.n, zeros: a.zeros + b.zeros, counts }
}

/** Index of the bucket of the value of rank ceil(p n); -1 when that value is zero, null when there is none. */
export function quantileBucket(histogram: Histogram, p: number): number | null {
  if (histogram.n === 0 || !(p >= 0 && p <= 1)) return null
  let left = Math.ceil(p * histogram.n) - histogram.zeros
  if (left <= 0) return -1
  const indexes = Object.keys(histogram.counts)
    .map(Number)
    .sort((a, b) => a - b)
  for (const index of indexes) {
    left -= histogram.counts[index] ?? 0
    if (left <= 0) return index
  }
  return indexes.at(-1) ?? null
}

/** Midpoint of the bucket of the p-quantile: within 0.8 % of the value. Null when empty. */
export function quantile(histogram: Histogram, p: number): number | null {
  const index = quantileBucket(histogram, p)
  if (index === null) return null
  return index < 0 ? 0 : (lowerEdge(index) + upperEdge(index)) / 2
}
