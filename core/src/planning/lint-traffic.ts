import { guardrailLabel, limitText } from '../rollout/describe-verdict.ts'
import { isRate } from '../rollout/guardrail-test.ts'
import { shareOf } from '../rollout/plan.ts'
import type { Guardrail, Plan } from '../rollout/plan.ts'
import { listText, percentText, shortNumber, spanText } from '../rollout/words.ts'
import type { Finding } from './finding.ts'
import { lintHistory } from './lint-history.ts'
import { likely } from './outlook.ts'
import type { Outlook } from './outlook.ts'
import { aboutText, actingAt, stageText } from './plan-words.ts'
import { sightOf } from './sight-of.ts'
import type { Traffic } from './traffic.ts'

const day = 86_400_000

/** Faults that show against the traffic that the plan will meet. `outlooks` are those of every stage. */
export function lintTraffic(
  plan: Plan,
  traffic: Traffic,
  outlooks: readonly (readonly Outlook[])[],
): readonly Finding[] {
  return [
    ...lintHistory(plan, traffic),
    ...plan.stages.flatMap((_, stage) => lintStage(plan, stage, traffic, outlooks)),
    ...lintFallback(plan, traffic),
  ]
}

function lintStage(plan: Plan, stage: number, traffic: Traffic, outlooks: readonly (readonly Outlook[])[]): Finding[] {
  const here = outlooks[stage] ?? []
  const acting = actingAt(plan, stage).flatMap((guardrail) => {
    const outlook = here.find((one) => one.guardrail === guardrail.id)
    return outlook && outlook.unknown === null ? [{ guardrail, outlook }] : []
  })
  return [
    ...lintUnits(plan, stage, traffic),
    ...lintBlind(plan, stage, acting, outlooks),
    ...acting.flatMap((one) => lintProof(plan, stage, one)),
    ...acting.flatMap(({ guardrail }) => lintWindow(plan, stage, guardrail, traffic)),
  ]
}

interface Acting {
  readonly guardrail: Guardrail
  readonly outlook: Outlook
}

const fewestUnits = 100

function lintUnits(plan: Plan, stage: number, { unitsPerDay }: Traffic): Finding[] {
  const planned = plan.stages[stage]
  const usesEvidence = actingAt(plan, stage).some(({ window }) => !window)
  if (!planned || !usesEvidence || !(unitsPerDay > 0)) return []
  const share = shareOf(planned) / 100_000
  const units = (unitsPerDay * planned.atLeastMs) / day
  const comparesArms = actingAt(plan, stage).some(({ compare }) => compare === 'ratio')
  const smaller = units * (comparesArms ? Math.min(share, 1 - share) : share)
  if (smaller >= fewestUnits || smaller === 0) return []
  const arm = comparesArms && share > 0.5 ? 'baseline' : 'candidate'
  return [
    {
      severity: 'warning',
      code: 'few_units',
      pointer: `/stages/${stage}`,
      sentence: `${stageText(plan, stage)} has about ${Math.round(smaller)} ${arm} users: that says something about these users, not about users.`,
      remedy: `Let it last ${aboutText((fewestUnits / smaller) * planned.atLeastMs)}, or open a larger share.`,
    },
  ]
}

/** Blind is who finds twice the limit in less than half of all rollouts, or five times in less than four of five. */
const isBlind = ({ prospects: [twice, five] }: Outlook): boolean =>
  (twice !== undefined && twice.power < 0.5) || (five !== undefined && five.power < likely)

function lintBlind(
  plan: Plan,
  stage: number,
  acting: readonly Acting[],
  outlooks: readonly (readonly Outlook[])[],
): Finding[] {
  const blind = acting.filter(({ guardrail, outlook }) => !guardrail.window && isBlind(outlook))
  if (blind.length === 0) return []
  const parts = blind.map(({ guardrail, outlook }) => {
    const [twice] = outlook.prospects
    const found = Math.round(100 * (twice?.power ?? 0))
    return `${limitText(guardrail, twice?.effect)} ${outlook.label} in ${found === 0 ? 'none' : found} of 100 rollouts`
  })
  const times = blind.map(({ outlook }) => outlook.prospects[0]?.timeMs ?? Infinity)
  const longest = Math.max(...times)
  const next = plan.stages[stage + 1]
  const atNext = Math.max(
    ...blind.map(({ guardrail }) => {
      const later = outlooks[stage + 1]?.find((one) => one.guardrail === guardrail.id)
      return later?.prospects[0]?.timeMs ?? Infinity
    }),
  )
  const elsewhere = next && atNext < longest ? `, ${aboutText(atNext)} at ${percentText(shareOf(next))}` : ''
  const need = longest === Infinity ? 'ten years would not do' : `that needs about ${aboutText(longest)}`
  return [
    {
      severity: 'warning',
      code: 'blind',
      pointer: `/stages/${stage}`,
      sentence: `${stageText(plan, stage)} is ${blind.length === acting.length ? 'blind' : 'half blind'}: it finds ${listText(parts)}; ${need}${elsewhere}.`,
      remedy:
        longest === Infinity
          ? 'Open a larger share, or watch something that happens more often.'
          : 'Let it last that long, open a larger share, or take it as a warm-up before stages that see more.',
    },
  ]
}

