import { limitText } from '../rollout/describe-verdict.ts'
import { shareOf } from '../rollout/plan.ts'
import type { Guardrail, Plan } from '../rollout/plan.ts'
import { listText, percentText } from '../rollout/words.ts'
import type { Finding } from './finding.ts'
import { blockAdvice, comparesInBlocks } from './meeting.ts'
import { likely } from './outlook.ts'
import type { Outlook } from './outlook.ts'
import { aboutText, stageText } from './plan-words.ts'
import type { Traffic } from './traffic.ts'

const day = 86_400_000

/** A guardrail that acts at a stage, and what it can see there. */
export interface Acting {
  readonly guardrail: Guardrail
  readonly outlook: Outlook
}

/** Blind is who finds twice the limit in less than half of all rollouts, or five times in less than four of five. */
const isBlind = ({ guardrail, outlook: { prospects } }: Acting): boolean => {
  const [twice, five] = prospects
  if (guardrail.window || !twice || !five) return false
  return twice.power < 0.5 || five.power < likely
}

/** A stage in which harm is not found in time, with what it would need here and at the next share. */
export function lintBlind(
  plan: Plan,
  stage: number,
  acting: readonly Acting[],
  outlooks: readonly (readonly Outlook[])[],
  { unitsPerDay }: Traffic,
): Finding[] {
  const blind = acting.filter(isBlind)
  const planned = plan.stages[stage]
  if (blind.length === 0 || !planned) return []
  const needed = longest(blind.map(({ outlook }) => outlook))
  const timeAt = (other: number): number =>
    longest(blind.map(({ guardrail }) => outlooks[other]?.find((one) => one.guardrail === guardrail.id)))
  const next = plan.stages[stage + 1]
  const sooner =
    next && timeAt(stage + 1) < needed ? `, ${aboutText(timeAt(stage + 1))} at ${percentText(shareOf(next))}` : ''
  const about = aboutText(needed)
  const need =
    needed === Infinity ? 'ten years would not do' : `that needs ${about === 'years' ? '' : 'about '}${about}`
  const word = blind.length === acting.length ? 'blind' : 'half blind'
  const longerBlock = blockAdvice(plan.blockMs, unitsPerDay / day)
  const advice = longerBlock !== null && blind.some(({ guardrail }) => comparesInBlocks(guardrail)) ? [longerBlock] : []
  const seesMoreLater = plan.stages.some((_, other) => other > stage && timeAt(other) < needed)
  return [
    {
      severity: 'warning',
      code: 'blind',
      pointer: `/stages/${stage}`,
      sentence: `${stageText(plan, stage)} is ${word}: it finds ${listText([...new Set(blind.map(foundText))])}; ${need}${sooner}.`,
      remedy: [...advice, remedy(needed, shareOf(planned) <= 50_000, seesMoreLater)].join(' '),
    },
  ]
}

/** Until all of them have found it; for ever where one does not look. */
const longest = (outlooks: readonly (Outlook | undefined)[]): number =>
  Math.max(...outlooks.map((outlook) => outlook?.prospects[0]?.timeMs ?? Infinity))

function foundText({ guardrail, outlook: { prospects, label } }: Acting): string {
  const [twice] = prospects
  const found = Math.round(100 * (twice?.power ?? 0))
  return `${limitText(guardrail, twice?.effect)} ${label} in ${found === 0 ? 'none' : found} of 100 rollouts`
}

/** Beyond half of the units it is the baseline that becomes too small to compare with. */
function remedy(needed: number, isCandidateSmaller: boolean, seesMoreLater: boolean): string {
  const share = isCandidateSmaller ? 'open a larger share' : 'keep more of the users on the baseline'
  if (needed === Infinity) return `Watch something that happens more often, or ${share}.`
  return seesMoreLater
    ? `Let it last that long, ${share}, or take it as a warm-up before stages that see more.`
    : `Let it last that long, or ${share}.`
}
