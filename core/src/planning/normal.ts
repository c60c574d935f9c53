/** Density of the standard normal distribution. */
export const density = (x: number): number => Math.exp(-(x * x) / 2) / Math.sqrt(2 * Math.PI)

/** From here on the continued fraction is exact to 1e-12 within `fractionTerms`; below it the series is. */
const seriesUntil = 3
const fractionTerms = 60

/** Mills ratio (1 - Φ(x)) / φ(x): finite where both are too small to be told from 0. For x of at least -3. */
export function millsRatio(x: number): number {
  if (x < seriesUntil) return (0.5 - centralArea(x)) / density(x)
  let tail = x
  for (let k = fractionTerms; k > 0; k--) tail = x + k / tail
  return 1 / tail
}

/** Φ(x), the chance that a standard normal value is at most x. */
export function cumulative(x: number): number {
  if (x <= -seriesUntil) return density(x) * millsRatio(-x)
  return x >= seriesUntil ? 1 - density(x) * millsRatio(x) : 0.5 + centralArea(x)
}

/** Φ(x) - 1/2 by the series φ(x) (x + x³/3 + x⁵/15 + …). */
function centralArea(x: number): number {
  let term = x
  let sum = x
  for (let k = 1; Math.abs(term) > 1e-17; k++) {
    term *= (x * x) / (2 * k + 1)
    sum += term
  }
  return density(x) * sum
}

/** Inverse of Φ, by bisection. */
export function normalQuantile(p: number): number {
  let [low, high] = [-9, 9]
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2
    if (cumulative(middle) < p) low = middle
    else high = middle
  }
  return (low + high) / 2
}
