/** What a metric counts: yes-or-no outcomes, how many there were, or amounts. */
export type MetricKind = 'rate' | 'count' | 'value'

/** What a guardrail looks at: the share of units with the outcome, how many there were, the mean amount, or a quantile. */
export type Stat = 'rate' | 'count' | 'mean' | 'p50' | 'p90' | 'p95' | 'p99'

export interface Metric {
  readonly name: string
  readonly kind: MetricKind
  /** How a sentence calls it, in the plural: "errors", "latency". */
  readonly label: string
  /** Which of the two outcomes is the bad one; only `completed` counts its absence. */
  readonly failsOn: 0 | 1
  /** Upper bound of one value, where the metric has one by nature. */
  readonly bound: number | null
  readonly unit: '' | 'ms' | 'tokens' | 'USD'
}

const rate = (name: string, label: string, failsOn: 0 | 1 = 1): Metric => ({
  name,
  kind: 'rate',
  label,
  failsOn,
  bound: null,
  unit: '',
})

const value = (name: string, label: string, unit: Metric['unit'], bound: number | null = null): Metric => ({
  name,
  kind: 'value',
  label,
  failsOn: 1,
  bound,
  unit,
})

/** The metrics every Sluice knows without a declaration. */
export const builtInMetrics: Readonly<Record<string, Metric>> = Object.fromEntries(
  [
    rate('error', 'errors'),
    rate('fallback', 'fallbacks'),
    rate('completed', 'incomplete calls', 0),
    rate('stuck', 'stuck calls'),
    rate('complaint', 'complaints'),
    rate('model', 'calls of the model'),
    value('latency_ms', 'latency', 'ms'),
    value('time_to_first_token_ms', 'time to first token', 'ms'),
    value('input_tokens', 'input tokens', 'tokens'),
    value('output_tokens', 'output tokens', 'tokens'),
    value('tokens', 'tokens', 'tokens'),
    value('cost_usd', 'cost', 'USD'),
    value('quality', 'quality', '', 1),
  ].map((metric) => [metric.name, metric]),
)

/**
 * The metric of that name; a custom one is what the guardrail's statistic makes of it. `error.rate_limited` is a class of
 * `error`, and yes or no like it.
 */
export function metricNamed(name: string, stat: Stat): Metric {
  const known = Object.hasOwn(builtInMetrics, name) ? builtInMetrics[name] : undefined
  if (known) return known
  const [whole = '', ...classes] = name.split('.')
  const parent = classes.length > 0 && Object.hasOwn(builtInMetrics, whole) ? builtInMetrics[whole] : undefined
  if (parent?.kind === 'rate') return { ...parent, name, label: `${parent.label} (${classes.join('.')})` }
  if (stat === 'rate') return rate(name, name)
  return stat === 'count' ? { ...value(name, name, ''), kind: 'count' } : value(name, name, '')
}

/** A failed call's times say nothing about speed: quick refusals would make the arm that refuses look fast. */
export const isSpoiltByFailure = (metric: string): boolean => metric.endsWith('_ms')

/** The metrics of one call that evidence may use. */
export function comparable(metrics: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  if (metrics['error'] !== 1) return metrics
  return Object.fromEntries(Object.entries(metrics).filter(([name]) => !isSpoiltByFailure(name)))
}
