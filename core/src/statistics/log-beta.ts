import { logGamma } from './log-gamma.ts'

/** From here on Stirling's series with four terms is exact to 1e-13. */
const large = 40

/** What Stirling's formula leaves out of ln Γ(x). */
const correction = (x: number): number => (1 / 12 - (1 / 360 - (1 / 1260 - 1 / (1680 * x * x)) / (x * x)) / (x * x)) / x

/**
 * ln B(a, b) for a, b > 0. As a difference of ln Γ it would lose all its digits for 1e12 units; here what cancels is never
 * computed.
 */
export function logBeta(a: number, b: number): number {
  const [small, big] = a < b ? [a, b] : [b, a]
  const sum = small + big
  if (big < large) return logGamma(small) + logGamma(big) - logGamma(sum)
  const shrink = (big - 0.5) * Math.log1p(-small / sum)
  if (small < large) return logGamma(small) + shrink - small * Math.log(sum) + small + correction(big) - correction(sum)
  return (
    (small - 0.5) * Math.log(small / sum) +
    shrink -
    0.5 * Math.log(sum) +
    0.5 * Math.log(2 * Math.PI) +
    correction(small) +
    correction(big) -
    correction(sum)
  )
}
