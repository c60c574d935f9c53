import { guardrailLabel, limitText } from '../rollout/describe-verdict.ts'
import { warmUpBlocks } from '../rollout/evidence.ts'
import { isRate, testKind } from '../rollout/guardrail-test.ts'
import { actsIn } from '../rollout/judge.ts'
import { shareOf } from '../rollout/plan.ts'
import type { Guardrail, Plan } from '../rollout/plan.ts'
import { percentText, spanText } from '../rollout/words.ts'
import type { Finding } from './finding.ts'
import { lintPairs } from './lint-pairs.ts'
import { actingAt, stageText, windowsMs } from './plan-words.ts'

/** Faults that can be told from the plan alone. */
export function lintStructure(plan: Plan): readonly Finding[] {
  return [
    ...plan.stages.flatMap((_, stage) => lintStage(plan, stage)),
    ...plan.guardrails.flatMap((guardrail, i) => lintGuardrail(plan, guardrail, i)),
    ...lintPairs(plan),
  ]
}

function lintStage(plan: Plan, stage: number): Finding[] {
  const planned = plan.stages[stage]
  if (!planned) return []
  const pointer = `/stages/${stage}`
  const share = shareOf(planned)
  const before = plan.stages[stage - 1]
  const found: Finding[] = []
  if (before && share <= shareOf(before))
    found.push({
      severity: 'error',
      code: 'shares',
      pointer: `${pointer}/percent`,
      sentence: `Shares must rise: ${percentText(share)} does not follow ${percentText(shareOf(before))}.`,
      remedy:
        share === shareOf(before)
          ? 'Leave one of the two out, or let this one open more.'
          : 'Give the stages in the order in which they open.',
    })
  else if (share <= 0)
    found.push({
      severity: 'error',
      code: 'shares',
      pointer: `${pointer}/percent`,
      sentence: 'Shares must rise: this stage gives the candidate to nobody.',
      remedy: 'Let the first stage open at least 0.001 %.',
    })
  else if (before && share <= 2 * shareOf(before) && stage < plan.stages.length - 1)
    found.push({
      severity: 'warning',
      code: 'doubling',
      pointer,
      sentence: `${stageText(plan, stage)} at most doubles the share before it: half of its users were counted there, and only new ones say more.`,
      remedy: 'Raise the share by three or more at a time, or leave this stage out.',
    })
  if (share < planned.sharePer100k && planned.sharePer100k < 100_000)
    found.push({
      severity: 'warning',
      code: 'shares',
      pointer: `${pointer}/holdback`,
      sentence: `With a holdback of ${percentText(planned.holdbackPer100k)} this stage opens ${percentText(share)}, not ${percentText(planned.sharePer100k)}.`,
      remedy: 'Say the share that it is to open; a holdback is for the stage at 100 %.',
    })
  return [
    ...found,
    ...lintGuards(plan, stage, pointer),
    ...lintTime(plan, stage, pointer),
    ...lintWindows(plan, stage, pointer),
  ]
}

function lintGuards(plan: Plan, stage: number, pointer: string): Finding[] {
  const acting = actingAt(plan, stage)
  if (acting.length === 0)
    return [
      {
        severity: 'error',
        code: 'unguarded',
        pointer,
        sentence: `No guardrail acts in this stage: ${stageText(plan, stage)} would go on whatever happens.`,
        remedy: 'Add one that holds or rolls back.',
      },
    ]
  const planned = plan.stages[stage]
  if (!planned || shareOf(planned) < 100_000 || acting.every(({ compare }) => compare === 'absolute')) return []
  return [
    {
      severity: 'error',
      code: 'no_baseline',
      pointer: `${pointer}/holdback`,
      sentence: 'At 100 % nobody is left to compare with.',
      remedy: 'Keep a holdback such as 5, or use absolute limits here.',
    },
  ]
}

function lintTime(plan: Plan, stage: number, pointer: string): Finding[] {
  const { atLeastMs = 0 } = plan.stages[stage] ?? {}
  if (plan.advance === 'proof') return atLeastMs === 0 ? lintNoTime(plan, stage, pointer) : []
  const comparesAmounts = actingAt(plan, stage).some((guardrail) => !isRate(guardrail) && !guardrail.window)
  const warmUp = comparesAmounts ? (warmUpBlocks + 1) * plan.blockMs : 0
  const needed = Math.max(plan.timeoutMs + plan.blockMs, warmUp)
  if (atLeastMs >= needed) return []
  const why =
    warmUp > plan.timeoutMs + plan.blockMs
      ? `amounts of its first ${warmUpBlocks} blocks are left out (caches are cold)`
      : `calls may take ${spanText(plan.timeoutMs)} to fail`
  return [
    {
      severity: atLeastMs === 0 ? 'error' : 'warning',
      code: atLeastMs === 0 ? 'no_time' : 'short_stage',
      pointer: `${pointer}/atLeast`,
      sentence: `${stageText(plan, stage)} is over before it has been looked at: ${why}.`,
      remedy: `Let it last ${spanText(needed)} or more, or advance on proof.`,
    },
  ]
}

