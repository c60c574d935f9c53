import type { Requirement, SnapshotFlag } from '../flag.ts'
import type { Outcome } from '../outcome.ts'
import type { ConditionParts } from './compile-condition.ts'
import { type CompiledRule, compileRule } from './compile-rule.ts'
import { type CompiledServe, compileServe, failingServe, faultOf } from './compile-serve.ts'
import { OutcomeMaker } from './outcomes.ts'
import { type UnitList, compileUnitList } from './unit-list.ts'

/** A flag made ready: every way an evaluation can go, and every outcome it can come to. */
export interface Program {
  /** What everybody gets whatever the context; null when the rest has to be looked at. */
  readonly always: Outcome | null
  readonly requires: readonly Requirement[]
  readonly unmet: Outcome
  readonly exclude: UnitList | null
  readonly forced: Outcome | null
  readonly include: UnitList | null
  readonly rules: readonly CompiledRule[]
  readonly serve: CompiledServe
  /** When `serve` is a split and there is no unit. */
  readonly noUnit: Outcome
  /** When the context itself breaks. */
  readonly failed: Outcome
  readonly off: string | null
  /** The last call in which another flag required something of this one, and what it answered then. */
  askedIn: number
  answer: Outcome | null
}

/** Makes a checked flag ready. Parts that this version does not know become outcomes that say so. */
export function compileFlag(flag: SnapshotFlag, parts: ConditionParts): Program {
  const { off, enabled, force, requires = [], exclude, include, rules = [], rollout } = flag
  const outcomes = new OutcomeMaker(flag.variants, off, rollout !== undefined)
  const excluded = outcomes.plain({ variant: off, reason: 'EXCLUDE' })
  const included = new Map<string, Outcome>()
  const includedWith = (variant: string): Outcome => {
    const outcome = included.get(variant) ?? outcomes.plain({ variant, reason: 'INCLUDE' })
    included.set(variant, outcome)
    return outcome
  }
  const program: Program = {
    always: enabled ? null : outcomes.plain({ variant: off, reason: 'OFF' }),
    requires,
    unmet: outcomes.plain({ variant: off, reason: 'REQUIRES' }),
    exclude: compileUnitList(exclude, () => excluded),
    forced: force === undefined ? null : outcomes.plain({ variant: force, reason: 'FORCED' }),
    include: compileUnitList(include, ({ variant }) => includedWith(variant)),
    rules: rules.map((rule) => compileRule(rule, { conditions: parts, outcomes, rolloutRule: rollout?.rule })),
    serve: compileFallthrough(flag, outcomes),
    noUnit: outcomes.plain({ variant: off, reason: 'NO_TARGETING_KEY' }),
    failed: outcomes.failure('The context could not be read.'),
    off,
    askedIn: 0,
    answer: null,
  }
  return enabled ? { ...program, always: constantOf(program) } : program
}

/** A flag that cannot be read answers `off`, as far as it names it. */
export function failingProgram(outcome: Outcome): Program {
  const serve = failingServe(outcome)
  return {
    always: outcome,
    requires: [],
    unmet: outcome,
    exclude: null,
    forced: null,
    include: null,
    rules: [],
    serve,
    noUnit: outcome,
    failed: outcome,
    off: outcome.variant,
    askedIn: 0,
    answer: null,
  }
}

function compileFallthrough({ serve, rules = [] }: SnapshotFlag, outcomes: OutcomeMaker): CompiledServe {
  try {
    return compileServe(serve, { reason: 'SERVE', constant: rules.length === 0 }, outcomes)
  } catch (error) {
    return failingServe(outcomes.failure(faultOf(error)))
  }
}

/** The outcome of a flag that looks at nothing of its context. */
function constantOf({ requires, exclude, forced, include, rules, serve }: Program): Outcome | null {
  if (requires.length > 0 || exclude !== null) return null
  if (forced !== null) return forced
  return include === null && rules.length === 0 && serve.draw === null ? (serve.endings[0]?.[0] ?? null) : null
}
