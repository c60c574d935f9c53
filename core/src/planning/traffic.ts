import { ledgerMetricOf } from '../rollout/guardrail-test.ts'
import type { Guardrail } from '../rollout/plan.ts'
import type { Histogram } from '../statistics/index.ts'

/** What is known of a flag's traffic before a start: its own recent past on the baseline, or what a person says. */
export interface Traffic {
  /** Distinct units a day that reach the flag. */
  readonly unitsPerDay: number
  /** Calls a day; one a unit where it is left out. Only windows look at calls. */
  readonly callsPerDay?: number
  /** Units that the figures rest on; left out when a person vouches for them. */
  readonly units?: number
  /** Share of units with the bad outcome, by rate metric; a metric that was never reported is absent. */
  readonly rates: Readonly<Record<string, number>>
  /** Amounts of one observation a unit, by metric. */
  readonly values: Readonly<Record<string, Histogram>>
}

/** What the traffic says of the metric of one guardrail. */
export type History =
  | { readonly kind: 'rate'; readonly rate: number }
  | { readonly kind: 'values'; readonly histogram: Histogram }

/** `unseen`: never reported. `zero`: never happened, and a multiple of nothing cannot be planned. */
export type NoHistory = 'no_traffic' | 'unseen' | 'zero'

/** Name under which the traffic knows a guardrail's metric: `error.rate_limited`, `tokens/patches`. */
export const historyName = ({ metric, where, per }: Guardrail): string =>
  `${metric}${where === undefined ? '' : `.${where}`}${per === undefined ? '' : `/${per}`}`

const isPositive = (value: number): boolean => value > 0 && value < Infinity

/** What is known of a guardrail's metric before the start, or why nothing is. */
export function historyOf(guardrail: Guardrail, traffic: Traffic | null): History | NoHistory {
  if (!traffic || !isPositive(traffic.unitsPerDay)) return 'no_traffic'
  const name = historyName(guardrail)
  if (ledgerMetricOf(guardrail).kind === 'rate' || guardrail.stat === 'count') {
    const rate = Object.hasOwn(traffic.rates, name) ? traffic.rates[name] : undefined
    if (rate === undefined || !(rate >= 0 && rate <= 1)) return 'unseen'
    return rate === 0 && guardrail.compare === 'ratio' ? 'zero' : { kind: 'rate', rate }
  }
  const histogram = Object.hasOwn(traffic.values, name) ? traffic.values[name] : undefined
  if (!histogram || histogram.n === 0) return 'unseen'
  return histogram.zeros === histogram.n ? 'zero' : { kind: 'values', histogram }
}
