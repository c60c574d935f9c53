// The histogram as one process fills it: the buckets of `histogram.ts`, in whole octaves as they come up.
import { bucketIndex, lowerEdge, upperEdge } from './histogram.ts'

const bucketsPerOctave = 64

/** Counts amounts in log-linear buckets: 64 an octave, so a quantile is within 0.8 %. Merging is addition. */
export class Sketch {
  n = 0
  zeros = 0
  /** What was no amount: negative or not finite. */
  rejected = 0
  #first = 0
  #counts = new Uint32Array(0)

  /** Counts one amount. */
  add(value: number): void {
    if (value > 0 && value < Infinity) {
      const at = bucketIndex(value) - this.#first
      if (at >= 0 && at < this.#counts.length) {
        this.#counts[at] = (this.#counts[at] as number) + 1
        this.n += 1
      } else this.#widen(value)
    } else if (value === 0) {
      this.zeros += 1
      this.n += 1
    } else this.rejected += 1
  }

  merge(other: Sketch): void {
    if (other.#counts.length > 0) {
      this.#cover(other.#first, other.#first + other.#counts.length)
      const at = other.#first - this.#first
      for (let i = 0; i < other.#counts.length; i++)
        this.#counts[at + i] = (this.#counts[at + i] as number) + (other.#counts[i] as number)
    }
    this.n += other.n
    this.zeros += other.zeros
    this.rejected += other.rejected
  }

  /** The middle of the bucket that holds the value of rank ceil(p n); null when there is none. */
  quantile(p: number): number | null {
    if (this.n === 0) return null
    let left = Math.ceil(p * this.n) - this.zeros
    if (left <= 0) return 0
    for (let i = 0; i < this.#counts.length; i++) {
      left -= this.#counts[i] as number
      if (left <= 0) return (lowerEdge(this.#first + i) + upperEdge(this.#first + i)) / 2
    }
    return null
  }

  /** As bytes: n, zeros, rejected, the first octave, then runs of (empty buckets, filled buckets, their counts), all as varints. */
  encode(): Uint8Array {
    const bytes: number[] = []
    for (const value of [this.n, this.zeros, this.rejected, this.#first / bucketsPerOctave]) writeVarint(bytes, value)
    for (let i = 0; i < this.#counts.length;) {
      const gap = i
      while (i < this.#counts.length && this.#counts[i] === 0) i++
      const start = i
      while (i < this.#counts.length && this.#counts[i] !== 0) i++
      if (i === start) break
      writeVarint(bytes, start - gap)
      writeVarint(bytes, i - start)
      for (let k = start; k < i; k++) writeVarint(bytes, this.#counts[k] as number)
    }
    return Uint8Array.from(bytes)
  }

  /** What `encode` wrote; null for anything else. */
  static decode(bytes: Uint8Array): Sketch | null {
    const read = varints(bytes)
    if (read === null || read.length < 4) return null
    const sketch = new Sketch()
    const [n = 0, zeros = 0, rejected = 0, octave = 0] = read
    const counts: number[] = []
    let i = 4
    while (i < read.length) {
      const [gap = 0, length = 0] = read.slice(i, i + 2)
      if (length === 0 || i + 2 + length > read.length || counts.length + gap + length > 64 * bucketsPerOctave)
        return null
      for (let k = 0; k < gap; k++) counts.push(0)
      counts.push(...read.slice(i + 2, i + 2 + length))
      i += 2 + length
    }
    if (counts.reduce((sum, count) => sum + count, zeros) !== n) return null
    const first = octave * bucketsPerOctave
    sketch.#cover(first, first + counts.length)
    for (const [k, count] of counts.entries()) sketch.#counts[first - sketch.#first + k] = count
    sketch.n = n
    sketch.zeros = zeros
    sketch.rejected = rejected
    return sketch
  }

  #widen(value: number): void {
    const index = bucketIndex(value)
    this.#cover(index, index + 1)
    this.add(value)
  }

  /** Makes room for these buckets, in whole octaves. */
  #cover(from: number, to: number): void {
    const isEmpty = this.#counts.length === 0
    const low = Math.min(isEmpty ? from : this.#first, from)
    const high = Math.max(isEmpty ? to : this.#first + this.#counts.length, to)
    const first = Math.floor(low / bucketsPerOctave) * bucketsPerOctave
    const end = Math.ceil(high / bucketsPerOctave) * bucketsPerOctave
    if (!isEmpty && first === this.#first && end === this.#first + this.#counts.length) return
    const counts = new Uint32Array(end - first)
    counts.set(this.#counts, isEmpty ? 0 : this.#first - first)
    this.#first = first
    this.#counts = counts
  }
}

function writeVarint(bytes: number[], value: number): void {
  let left = value
  for (; left >= 128; left = Math.floor(left / 128)) bytes.push((left % 128) | 128)
  bytes.push(left)
}

function varints(bytes: Uint8Array): number[] | null {
  const read: number[] = []
  let value = 0
  let scale = 1
  for (const byte of bytes) {
    value += (byte & 127) * scale
    scale *= 128
    if (value > Number.MAX_SAFE_INTEGER) return null
    if (byte >= 128) continue
    read.push(value)
    value = 0
    scale = 1
  }
  return scale === 1 ? read : null
}
