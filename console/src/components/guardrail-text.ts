import type { Rollout } from '@sluice/contract'
import { metricNamed } from '@sluice/core/rollout'
import { formatMeasure } from '../format/numbers.ts'

type Guardrail = Rollout['plan']['guardrails'][number]

const consequences: Readonly<Record<Guardrail['onBreach'], string>> = {
  notify: 'tell you',
  hold: 'hold',
  'step-back': 'step back',
  rollback: 'roll back',
}

/** A guardrail of a plan in a line: "p95 latency over 1.5x the baseline: hold". */
export function guardrailText(guardrail: Guardrail): string {
  const { metric, stat, where, per, onBreach } = guardrail
  const {
    name: called,
    label: failed,
    unit,
    failsOn,
  } = metricNamed(where === undefined ? metric : `${metric}.${where}`, stat)
  // "completed under 95 %": the limit is one on what went well, and so is the word.
  const label = failsOn === 0 && guardrail.under !== undefined ? `${called} calls` : failed
  const name = [stat === 'rate' || stat === 'count' ? '' : `${stat} `, label.replaceAll('_', ' ')].join('')
  const shown = (value: number): string => formatMeasure(value, { stat, unit })
  return `${name}${per === undefined ? '' : ` per ${per}`} ${limitText(guardrail, shown)}: ${consequences[onBreach]}`
}

function limitText(guardrail: Guardrail, shown: (value: number) => string): string {
  const { over, under, ratioOver, ratioUnder } = guardrail
  if (over !== undefined) return `over ${shown(over)}`
  if (under !== undefined) return `under ${shown(under)}`
  if (ratioOver !== undefined) return ratioOver === 1 ? 'above the baseline' : `over ${ratioOver}x the baseline`
  return ratioUnder === 1 ? 'below the baseline' : `under ${ratioUnder}x the baseline`
}
