import { guardrailLabel, limitText } from '../rollout/describe-verdict.ts'
import { ledgerKey } from '../rollout/guardrail-test.ts'
import { actsIn } from '../rollout/judge.ts'
import type { Guardrail, OnBreach, Plan } from '../rollout/plan.ts'
import type { Finding } from './finding.ts'

/** Two guardrails that look at one number. */
const sameNumber = (a: Guardrail, b: Guardrail): boolean =>
  a.metric === b.metric && a.where === b.where && a.per === b.per && a.stat === b.stat && a.compare === b.compare

/** Two that look at it in the same way. */
const sameFact = (a: Guardrail, b: Guardrail): boolean =>
  sameNumber(a, b) && ledgerKey(a) === ledgerKey(b) && Boolean(a.window) === Boolean(b.window) && a.settle === b.settle

/** Guardrails that stand in each other's way. */
export function lintPairs(plan: Plan): Finding[] {
  return plan.guardrails.flatMap((guardrail, i) =>
    plan.guardrails.flatMap((other, j): Finding[] => {
      if (i === j || !sameNumber(guardrail, other)) return []
      const meets = plan.stages.some((_, stage) => actsIn(guardrail, stage) && actsIn(other, stage))
      if (!meets) return []
      return [
        ...(i < j ? lintRange(guardrail, other, j) : []),
        ...(sameFact(guardrail, other) ? lintShadow(plan, guardrail, other, i, j) : []),
      ]
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

/** One limit with two consequences, or simply twice. */
function lintTwice(guardrail: Guardrail, other: Guardrail, index: number): Finding {
  const limit = `One limit, ${guardrailLabel(guardrail)} ${limitText(guardrail)}`
  if (guardrail.onBreach === other.onBreach)
    return {
      severity: 'warning',
      code: 'unreachable',
      pointer: `/guardrails/${index}`,
      sentence: `${limit} (${guardrail.onBreach}), stands twice: the second never has its turn.`,
      remedy: 'Leave one of them out.',
    }
  return {
    severity: 'error',
    code: 'contradiction',
    pointer: `/guardrails/${index}/onBreach`,
    sentence: `${limit}, has two consequences: ${other.onBreach} and ${guardrail.onBreach}.`,
    remedy: 'Keep one of them, or give the milder one a nearer limit.',
  }
}

const rank: Readonly<Record<OnBreach, number>> = { notify: 0, hold: 1, 'step-back': 2, rollback: 3 }

/** A guardrail behind a stricter one: the same limit with another consequence, or one that never gets its turn. */
function lintShadow(plan: Plan, guardrail: Guardrail, other: Guardrail, i: number, j: number): Finding[] {
  if (guardrail.direction !== other.direction || guardrail.window) return []
  const isSafeLineOfItsOwn = guardrail.direction === 'over' ? guardrail.safe < other.safe : guardrail.safe > other.safe
  const isFurther = guardrail.direction === 'over' ? guardrail.limit > other.limit : guardrail.limit < other.limit
  if (guardrail.limit === other.limit && guardrail.safe === other.safe)
    return i < j ? [] : [lintTwice(guardrail, other, i)]
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
