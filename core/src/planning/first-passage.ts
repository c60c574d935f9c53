import { cumulative, density, millsRatio } from './normal.ts'

/**
 * ln E of one alternative, per observation: it climbs by `drift` on average, with `variance`, and has decided at `height`.
 */
export interface Climb {
  readonly drift: number
  readonly variance: number
  readonly height: number
}

/**
 * Chance that a Brownian motion with this drift and variance has reached the height within n observations: the inverse
 * Gaussian distribution, Φ((μn - h) / s√n) + e^(2μh/s²) Φ(-(μn + h) / s√n).
 */
function reached({ drift, variance, height }: Climb, n: number): number {
  if (height <= 0) return 1
  if (!(n > 0) || !(variance > 0)) return drift * n >= height ? 1 : 0
  const spread = Math.sqrt(variance * n)
  const a = (drift * n - height) / spread
  const b = (drift * n + height) / spread
  // The exponent is (b² - a²) / 2: with the Mills ratio the two factors need not be formed, which may be huge and tiny.
  const back = drift >= 0 ? density(a) * millsRatio(b) : Math.exp((2 * drift * height) / variance) * cumulative(-b)
  return Math.min(1, cumulative(a) + back)
}

/** Chance that a mixture has decided within n observations: that of its best alternative. */
export const probabilityWithin = (climbs: readonly Climb[], n: number): number =>
  climbs.reduce((most, climb) => Math.max(most, reached(climb, n)), 0)

const mostObservations = 1e12

/** Observations within which the mixture decides with this probability; Infinity when a trillion do not suffice. */
export function observationsFor(climbs: readonly Climb[], probability: number): number {
  return firstWhere((n) => probabilityWithin(climbs, n) >= probability, mostObservations) ?? Infinity
}

/** Smallest number of 1 or more for which what stays true from there on is true, to a millionth; null: none up to `most`. */
export function firstWhere(isTrue: (value: number) => boolean, most: number): number | null {
  if (!isTrue(most)) return null
  let [low, high] = [0, Math.log(most)]
  while (high - low > 1e-6) {
    const middle = (low + high) / 2
    if (isTrue(Math.exp(middle))) high = middle
    else low = middle
  }
  return Math.exp(high)
}
