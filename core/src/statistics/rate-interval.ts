import { isCount } from './is-count.ts'
import { logBeta } from './log-beta.ts'

/**
 * The 95 % confidence sequence of one rate after x failures of n, valid at any look: all p at which the Beta(½, ½) mixture
 * is less than 20 times as likely as p. [0, 1] for n = 0, and for numbers that are no counts.
 */
export function rateInterval(n: number, x: number): readonly [low: number, high: number] {
  if (!(isCount(n) && n > 0 && x >= 0 && x <= n)) return [0, 1]
  const mixture = logBeta(0.5 + x, 0.5 + n - x) - logBeta(0.5, 0.5)
  const isRefused = (p: number): boolean => mixture - x * Math.log(p) - (n - x) * Math.log1p(-p) >= Math.log(20)
  const middle = Math.min(1 - 1e-12, Math.max(1e-12, x / n))
  return [end(1e-15, middle, isRefused), end(1 - 1e-15, middle, isRefused)]
}

/** Where refusal ends between a refused and an accepted rate, by halving; the outer one when nothing is refused. */
function end(outer: number, inner: number, isRefused: (p: number) => boolean): number {
  if (!isRefused(outer)) return Math.round(outer)
  let [refused, accepted] = [outer, inner]
  for (let i = 0; i < 60; i++) {
    const middle = (refused + accepted) / 2
    if (isRefused(middle)) refused = middle
    else accepted = middle
  }
  return accepted
}
