import type { Rule, Sample } from '../flag.ts'
import type { ConditionParts, Test } from './compile-condition.ts'
import { type CompiledServe, compileServe, failingServe, faultOf } from './compile-serve.ts'
import { type Draw, compileDraw, limitOf } from './draw.ts'
import type { OutcomeMaker } from './outcomes.ts'

/** A sample made ready. */
export interface Gate {
  readonly draw: Draw
  readonly limit: number
  /** Whether its sides are the arms of the flag's rollout. */
  readonly isRollout: boolean
}

export interface CompiledRule {
  /** All of them must hold. */
  readonly tests: readonly Test[]
  readonly gate: Gate | null
  readonly serve: CompiledServe
}

export interface RuleParts {
  readonly conditions: ConditionParts
  readonly outcomes: OutcomeMaker
  /** The rule that the flag's rollout owns, if there is one. */
  readonly rolloutRule: string | undefined
}

/**
 * A rule with a part that this version does not know serves `off` to whoever reaches it: calling its condition false would let
 * everybody in under `not`, and leaving the rule out could take a protection away.
 */
export function compileRule(rule: Rule, parts: RuleParts): CompiledRule {
  const { id, if: condition, sample, serve } = rule
  try {
    return {
      tests: condition === undefined ? noTests : parts.conditions.testsOf(condition),
      gate: sample === undefined ? null : compileGate(sample, id === parts.rolloutRule),
      serve: compileServe(serve, { reason: 'RULE', rule: id, drawn: sample !== undefined }, parts.outcomes),
    }
  } catch (error) {
    return { tests: [], gate: null, serve: failingServe(parts.outcomes.failure(faultOf(error))) }
  }
}

const noTests: readonly Test[] = []

function compileGate(sample: Sample, isRollout: boolean): Gate {
  const draw = compileDraw(sample)
  return { draw, limit: limitOf(draw, sample.share), isRollout }
}
