/** What a call measured, by metric name. Money may be a decimal text, so that no digit is lost. */
export type Metrics = Readonly<Record<string, number | boolean | string>>

/** One row of the wire: an exposure has no metrics, an outcome has some. `at` is the start of the call, RFC 3339. */
export interface Observation {
  readonly flag: string
  readonly variant: string
  /** Absent where the row must not be evidence: the unit is in no arm of the rollout, or cannot be carried. */
  readonly unit?: string
  readonly at: string
  readonly model?: string
  /** What the call was for: the context's `task`. */
  readonly task?: string
  readonly metrics: Metrics
  readonly attempt?: number
  readonly visit?: number
  /** With a hash in place of the unit: the arm, which the server cannot find out then. */
  readonly arm?: 'T' | 'C'
  readonly revision?: number
}

const longestText = 200

/** The metrics that the wire can carry; what is neither a finite number, a boolean nor a short text is left out. */
export function cleanMetrics(given: unknown): Record<string, number | boolean | string> {
  const clean: Record<string, number | boolean | string> = {}
  if (typeof given !== 'object' || given === null) return clean
  for (const [name, value] of Object.entries(given)) {
    const isUsable =
      typeof value === 'boolean' ||
      (typeof value === 'number' && Number.isFinite(value)) ||
      (typeof value === 'string' && value !== '' && value.length <= longestText)
    if (isUsable && name !== '' && name.length <= longestText && name !== '__proto__') clean[name] = value
  }
  return clean
}

/** Joins what several steps of one call report: tokens and cost add up, of anything else the last word counts. */
export function addMetrics(before: Metrics, later: Metrics): Metrics {
  const sum = { ...before, ...later }
  for (const [name, value] of Object.entries(later)) {
    const total = Number(before[name]) + Number(value)
    if (isAdditive(name) && Number.isFinite(total)) sum[name] = total
  }
  return sum
}

const isAdditive = (name: string): boolean => name === 'cost_usd' || name.endsWith('tokens')
