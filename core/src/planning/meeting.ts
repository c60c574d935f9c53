// Sides are compared within blocks: where a block holds hardly a user, nobody is compared with anybody.
import { testKind } from '../rollout/guardrail-test.ts'
import type { Guardrail } from '../rollout/plan.ts'
import { shortNumber, spanText } from '../rollout/words.ts'

/**
 * Part of what the units say that a comparison within blocks hears, at so many units a block. Of N units, each on either side by chance,
 * N - 1 count: the mean of (N - 1)+ over that of N, N Poisson.
 */
export const meeting = (unitsPerBlock: number): number =>
  unitsPerBlock < 1e-6 ? unitsPerBlock / 2 : 1 + Math.expm1(-unitsPerBlock) / unitsPerBlock

/** Rates and quantiles against the baseline; means wait for enough of both sides, whichever blocks they come in. */
export const comparesInBlocks = (guardrail: Guardrail): boolean =>
  guardrail.compare === 'ratio' && !guardrail.window && testKind(guardrail) !== 'mean'

const longer = [
  ['1m', 60_000],
  ['10m', 600_000],
  ['1h', 3_600_000],
] as const
const wantedUnits = 5

/** What to do where users are so few that a block loses half of what they say and more; null elsewhere. */
export function blockAdvice(blockMs: number, unitsPerMs: number): string | null {
  const units = blockMs * unitsPerMs
  const better = longer.find(([, ms]) => ms * unitsPerMs >= wantedUnits) ?? longer[2]
  if (meeting(units) >= 0.5 || better[1] <= blockMs) return null
  return `Say "block": "${better[0]}": one of ${spanText(blockMs)} holds about ${shortNumber(units)} users, and only within one are the sides compared.`
}
