import { limitText } from '../rollout/describe-verdict.ts'
import type { Guardrail } from '../rollout/plan.ts'
import { likely } from './outlook.ts'
import type { Outlook } from './outlook.ts'
import { aboutText } from './plan-words.ts'

const unknownText = {
  no_traffic: 'unknown: no traffic is known',
  unseen: 'unknown: the metric was never reported',
  zero: 'unknown: the baseline has none, and a multiple of nothing cannot be planned',
} as const

/** What a guardrail can see at a stage, in a sentence. */
export function describeOutlook(guardrail: Guardrail, outlook: Outlook): string {
  if (outlook.unknown !== null) return `${outlook.label}: ${unknownText[outlook.unknown]}`
  const [twice] = outlook.prospects
  const smallest =
    outlook.smallestEffect === null
      ? 'finds nothing in time'
      : `finds ${limitText(guardrail, outlook.smallestEffect)} and worse in time`
  const effect = twice ? limitText(guardrail, twice.effect) : ''
  const soon =
    twice === undefined ? '' : twice.timeMs === null ? `, ${effect} never` : `, ${effect} in ${aboutText(twice.timeMs)}`
  const proof = outlook.proofMs === null ? 'never proven safe' : `proven safe in ${aboutText(outlook.proofMs)}`
  return `${outlook.label}: ${smallest}${soon}; ${proof} (each in ${100 * likely} of 100 rollouts)`
}
