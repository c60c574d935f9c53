const alpha = 0.01

/** Relative entropy of two rates, in nats. */
export function divergence(p: number, q: number): number {
  const part = (a: number, b: number) => (a === 0 ? 0 : a * Math.log(a / b))
  return part(p, q) + part(1 - p, 1 - q)
}

/**
 * Fewest candidate units that any test of level 1 % needs on average to tell rate `p1` from a known `p0` (Wald 1945), the
 * chance of a miss going to 0.
 */
export const waldSamples = (p1: number, p0: number): number => Math.log(1 / alpha) / divergence(p1, p0)
