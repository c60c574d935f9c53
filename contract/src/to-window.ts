import type { Stat, WindowTest } from '@sluice/core/rollout'
import { durationOf, formatDuration } from './duration.ts'
import type { GuardrailInput } from './plan.ts'
import { brokenRule } from './problem.ts'
import type { FieldError } from './problem.ts'

const windowDefaults = { lengthMs: 300_000, breach: 2, of: 3, minSamples: 100 } as const

/** The threshold over windows that is asked for, its defaults filled in; null: evidence decides. */
export function windowOf(
  { test, window: given }: GuardrailInput,
  stat: Stat,
  pointer: string,
  blockMs: number,
  problems: FieldError[],
): WindowTest | null {
  if (test === 'evidence' && given)
    problems.push(brokenRule(pointer, 'Windows are for thresholds: leave them out, or say test "window".'))
  if (test !== 'window' && !given) return null
  const { length, breach, of, minSamples, ceiling = null } = given ?? {}
  const lengthMs = durationOf(length, windowDefaults.lengthMs)
  const blocks = Math.max(1, Math.round(lengthMs / blockMs))
  const among = of ?? Math.max(breach ?? 0, windowDefaults.of)
  const needed = breach ?? Math.min(windowDefaults.breach, among)
  if (needed > among)
    problems.push(
      brokenRule(`${pointer}/breach`, `Expected at most ${among} (of), the windows that are looked at; got ${needed}.`),
    )
  if (lengthMs < blockMs)
    problems.push(brokenRule(`${pointer}/length`, `A window holds at least one block of ${formatDuration(blockMs)}.`))
  return {
    blocks,
    breach: needed,
    of: among,
    minSamples: minSamples ?? (stat === 'count' ? 1 : windowDefaults.minSamples),
    ceiling,
  }
}
