import { isRate, metricOf } from './guardrail-test.ts'
import type { Guardrail } from './plan.ts'
import type { Verdict } from './verdict.ts'
import { amountText, clockText, spanText } from './words.ts'

/** "p95 latency", "errors", "mean cost". */
export function guardrailLabel(guardrail: Guardrail): string {
  const { label } = metricOf(guardrail)
  const { stat } = guardrail
  return isRate(guardrail) ? label : `${stat} ${label}`
}

/** Where safety begins: "below 2 %", "above 0.8x". */
export const safeText = (guardrail: Guardrail): string =>
  `${guardrail.direction === 'over' ? 'below' : 'above'} ${limitText(guardrail, guardrail.safe)}`

export function limitText(guardrail: Guardrail, value: number = guardrail.limit): string {
  const { compare, stat } = guardrail
  return amountText(value, compare, stat, metricOf(guardrail).unit)
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
    if (verdict.silent.length === 0) return `${label}: numbers that cannot be used since ${clockText(since)}`
    return `${label}: no data from ${silentSides(verdict)} since ${clockText(since)}, for ${spanText(nowMs - since)}`
  }
  const limit = `limit ${limitText(guardrail)}`
  if (verdict.windows) return describeWindows(guardrail, verdict, verdict.windows)
  const interval = intervalText(guardrail, verdict.interval)
  if (verdict.estimate === null)
    return `${label}: ${interval === '' ? 'nothing to compare yet' : interval}${interval && guardrail.compare === 'ratio' ? ' the baseline' : ''}, ${limit}${countsText(guardrail, verdict)}`
  const against =
    guardrail.compare === 'ratio' ? ' the baseline' : guardrail.stat === 'rate' ? ` of ${counted(guardrail)}` : ''
  const [low, high] = verdict.interval
  const isLate = verdict.estimate < (low ?? -Infinity) || verdict.estimate > (high ?? Infinity)
  const range = interval === '' ? '' : isLate ? `, lately ${interval}` : ` (${interval})`
  return `${label} ${limitText(guardrail, verdict.estimate)}${against}${range}, ${limit}${countsText(guardrail, verdict)}`
}

function silentSides({ silent }: Pick<Verdict, 'silent'>): string {
  if (silent.length === 2) return 'either side'
  return silent[0] === 'T' ? 'the candidate' : 'the baseline'
}

/** What a guardrail counts: users (whatever the unit is), or calls. */
const counted = ({ counting, window }: Guardrail): string => (counting === 'request' || window ? 'calls' : 'users')

/** "errors 7 % in 2 of 3 windows beyond the limit of 5 % (breach at 2): …"; a threshold promises nothing, and says so. */
function describeWindows(
  guardrail: Guardrail,
  verdict: Omit<Verdict, 'sentence'>,
  { beyond, seen, needed, of }: NonNullable<Verdict['windows']>,
): string {
  const label = guardrailLabel(guardrail)
  const against = guardrail.compare === 'ratio' ? ' the baseline' : ''
  const now =
    verdict.estimate === null ? '' : ` ${limitText(guardrail, verdict.estimate)}${against} in the last window,`
  const count =
    seen === 0 ? ': no window is over yet' : ` ${beyond} of the last ${seen} windows beyond ${limitText(guardrail)}`
  return `${label}${now}${count} (${needed} of ${of} are a breach; a threshold, no statistical guarantee)${countsText(guardrail, verdict)}`
}

function countsText(guardrail: Guardrail, { candidate, baseline }: Omit<Verdict, 'sentence'>): string {
  if (candidate.units === 0 && baseline.units === 0) return ''
  const arm = ({ events, units }: Verdict['candidate']) => (events === null ? `${units}` : `${events} of ${units}`)
  const who = `${arm(candidate)} ${counted(guardrail)}${guardrail.counting === 'request' ? ' (taken as independent)' : ''}`
  return guardrail.compare === 'ratio' ? `: ${who} against ${arm(baseline)}` : `: ${who}`
}
