import { builtInMetrics, metricNamed } from '@sluice/core/rollout'
import type { Guardrail, Stage, Stat } from '@sluice/core/rollout'
import { durationOf } from './duration.ts'
import { checkCounting, checkLimit } from './check-guardrail.ts'
import type { GuardrailInput } from './plan.ts'
import { brokenRule } from './problem.ts'
import type { FieldError } from './problem.ts'
import { windowOf } from './to-window.ts'

/** The fields that name a limit, what they mean, and the field of their safe line. */
export const limits = [
  ['over', 'absolute', 'over', 'safeBelow'],
  ['under', 'absolute', 'under', 'safeAbove'],
  ['ratioOver', 'ratio', 'over', 'safeBelowRatio'],
  ['ratioUnder', 'ratio', 'under', 'safeAboveRatio'],
] as const

/** The guardrails that a request asks for, every default filled in. */
export function guardrailsOf(
  inputs: readonly GuardrailInput[],
  blockMs: number,
  stages: readonly Stage[],
  problems: FieldError[],
): readonly Guardrail[] {
  const taken = new Set<string>()
  return inputs.flatMap((input, i) => {
    const guardrail = guardrailOf(input, `/guardrails/${i}`, blockMs, problems)
    if (!guardrail) return []
    const outside = guardrail.stages?.find((stage) => stage >= stages.length)
    if (outside !== undefined)
      problems.push(
        brokenRule(
          `/guardrails/${i}/stages`,
          `There is no stage ${outside}: stages count from 0 to ${stages.length - 1}.`,
        ),
      )
    const id = unique(guardrail.id, taken)
    if (input.id !== undefined && id !== input.id)
      problems.push(brokenRule(`/guardrails/${i}/id`, `The id "${input.id}" stands twice.`))
    return [{ ...guardrail, id }]
  })
}

function unique(id: string, taken: Set<string>): string {
  let free = id
  for (let count = 2; taken.has(free); count++) free = `${id}-${count}`
  taken.add(free)
  return free
}

function guardrailOf(
  input: GuardrailInput,
  pointer: string,
  blockMs: number,
  problems: FieldError[],
): Guardrail | null {
  const given = limits.filter(([field]) => input[field] !== undefined)
  const [chosen] = given
  if (!chosen || given.length > 1) {
    problems.push(
      brokenRule(
        pointer,
        `Expected exactly one limit of over, under, ratioOver, ratioUnder; got ${given.length === 0 ? 'none' : given.map(([field]) => field).join(' and ')}.`,
      ),
    )
    return null
  }
  const known = Object.hasOwn(builtInMetrics, input.metric)
  if (!known && input.stat === undefined) {
    problems.push(
      brokenRule(
        `${pointer}/stat`,
        `"${input.metric}" is not built in: say its stat, "rate" for yes or no, "count" for how many, "mean" or "p95" for amounts. Built in: ${Object.keys(builtInMetrics).join(', ')}.`,
      ),
    )
    return null
  }
  const stat: Stat = input.stat ?? (metricNamed(input.metric, 'mean').kind === 'rate' ? 'rate' : 'mean')
  const metric = metricNamed(input.metric, stat)
  const fits =
    metric.kind === 'rate' ? stat === 'rate' || stat === 'count' : stat !== 'rate' && (stat !== 'count' || !known)
  if (!fits) {
    problems.push(
      brokenRule(
        `${pointer}/stat`,
        `"${input.metric}" is ${metric.kind === 'rate' ? 'yes or no: its stat is "rate"' : 'an amount: its stat is "mean" or a quantile such as "p95"'}.`,
      ),
    )
    return null
  }
  const [field, compare, direction, safeField] = chosen
  const wrongSafe = limits.find(([, , , other]) => other !== safeField && input[other] !== undefined)
  if (wrongSafe) problems.push(brokenRule(`${pointer}/${wrongSafe[3]}`, `With ${field} the safe line is ${safeField}.`))
  const isRate = stat === 'rate' || stat === 'count'
  const factor = isRate ? 2 : 1.5
  const window = windowOf(input, stat, `${pointer}/window`, blockMs, problems)
  const limit = input[field] ?? 0
  const fallback = compare === 'absolute' ? limit : direction === 'over' ? limit * factor : limit / factor
  const safe = input[safeField] ?? fallback
  const made: Guardrail = {
    id: input.id ?? idOf(input, stat, compare === 'ratio' ? 'ratio' : field, window !== null),
    metric: input.metric,
    stat,
    ...(input.where === undefined ? {} : { where: input.where }),
    ...(input.per === undefined ? {} : { per: input.per }),
    ...(input.counting === undefined || input.counting === 'unit' ? {} : { counting: input.counting }),
    ...(input.settle === undefined || input.settle === 'at-once' ? {} : { settle: input.settle }),
    ...(window === null ? {} : { window }),
    compare,
    direction,
    limit,
    safe,
    onBreach: input.onBreach ?? 'hold',
    noDataAfterBlocks:
      input.noDataAfter === undefined ? null : Math.max(1, Math.ceil(durationOf(input.noDataAfter, 0) / blockMs)),
    ...(input.onNoData === undefined ? {} : { onNoData: input.onNoData }),
    stages: input.stages ?? null,
    ...(input.runbook === undefined ? {} : { runbook: input.runbook }),
  }
  checkLimit(made, pointer, field, safeField, problems)
  checkCounting(input, made, pointer, problems)
  return metric.failsOn === 0 ? asFailure(made, pointer, field, problems) : made
}

const idOf = ({ metric, where, per }: GuardrailInput, stat: Stat, limit: string, isWindow: boolean): string =>
  [
    metric + (where === undefined ? '' : `.${where}`),
    ...(per === undefined ? [] : ['per', per]),
    ...(stat === 'rate' ? [] : [stat]),
    limit,
    ...(isWindow ? ['window'] : []),
  ].join('-')

/** `completed under 0.95` is kept as "incomplete over 0.05": one way to count, one way to compare. */
function asFailure(guardrail: Guardrail, pointer: string, field: string, problems: FieldError[]): Guardrail {
  if (guardrail.compare === 'ratio' && guardrail.direction === 'over') return guardrail
  if (guardrail.compare === 'absolute' && guardrail.direction === 'under')
    return { ...guardrail, direction: 'over', limit: exact(1 - guardrail.limit), safe: exact(1 - guardrail.safe) }
  problems.push(
    brokenRule(
      `${pointer}/${field}`,
      `"${guardrail.metric}" is compared by what is missing: use under 0.95, or ratioOver for incomplete calls against the baseline.`,
    ),
  )
  return guardrail
}

/** Without the dust of a subtraction. */
export const exact = (value: number): number => Number(value.toFixed(9))
