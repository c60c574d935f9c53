import { metricNamed } from '@sluice/core/rollout'
import type { Guardrail } from '@sluice/core/rollout'
import type { GuardrailInput } from './plan.ts'
import { brokenRule } from './problem.ts'
import type { FieldError } from './problem.ts'

export function checkCounting(
  { where, per, counting, settle }: GuardrailInput,
  { metric, stat, compare, window }: Guardrail,
  pointer: string,
  problems: FieldError[],
): void {
  const { kind } = metricNamed(metric, stat)
  if (where !== undefined && kind !== 'rate')
    problems.push(brokenRule(`${pointer}/where`, `"${metric}" is an amount and has no classes: leave "where" out.`))
  if (metric === 'model' && where === undefined)
    problems.push(brokenRule(`${pointer}/where`, 'Say whose calls are looked at: the id of a model, as rows name it.'))
  if (metric !== 'model' && where !== undefined && !/^[A-Za-z0-9_]{1,40}$/.test(where))
    problems.push(
      brokenRule(
        `${pointer}/where`,
        `Expected a class of "${metric}", such as rate_limited: letters, digits and "_", 40 at most.`,
      ),
    )
  if (per !== undefined && kind !== 'value')
    problems.push(
      brokenRule(`${pointer}/per`, `"${metric}" is no amount: only amounts are divided, such as tokens per patches.`),
    )
  if (counting === 'request' && window)
    problems.push(brokenRule(`${pointer}/counting`, 'Windows count calls anyway: leave "counting" out.'))
  if (settle === 'timeout' && (window || compare !== 'ratio' || (stat !== 'rate' && stat !== 'count')))
    problems.push(
      brokenRule(`${pointer}/settle`, 'Only failures held against the baseline can wait: leave "settle" out.'),
    )
  if (stat === 'count' && compare === 'absolute' && !window)
    problems.push(
      brokenRule(
        `${pointer}/test`,
        'A number of events has no baseline to be proven against: say test "window", or compare with ratioOver.',
      ),
    )
}

export function checkLimit(
  { metric, stat, per, compare, direction, limit, safe, window }: Guardrail,
  pointer: string,
  field: string,
  safeField: string,
  problems: FieldError[],
): void {
  if (compare !== 'absolute') return
  if (stat === 'rate' && (limit <= 0 || limit >= 1))
    problems.push(
      brokenRule(
        `${pointer}/${field}`,
        `A rate lies between 0 and 1: 5 % is 0.05; got ${limit}. For "none at all" allow a small budget such as 0.001.`,
      ),
    )
  else if (stat === 'count' || window ? limit < 0 : limit <= 0)
    problems.push(
      brokenRule(
        `${pointer}/${field}`,
        limit === 0
          ? 'Expected a limit above 0; for "none at all" say test "window": one amount above 0 is then a breach.'
          : `Expected a limit above 0; got ${limit}.`,
      ),
    )
  const bound = per === undefined ? metricNamed(metric, stat).bound : null
  if (bound !== null && (direction === 'over' ? limit >= bound : limit > bound))
    problems.push(
      brokenRule(
        `${pointer}/${field}`,
        `"${metric}" lies between 0 and ${bound}: ${direction === 'over' ? 'nothing is ever above' : 'everything is below'} ${limit}. Expected a limit in between.`,
      ),
    )
  if (direction === 'over' ? safe > limit : safe < limit)
    problems.push(
      brokenRule(
        `${pointer}/${safeField}`,
        `The safe line ${safe} lies beyond the limit ${limit}: what is called safe would be a breach.`,
      ),
    )
}
