import type { RolloutVerdict } from '@sluice/contract'
import type { VerdictWord } from './states.ts'

const severity: Readonly<Record<VerdictWord, number>> = { fail: 0, warn: 1, no_data: 2, measuring: 3, pass: 4 }
const consequence: Readonly<Record<string, number>> = { rollback: 0, 'step-back': 1, hold: 2, notify: 3 }

/** Worst first; among equals the one whose breach does most, then the one nearer to its breach. */
export function worstFirst(verdicts: readonly RolloutVerdict[]): readonly RolloutVerdict[] {
  return [...verdicts].sort(
    (one, other) =>
      severity[one.verdict] - severity[other.verdict] ||
      (consequence[one.onBreach] ?? 4) - (consequence[other.onBreach] ?? 4) ||
      other.harm.logE - one.harm.logE,
  )
}

/** How far a guardrail is on its way to an answer, 0 to 1: the nearer of its two ends. */
export function progress({ harm, safety }: Pick<RolloutVerdict, 'harm' | 'safety'>): number {
  const part = (logE: number, end: number): number => (end <= 0 ? 0 : Math.min(1, Math.max(0, logE / end)))
  return Math.max(part(harm.logE, harm.breachesAt), part(safety.logE, safety.provenAt))
}
