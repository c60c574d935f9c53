export type VerdictWord = 'pass' | 'measuring' | 'warn' | 'fail' | 'no_data'

/** One arm's counts behind a verdict. */
export interface ArmSummary {
  /** Units counted; calls, where a guardrail counts these. */
  readonly units: number
  /** Of these, units with the outcome; null for amounts. */
  readonly events: number | null
  /** The rate, the mean or the quantile; null when nothing was counted. */
  readonly value: number | null
}

/**
 * What the evidence says of one guardrail. `interval` is the set of limits that the two tests have not refused, so that
 * the picture and the decision cannot disagree: its lower end beyond the limit is a breach, its upper end within the safe
 * line is proof of safety (mirrored for `under`). An end that nothing bounds yet is null. In the limit's unit: a multiple
 * of the baseline for ratios, else the metric's.
 */
export interface Verdict {
  readonly guardrail: string
  readonly verdict: VerdictWord
  /** What this visit has shown, or the nearest value in the interval. */
  readonly estimate: number | null
  readonly interval: readonly [number | null, number | null]
  readonly candidate: ArmSummary
  readonly baseline: ArmSummary
  /** Natural logarithm of the harm evidence, weighted within its class, and where it warns and breaches. */
  readonly harm: { readonly logE: number; readonly warnsAt: number; readonly breachesAt: number }
  readonly safety: { readonly logE: number; readonly provenAt: number }
  /** How the last windows stand, for a threshold over windows: it has no interval and no evidence. Else null. */
  readonly windows: {
    readonly beyond: number
    readonly seen: number
    readonly needed: number
    readonly of: number
  } | null
  /** A breach that the baseline suffers as well, as far as the evidence goes. */
  readonly shared: boolean
  readonly noDataSinceMs: number | null
  /** The sides that have been silent for too long; none when what they sent cannot be used. */
  readonly silent: readonly ('T' | 'C')[]
  readonly sentence: string
}
