// What makes a hash fit to assign units: not its uniformity alone, which poor ones have too, but that neighbours, flags and salts
// have nothing to do with each other.

/** Where a salt puts a unit: 0 to below 1. */
export type Place = (salt: string, unit: string) => number

export interface HashQuality {
  /** The largest correlation between the exposures of two flags, over all pairs, at 1, 10 and 50 %. */
  readonly worstPhi: number
  /** The largest correlation between the places of neighbours, over all salts. */
  readonly worstLag1: number
  /** At 10 %, how many neighbours in a row are exposed on average: 1.111 by chance. The one farthest from it. */
  readonly worstMeanRun: number
  /** At 10 %, the part of the blocks of 20 neighbours in which nobody is exposed: 0.122 by chance. The one farthest from it. */
  readonly worstEmptyBlocks: number
  /** Of the counts in 100 and in 10,000 buckets; far below 0 is too even to be chance. */
  readonly lowestChiSquareZ: number
  readonly highestChiSquareZ: number
}

/** The limits within which chance stays. */
const qualityLimits = { phi: 0.015, lag1: 0.01, meanRun: 0.03, emptyBlocks: 0.015, chiSquareZ: 4 } as const

const fairMeanRun = 1 / 0.9
const fairEmptyBlocks = 0.9 ** 20
const shares = [0.01, 0.1, 0.5] as const

/** Measures a hash on neighbouring units under many salts. */
export function measureHash(place: Place, salts: readonly string[], units: readonly string[]): HashQuality {
  const places = salts.map((salt) => Float64Array.from(units, (unit) => place(salt, unit)))
  const runs = places.map(meanRun)
  const blocks = places.map(emptyBlocks)
  const chiSquares = places.flatMap((of) => [chiSquareZ(of, 100), chiSquareZ(of, 10_000)])
  return {
    worstPhi: Math.max(...shares.map((share) => largestPhi(places, share))),
    worstLag1: Math.max(...places.map((of) => Math.abs(lag1(of)))),
    worstMeanRun: farthest(runs, fairMeanRun),
    worstEmptyBlocks: farthest(blocks, fairEmptyBlocks),
    lowestChiSquareZ: Math.min(...chiSquares),
    highestChiSquareZ: Math.max(...chiSquares),
  }
}

/** What is beyond the limits, by name. */
export function failuresOf(quality: HashQuality): string[] {
  const checks: Readonly<Record<string, boolean>> = {
    phi: quality.worstPhi <= qualityLimits.phi,
    lag1: quality.worstLag1 <= qualityLimits.lag1,
    meanRun: Math.abs(quality.worstMeanRun - fairMeanRun) <= qualityLimits.meanRun,
    emptyBlocks: Math.abs(quality.worstEmptyBlocks - fairEmptyBlocks) <= qualityLimits.emptyBlocks,
    tooEven: quality.lowestChiSquareZ >= -qualityLimits.chiSquareZ,
    tooUneven: quality.highestChiSquareZ <= qualityLimits.chiSquareZ,
  }
  return Object.keys(checks).filter((name) => !checks[name])
}

/** How the exposure rates of many salts scatter, in standard errors: 1 by chance. */
export function rateSpread(place: Place, salts: readonly string[], units: readonly string[], share = 0.1): number {
  const error = Math.sqrt((share * (1 - share)) / units.length)
  const squares = salts.map((salt) => {
    const exposed = units.reduce((sum, unit) => sum + (place(salt, unit) < share ? 1 : 0), 0)
    return ((exposed / units.length - share) / error) ** 2
  })
  return Math.sqrt(mean(squares))
}

/** Units as applications name them. */
export const unitKinds: Readonly<Record<string, (i: number) => string>> = {
  sequential: (i) => `user_${i}`,
  numeric: (i) => String(1_000_000 + i),
  uuid: (i) => {
    // A fixed generator (Numerical Recipes), so that a failure stays a failure.
    let state = i + 1
    const word = () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return (state ^ Math.imul(state, 0x9e3779b1)) >>> 0
    }
    const hex = Array.from({ length: 4 }, () => word().toString(16).padStart(8, '0')).join('')
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`
  },
}

/** Salts as the server mints them, from a fixed seed: true randomness breaks one of the limits for one seed in ten. */
export function mintedSalts(count: number, seed = 1): string[] {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
  let state = seed
  const letter = (): string => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return alphabet[Math.floor((state / 2 ** 32) * alphabet.length)] as string
  }
  return Array.from({ length: count }, () => Array.from({ length: 15 }, letter).join(''))
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

const farthest = (values: readonly number[], fair: number): number =>
  values.reduce((worst, value) => (Math.abs(value - fair) > Math.abs(worst - fair) ? value : worst), fair)

/** Exposures as bits, so that pairs are counted 32 at a time. */
function exposures(places: Float64Array, share: number): Int32Array {
  const words = new Int32Array(Math.ceil(places.length / 32))
  for (let i = 0; i < places.length; i++)
    if ((places[i] as number) < share) words[i >> 5] = (words[i >> 5] as number) | (1 << (i & 31))
  return words
}

function bits(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555)
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333)
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

function largestPhi(places: readonly Float64Array[], share: number): number {
  const n = places[0]?.length ?? 0
  const exposed = places.map((of) => exposures(of, share))
  const rates = exposed.map((words) => words.reduce((sum, word) => sum + bits(word), 0) / n)
  let worst = 0
  for (const [i, a] of exposed.entries())
    for (let j = i + 1; j < exposed.length; j++) {
      const b = exposed[j] as Int32Array
      let both = 0
      for (let w = 0; w < a.length; w++) both += bits((a[w] as number) & (b[w] as number))
      const [p, q] = [rates[i] as number, rates[j] as number]
      worst = Math.max(worst, Math.abs((both / n - p * q) / Math.sqrt(p * (1 - p) * q * (1 - q))))
    }
  return worst
}

function lag1(places: Float64Array): number {
  const average = mean([...places])
  let covariance = 0
  let variance = 0
  for (let i = 0; i < places.length; i++) {
    const here = (places[i] as number) - average
    variance += here * here
    if (i > 0) covariance += here * ((places[i - 1] as number) - average)
  }
  return covariance / variance
}

function meanRun(places: Float64Array): number {
  let exposed = 0
  let runs = 0
  for (let i = 0; i < places.length; i++) {
    if ((places[i] as number) >= 0.1) continue
    exposed += 1
    if (i === 0 || (places[i - 1] as number) >= 0.1) runs += 1
  }
  return exposed / runs
}

function emptyBlocks(places: Float64Array): number {
  const blocks = Math.floor(places.length / 20)
  let empty = 0
  for (let block = 0; block < blocks; block++)
    if (places.subarray(20 * block, 20 * block + 20).every((place) => place >= 0.1)) empty += 1
  return empty / blocks
}

/** How many standard deviations the chi-square of the counts is from its mean (Wilson, Hilferty 1931). */
function chiSquareZ(places: Float64Array, buckets: number): number {
  const counts = new Float64Array(buckets)
  for (const place of places) counts[Math.floor(place * buckets)] = (counts[Math.floor(place * buckets)] as number) + 1
  const expected = places.length / buckets
  const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
  const freedom = buckets - 1
  const spread = 2 / (9 * freedom)
  return (Math.cbrt(chiSquare / freedom) - (1 - spread)) / Math.sqrt(spread)
}
