import { metricNamed } from './metric.ts'
import type { Guardrail } from './plan.ts'
import type { Verdict } from './verdict.ts'
import { amountText, clockText, spanText } from './words.ts'

/** "p95 latency", "errors", "mean cost". */
export function guardrailLabel({ metric, stat }: Guardrail): string {
  const { label } = metricNamed(metric, stat)
  return stat === 'rate' ? label : `${stat} ${label}`
}

export function limitText(guardrail: Guardrail, value: number = guardrail.limit): string {
  const { compare, stat, metric } = guardrail
  return amountText(value, compare, stat, metricNamed(metric, stat).unit)
}

/** What is known of the interval, in words: "1.4x to 7.1x", "below 3.2x", "above 1.2x"; empty when nothing is. */
export function intervalText(guardrail: Guardrail, [low, high]: Verdict['interval']): string {
  if (low !== null && high !== null) return `${limitText(guardrail, low)} to ${limitText(guardrail, high)}`
  if (low !== null) return `above ${limitText(guardrail, low)}`
  return high === null ? '' : `below ${limitText(guardrail, high)}`
}

/** One verdict as people read it everywhere: console, CLI, API and report. */
export function describeVerdict(guardrail: Guardrail, verdict: Omit<Verdict, 'sentence'>, nowMs: number): string {
  const label = guardrailLabel(guardrail)
  if (verdict.verdict === 'no_data' && verdict.noDataSinceMs !== null) {
    const { noDataSinceMs: since } = verdict
    return `${label}: no data from ${silentSides(verdict)} since ${clockText(since)}, for ${spanText(nowMs - since)}`
  }
  const limit = `limit ${limitText(guardrail)}`
  const interval = intervalText(guardrail, verdict.interval)
  if (verdict.estimate === null)
    return `${label}: ${interval === '' ? 'nothing to compare yet' : interval}${interval && guardrail.compare === 'ratio' ? ' the baseline' : ''}, ${limit}${countsText(guardrail, verdict)}`
  const against = guardrail.compare === 'ratio' ? ' the baseline' : guardrail.stat === 'rate' ? ' of users' : ''
  const range = interval === '' ? '' : ` (${interval})`
  return `${label} ${limitText(guardrail, verdict.estimate)}${against}${range}, ${limit}${countsText(guardrail, verdict)}`
}

function silentSides({ silent }: Pick<Verdict, 'silent'>): string {
  if (silent.length === 2) return 'either side'
  return silent[0] === 'T' ? 'the candidate' : 'the baseline'
}

function countsText({ compare }: Guardrail, { candidate, baseline }: Omit<Verdict, 'sentence'>): string {
  if (candidate.units === 0 && baseline.units === 0) return ''
  const arm = ({ events, units }: Verdict['candidate']) => (events === null ? `${units}` : `${events} of ${units}`)
  return compare === 'ratio' ? `: ${arm(candidate)} users against ${arm(baseline)}` : `: ${arm(candidate)} users`
}