/** A threshold is met by its last windows: a stage stays until so many of them are over, whatever its least time. */
function lintWindows(plan: Plan, stage: number, pointer: string): Finding[] {
  const { atLeastMs = 0 } = plan.stages[stage] ?? {}
  return actingAt(plan, stage).flatMap((guardrail): Finding[] => {
    const { window } = guardrail
    const neededMs = windowsMs(plan, guardrail)
    if (!window || neededMs <= atLeastMs) return []
    return [
      {
        severity: 'warning',
        code: 'slow_proof',
        pointer,
        sentence: `${stageText(plan, stage)} is left after ${window.of} windows on ${guardrailLabel(guardrail)}, no sooner: that takes ${spanText(neededMs)}.`,
        remedy: 'Let it last that long, or take shorter or fewer windows.',
      },
    ]
  })
}

/** Proofs wait for answers by themselves; a comparison of failures may have to be told to. */
function lintNoTime(plan: Plan, stage: number, pointer: string): Finding[] {
  const hasty = actingAt(plan, stage).find(
    (guardrail) => !guardrail.window && testKind(guardrail) === 'rate-ratio' && guardrail.settle !== 'timeout',
  )
  if (!hasty) return []
  return [
    {
      severity: 'error',
      code: 'no_time',
      pointer: `${pointer}/atLeast`,
      sentence: `${stageText(plan, stage)} may be over at once, and ${guardrailLabel(hasty)} would be proven before slow failures have come.`,
      remedy: `Let it last ${spanText(plan.timeoutMs + plan.blockMs)} or more, or let it wait for them ("settle": "timeout").`,
    },
  ]
}

function lintGuardrail(plan: Plan, guardrail: Guardrail, index: number): Finding[] {
  const pointer = `/guardrails/${index}`
  const found: Finding[] = []
  if (guardrail.counting === 'request')
    found.push({
      severity: 'warning',
      code: 'requests',
      pointer: `${pointer}/counting`,
      sentence: `Calls count as independent in ${guardrailLabel(guardrail)}: one unlucky user with many calls can look like a breach.`,
      remedy: 'Count users (leave "counting" out) unless each call really stands for itself.',
    })
  if (guardrail.limit === 0 && guardrail.direction === 'over')
    found.push({
      severity: 'warning',
      code: 'no_budget',
      pointer,
      sentence: `A limit of 0 on ${guardrailLabel(guardrail)}: a single one is a breach, and among many users one always comes.`,
      remedy: 'Allow a small budget, or compare with the baseline.',
    })
  found.push(...lintEqual(guardrail, pointer), ...lintSilence(plan, guardrail, pointer))
  const isFirstOfMetric = plan.guardrails.findIndex((other) => sameMetric(other, guardrail)) === index
  if (isFirstOfMetric && plan.guardrails.every((other) => !sameMetric(other, guardrail) || other.onBreach === 'notify'))
    found.push({
      severity: 'warning',
      code: 'only_told',
      pointer,
      sentence: `No limit on ${guardrailLabel(guardrail)} holds or rolls back: people are told, and nothing stops.`,
      remedy: 'Add a guardrail on the same metric that holds at a further limit, if it matters.',
    })
  return found
}

/** A comparison that asks for more than "no worse": what is as good as the baseline does not pass. */
function lintEqual(guardrail: Guardrail, pointer: string): Finding[] {
  const { compare, direction, limit, onBreach } = guardrail
  const isBrokenByEqual = direction === 'over' ? limit < 1 : limit > 1
  if (compare !== 'ratio' || onBreach === 'notify' || !isBrokenByEqual) return []
  return [
    {
      severity: 'warning',
      code: 'baseline_beyond',
      pointer,
      sentence: `A candidate just like the baseline breaks the limit of ${limitText(guardrail)} on ${guardrailLabel(guardrail)} (${onBreach}).`,
      remedy: 'Keep it if the change is there to be better in this, else put the limit at 1x or beyond.',
    },
  ]
}

/** Silence that a stage does not live to notice. */
function lintSilence(plan: Plan, guardrail: Guardrail, pointer: string): Finding[] {
  const { noDataAfterBlocks, onBreach } = guardrail
  if (noDataAfterBlocks === null || onBreach === 'notify') return []
  const afterMs = noDataAfterBlocks * plan.blockMs
  const stage = plan.stages.findIndex(({ atLeastMs }, i) => actsIn(guardrail, i) && atLeastMs < afterMs)
  if (stage < 0) return []
  return [
    {
      severity: 'warning',
      code: 'short_stage',
      pointer: `${pointer}/noDataAfter`,
      sentence: `${stageText(plan, stage)} may be over before silence on ${guardrailLabel(guardrail)} is noticed: that takes ${spanText(afterMs)}.`,
      remedy: 'Say a shorter time, or leave it out: it then follows the stage and the usual traffic.',
    },
  ]
}

const sameMetric = (a: Guardrail, b: Guardrail): boolean =>
  a.metric === b.metric && a.where === b.where && a.per === b.per