function lintProof(plan: Plan, stage: number, { guardrail, outlook }: Acting): Finding[] {
  const { atLeastMs = 0 } = plan.stages[stage] ?? {}
  if (plan.advance !== 'proof' || guardrail.window) return []
  const pointer = `/stages/${stage}`
  const safe = limitText(guardrail, guardrail.safe)
  const line = `${guardrail.direction === 'over' ? 'below' : 'above'} ${safe}`
  const today =
    outlook.baseline === null || guardrail.compare === 'ratio'
      ? ''
      : ` (the baseline is at ${limitText(guardrail, outlook.baseline)})`
  if (outlook.proofMs === null)
    return [
      {
        severity: 'warning',
        code: 'unreachable',
        pointer,
        sentence: `${stageText(plan, stage)} can never prove that ${outlook.label} stay ${line}${today}: what follows opens by hand only.`,
        remedy: 'Move the safe line, or advance on quiet.',
      },
    ]
  if (outlook.proofMs <= 3 * atLeastMs) return []
  return [
    {
      severity: 'warning',
      code: 'slow_proof',
      pointer,
      sentence: `${stageText(plan, stage)} needs about ${aboutText(outlook.proofMs)} to prove that ${outlook.label} stay ${line}.`,
      remedy: 'Plan for that time, open a larger share, move the safe line, or advance on quiet.',
    },
  ]
}

const mostFalseAlarms = 0.05

function lintWindow(plan: Plan, stage: number, guardrail: Guardrail, traffic: Traffic): Finding[] {
  const { window } = guardrail
  const planned = plan.stages[stage]
  if (!window || !planned) return []
  const pointer = `/stages/${stage}`
  const label = guardrailLabel(guardrail)
  const share = shareOf(planned) / 100_000
  const lengthMs = window.blocks * plan.blockMs
  const callsPerMs = (traffic.callsPerDay ?? traffic.unitsPerDay) / day
  const calls = callsPerMs * lengthMs * (guardrail.compare === 'ratio' ? Math.min(share, 1 - share) : share)
  if (calls < window.minSamples)
    return [
      {
        severity: 'warning',
        code: 'window_empty',
        pointer,
        sentence: `${stageText(plan, stage)}: a window of ${spanText(lengthMs)} gets about ${shortNumber(calls)} calls and needs ${window.minSamples}: ${label} say nothing here.`,
        remedy: `Take windows of ${aboutText((window.minSamples / Math.max(calls, 1e-9)) * lengthMs)}, fewer calls, or evidence in their place.`,
      },
    ]
  const sight = sightOf(plan, stage, guardrail, traffic)
  if (typeof sight === 'string') return []
  const alarms = sight.found(sight.baseline)(planned.atLeastMs)
  if (alarms <= mostFalseAlarms) return []
  return [
    {
      severity: 'warning',
      code: 'window_alarms',
      pointer,
      sentence: `${stageText(plan, stage)}: the threshold on ${label} (${limitText(guardrail)}) fires in about ${Math.round(100 * alarms)} of 100 healthy rollouts.`,
      remedy: 'Take evidence in its place, longer windows, or a further limit.',
    },
  ]
}

/** Answers of a fallback look like successes of the candidate. */
function lintFallback({ guardrails }: Plan, { rates }: Traffic): Finding[] {
  if (!Object.hasOwn(rates, 'fallback') || guardrails.some(({ metric }) => metric === 'fallback')) return []
  if (!guardrails.some((guardrail) => isRate(guardrail) && guardrail.metric === 'error')) return []
  return [
    {
      severity: 'warning',
      code: 'fallback_unguarded',
      pointer: '/guardrails',
      sentence:
        'Calls of this flag fall back to the other variant, and no guardrail looks at it: a candidate that always fails over shows no errors.',
      remedy: 'Add a guardrail on "fallback".',
    },
  ]
}
