import { guardrailLabel, limitText } from '../rollout/describe-verdict.ts'
import { ledgerKey } from '../rollout/guardrail-test.ts'
import { actsIn } from '../rollout/judge.ts'
import type { Guardrail, OnBreach, Plan } from '../rollout/plan.ts'
import type { Finding } from './finding.ts'

/** Two guardrails that look at one number in the same way. */
const sameFact = (a: Guardrail, b: Guardrail): boolean =>
  ledgerKey(a) === ledgerKey(b) &&
  a.stat === b.stat &&
  a.compare === b.compare &&
  Boolean(a.window) === Boolean(b.window)

/** Guardrails that stand in each other's way. */
export function lintPairs(plan: Plan): Finding[] {
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
