/** What the ledger counts of one metric, and how. */
export interface LedgerMetric {
  /** Tells it from other ways to count the same metric; the ledger's blocks use it. */
  readonly key: string
  /** The name in the rows. */
  readonly metric: string
  /** A class of the metric's outcomes: the rows then carry `metric.class` as well, or it was another class. */
  readonly where: string | null
  /** Another metric that the amount is divided by, row by row. */
  readonly per: string | null
  /** `rate`: 0 or 1. `count`: a unit counts once when it is 1 or more. `value`: an amount. */
  readonly kind: 'rate' | 'count' | 'value'
  /** The outcome that counts as a failure; rates only. */
  readonly failsOn: 0 | 1
  /** `unit`: each unit once. `request`: each call for itself. `window`: sums of calls, for limits over windows of time. */
  readonly counting: 'unit' | 'request' | 'window'
  /** An outcome that takes the meaning from the amount: a refusal's time says nothing about speed. Default: none. */
  readonly spoiltBy?: string
}

/** What a row says of a metric; undefined when nothing that can be used. */
export function readMetric(
  { metric, where, per, kind, spoiltBy }: LedgerMetric,
  metrics: Readonly<Record<string, number>>,
): number | undefined {
  const whole = own(metrics, metric)
  const value = where === null ? whole : (own(metrics, `${metric}.${where}`) ?? (whole === undefined ? undefined : 0))
  if (value === undefined || !Number.isFinite(value) || value < 0) return undefined
  if (kind === 'rate') return value === 0 || value === 1 ? value : undefined
  if (spoiltBy !== undefined && own(metrics, spoiltBy) === 1) return undefined
  if (per === null) return value
  const divisor = own(metrics, per)
  return divisor !== undefined && Number.isFinite(divisor) && divisor > 0 ? value / divisor : undefined
}

export const isFailure = ({ kind, failsOn }: LedgerMetric, value: number): boolean =>
  kind === 'count' ? value >= 1 : value === failsOn

const own = (metrics: Readonly<Record<string, number>>, name: string): number | undefined =>
  Object.hasOwn(metrics, name) ? metrics[name] : undefined
