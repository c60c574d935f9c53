/**
 * Seeded random numbers (sfc32) and the distributions that traffic is drawn from. Counts are exact draws: inversion for
 * small means, Hörmann's transformed rejection (1993) for large ones.
 */
export class Random {
  #a: number
  #b: number
  #c: number
  #counter = 1
  #spare: number | null = null

  constructor(seed: number, stream = 0) {
    this.#a = seed >>> 0
    this.#b = Math.floor(seed / 2 ** 32) >>> 0
    this.#c = stream >>> 0
    for (let i = 0; i < 15; i++) this.bits()
  }

  /** 32 random bits. */
  bits(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return sum >>> 0
  }

  /** In (0, 1), never an end of it. */
  uniform(): number {
    return (this.bits() + 0.5) / 2 ** 32
  }

  exponential(mean: number): number {
    return -mean * Math.log(this.uniform())
  }

  normal(): number {
    if (this.#spare !== null) {
      const spare = this.#spare
      this.#spare = null
      return spare
    }
    const radius = Math.sqrt(-2 * Math.log(this.uniform()))
    const angle = 2 * Math.PI * this.uniform()
    this.#spare = radius * Math.sin(angle)
    return radius * Math.cos(angle)
  }

  /** Marsaglia and Tsang (2000). */
  gamma(shape: number): number {
    if (shape < 1) return this.gamma(shape + 1) * this.uniform() ** (1 / shape)
    const d = shape - 1 / 3
    for (;;) {
      const x = this.normal()
      const v = (1 + x / Math.sqrt(9 * d)) ** 3
      if (v > 0 && Math.log(this.uniform()) < x * x * 0.5 + d - d * v + d * Math.log(v)) return d * v
    }
  }

  beta(a: number, b: number): number {
    const x = this.gamma(a)
    return x / (x + this.gamma(b))
  }

  poisson(mean: number): number {
    if (mean <= 0) return 0
    if (mean >= 10) return this.#largePoisson(mean)
    let left = this.uniform()
    let term = Math.exp(-mean)
    let count = 0
    while (left > term && count < 200) {
      left -= term
      count += 1
      term *= mean / count
    }
    return count
  }

  binomial(n: number, p: number): number {
    if (n <= 0 || p <= 0) return 0
    if (p >= 1) return n
    if (p > 0.5) return n - this.binomial(n, 1 - p)
    return n * p >= 10 ? this.#largeBinomial(n, p) : this.#smallBinomial(n, p)
  }

  #smallBinomial(n: number, p: number): number {
    const odds = p / (1 - p)
    let left = this.uniform()
    let term = Math.exp(n * Math.log1p(-p))
    let count = 0
    while (left > term && count < n) {
      left -= term
      count += 1
      term *= (odds * (n - count + 1)) / count
    }
    return count
  }

  #largePoisson(mean: number): number {
    const b = 0.931 + 2.53 * Math.sqrt(mean)
    const a = -0.059 + 0.02483 * b
    const accept = 0.9277 - 3.6224 / (b - 2)
    const scale = Math.log(1.1239 + 1.1328 / (b - 3.4))
    for (;;) {
      const u = this.uniform() - 0.5
      const v = this.uniform()
      const room = 0.5 - Math.abs(u)
      const count = Math.floor(((2 * a) / room + b) * u + mean + 0.43)
      if (room >= 0.07 && v <= accept) return count
      if (count < 0 || (room < 0.013 && v > room)) continue
      const ratio = Math.log(v) + scale - Math.log(a / (room * room) + b)
      if (ratio <= count * Math.log(mean) - mean - logFactorial(count)) return count
    }
  }

  #largeBinomial(n: number, p: number): number {
    const spread = Math.sqrt(n * p * (1 - p))
    const b = 1.15 + 2.53 * spread
    const a = -0.0873 + 0.0248 * b + 0.01 * p
    const accept = 0.92 - 4.2 / b
    const scale = Math.log((2.83 + 5.1 / b) * spread)
    const mode = Math.floor((n + 1) * p)
    const atMode = logFactorial(mode) + logFactorial(n - mode)
    const logOdds = Math.log(p / (1 - p))
    for (;;) {
      const u = this.uniform() - 0.5
      const v = this.uniform()
      const room = 0.5 - Math.abs(u)
      const count = Math.floor(((2 * a) / room + b) * u + n * p + 0.5)
      if (room >= 0.07 && v <= accept) return count
      if (count < 0 || count > n) continue
      const ratio = Math.log(v) + scale - Math.log(a / (room * room) + b)
      if (ratio <= atMode - logFactorial(count) - logFactorial(n - count) + (count - mode) * logOdds) return count
    }
  }
}

const table = [0]
for (let i = 1; i < 4096; i++) table.push((table[i - 1] ?? 0) + Math.log(i))

/** ln n!; Stirling's series beyond the table, exact to 1e-13 there. */
function logFactorial(n: number): number {
  const known = table[n]
  if (known !== undefined) return known
  return (n + 0.5) * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * n) - 1 / (360 * n ** 3)
}
