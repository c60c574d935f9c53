import { limitText, safeText } from '../rollout/describe-verdict.ts'
import { isRate } from '../rollout/guardrail-test.ts'
import { shareOf } from '../rollout/plan.ts'
import type { Guardrail, Plan } from '../rollout/plan.ts'
import { isTarget } from '../rollout/waiting.ts'
import { listText } from '../rollout/words.ts'
import type { Finding } from './finding.ts'
import { lintBlind } from './lint-blind.ts'
import type { Acting } from './lint-blind.ts'
import { lintWindow } from './lint-window.ts'
import { isBeyondAll, isBrokenByBaseline, lintHistory } from './lint-history.ts'
import type { Outlook } from './outlook.ts'
import { aboutText, actingAt, stageText } from './plan-words.ts'
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
    // Of a limit that cannot stay as it is nobody wants to know what it sees.
    const isToMove = isBeyondAll(guardrail, traffic) || isBrokenByBaseline(guardrail, traffic)
    return outlook && outlook.unknown === null && !isToMove ? [{ guardrail, outlook }] : []
  })
  return [
    ...lintUnits(plan, stage, traffic),
    ...lintBlind(plan, stage, acting, outlooks, traffic),
    ...(plan.advance === 'proof'
      ? acting.flatMap((one) => lintProof(plan, stage, one))
      : lintTargets(plan, stage, acting)),
    ...acting.flatMap(({ guardrail }) => lintWindow(plan, stage, guardrail, traffic)),
  ]
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
  const count = smaller < 1 ? 'hardly one' : `about ${Math.round(smaller)}`
  const noun = Math.round(smaller) <= 1 ? 'user' : 'users'
  return [
    {
      severity: 'warning',
      code: 'few_units',
      pointer: `/stages/${stage}`,
      sentence: `${stageText(plan, stage)} has ${count} ${arm} ${noun}: that says something about these users, not about users.`,
      remedy: `Let it last ${aboutText((fewestUnits / smaller) * planned.atLeastMs)}, or ${arm === 'candidate' ? 'open a larger share' : 'keep more of them on the baseline'}.`,
    },
  ]
}

function lintProof(plan: Plan, stage: number, { guardrail, outlook }: Acting): Finding[] {
  const { atLeastMs = 0 } = plan.stages[stage] ?? {}
  if (guardrail.window) return []
  const pointer = `/stages/${stage}`
  const line = safeText(guardrail)
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

/** On quiet the count alone has to keep a target: which of them the stage cannot prove, and which it will never keep. */
function lintTargets(plan: Plan, stage: number, acting: readonly Acting[]): Finding[] {
  const { atLeastMs = 0 } = plan.stages[stage] ?? {}
  const targets = acting.filter(({ guardrail }) => !guardrail.window && isTarget(guardrail))
  const missed = targets.filter(({ guardrail, outlook: { baseline } }) => isBetween(guardrail, baseline))
  const unproven = targets.filter((one) => !missed.includes(one) && !((one.outlook.proofMs ?? Infinity) <= atLeastMs))
  const pointer = `/stages/${stage}`
  return [
    ...missed.map(({ guardrail, outlook }): Finding => ({
      severity: 'warning',
      code: 'between',
      pointer,
      sentence: `${stageText(plan, stage)} waits for a person: ${betweenText(guardrail, outlook)}.`,
      remedy:
        guardrail.compare === 'ratio'
          ? 'Move the target to 1x or beyond, unless the change is there to be better in this.'
          : 'Move the target beyond what is normal, or compare with the baseline.',
    })),
    ...(unproven.length === 0
      ? []
      : [
          {
            severity: 'warning',
            code: 'slow_proof',
            pointer,
            sentence: `${stageText(plan, stage)} is too short to prove ${listText(unproven.map(({ guardrail, outlook }) => `${outlook.label} ${safeText(guardrail)}${outlook.proofMs === null ? '' : ` (${aboutText(outlook.proofMs)})`}`))}: the count alone has to keep these targets.`,
            remedy: 'Let it last longer or open a larger share, if the targets are to be proven.',
          } satisfies Finding,
        ]),
  ]
}

function betweenText(guardrail: Guardrail, { baseline, label }: Outlook): string {
  const lines = `between the target (${safeText(guardrail)}) and the limit (${limitText(guardrail)})`
  const value = limitText(guardrail, baseline ?? 0)
  return guardrail.compare === 'ratio'
    ? `a candidate just like the baseline, at ${value} its ${label}, lies ${lines}`
    : `the baseline, at ${value} ${label}, lies ${lines}, and so will an equal candidate`
}

/** Past the target and short of the limit; a comparison's baseline is 1x itself. */
const isBetween = ({ direction, safe, limit }: Guardrail, value: number | null): boolean =>
  value !== null && (direction === 'over' ? value > safe && value <= limit : value < safe && value >= limit)

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
