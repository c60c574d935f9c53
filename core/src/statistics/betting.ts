import type { LogWeights } from './family.ts'

const bets = Array.from({ length: 8 }, (_, j) => 0.95 * 2 ** -j)
const logWeight = -Math.log(bets.length)
const weights = bets.map(() => logWeight)

export const bettingWeights: LogWeights = () => weights

const noIncrement = bets.map(() => 0)

/**
 * ln of the factors of a bet on `gain`, whose mean is at most 0 under the null and which never falls below -`worst`: each
 * j stakes 0.95 · 2^(1-j). `scale` in (0, 1] shrinks bets on few units. Waudby-Smith, Ramdas (2024).
 * Where nothing can be lost, or the numbers are none, there is no bet: 0.
 */
export function bettingIncrements(gain: number, worst: number, scale: number): readonly number[] {
  if (!(worst > 0 && worst < Infinity && Number.isFinite(gain) && scale > 0)) return noIncrement
  return bets.map((bet) => Math.log(Math.max(1 + (bet * scale * gain) / worst, 1e-3)))
}
