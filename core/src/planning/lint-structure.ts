import { guardrailLabel, limitText } from '../rollout/describe-verdict.ts'
import { warmUpBlocks } from '../rollout/evidence.ts'
import { isRate, ledgerKey } from '../rollout/guardrail-test.ts'
import { actsIn } from '../rollout/judge.ts'
import { shareOf } from '../rollout/plan.ts'
import type { Guardrail, OnBreach, Plan } from '../rollout/plan.ts'
import { percentText, spanText } from '../rollout/words.ts'
import type { Finding } from './finding.ts'
import { actingAt, stageText } from './plan-words.ts'

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
      remedy: 'Give the stages in the order in which they open.',
    })
  else if (share <= 0)
    found.push({
      severity: 'error',
      code: 'shares',
      pointer: `${pointer}/percent`,
      sentence: `Shares must rise: ${percentText(share)} does not follow 0 %.`,
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
  return [...found, ...lintGuards(plan, stage, pointer), ...lintTime(plan, stage, pointer)]
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
  if (plan.advance !== 'quiet') return []
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

const sameMetric = (a: Guardrail, b: Guardrail): boolean =>
  a.metric === b.metric && a.where === b.where && a.per === b.per

/** Two guardrails that look at one number in the same way. */
const sameFact = (a: Guardrail, b: Guardrail): boolean =>
  ledgerKey(a) === ledgerKey(b) &&
  a.stat === b.stat &&
  a.compare === b.compare &&
  Boolean(a.window) === Boolean(b.window)

function lintPairs(plan: Plan): Finding[] {
  return plan.guardrails.flatMap((guardrail, i) =>
    plan.guardrails.flatMap((other, j): Finding[] => {
      if (i === j || !sameFact(guardrail, other)) return []
      const meets = plan.stages.some((_, stage) => actsIn(guardrail, stage) && actsIn(other, stage))
      if (!meets) return []
      return [...(i < j ? lintRange(guardrail, other, j) : []), ...lintShadow(plan, guardrail, other, i, j)]
    }),
  )
}

/** More than one line and less than the other: nothing is left between them. */
function lintRange(a: Guardrail, b: Guardrail, index: number): Finding[] {
  const [over, under] = a.direction === 'over' ? [a, b] : [b, a]
  if (over.direction !== 'over' || under.direction !== 'under' || over.limit > under.limit) return []
  return [
    {
      severity: 'error',
      code: 'contradiction',
      pointer: `/guardrails/${index}`,
      sentence: `No value of ${guardrailLabel(a)} keeps both limits: not over ${limitText(over)}, not under ${limitText(under)}.`,
      remedy: 'Put the upper limit above the lower one.',
    },
  ]
}

const rank: Readonly<Record<OnBreach, number>> = { notify: 0, hold: 1, 'step-back': 2, rollback: 3 }

/** A guardrail behind a stricter one: the same limit with another consequence, or one that never gets its turn. */
function lintShadow(plan: Plan, guardrail: Guardrail, other: Guardrail, i: number, j: number): Finding[] {
  if (guardrail.direction !== other.direction || guardrail.window) return []
  const isSafeLineOfItsOwn = guardrail.direction === 'over' ? guardrail.safe < other.safe : guardrail.safe > other.safe
  const isFurther = guardrail.direction === 'over' ? guardrail.limit > other.limit : guardrail.limit < other.limit
  if (guardrail.limit === other.limit && guardrail.safe === other.safe && guardrail.onBreach !== other.onBreach)
    return i < j
      ? []
      : [
          {
            severity: 'error',
            code: 'contradiction',
            pointer: `/guardrails/${i}/onBreach`,
            sentence: `One limit, ${guardrailLabel(guardrail)} ${limitText(guardrail)}, has two consequences: ${other.onBreach} and ${guardrail.onBreach}.`,
            remedy: 'Keep one of them, or give the milder one a nearer limit.',
          },
        ]
  const isCovered = plan.stages.every((_, stage) => !actsIn(guardrail, stage) || actsIn(other, stage))
  if (!isFurther || !isCovered || isSafeLineOfItsOwn || rank[guardrail.onBreach] > rank[other.onBreach]) return []
  return [
    {
      severity: 'warning',
      code: 'unreachable',
      pointer: `/guardrails/${i}`,
      sentence: `The limit of ${limitText(guardrail)} on ${guardrailLabel(guardrail)} (${guardrail.onBreach}) never has its turn: ${limitText(other)} (${other.onBreach}) is reached before.`,
      remedy: 'Leave it out, or let the further limit do more than the nearer one.',
    },
  ]
}
