import type { CompiledFlagSet } from './compile-flag-set.ts'
import type { Context } from './context.ts'
import { evaluate } from './evaluate.ts'
import type { Outcome } from './outcome.ts'

/** One thing the evaluation looked at, in its order. */
export interface ExplainStep {
  readonly kind: string
  readonly passed: boolean
  readonly sentence: string
}

export interface Explanation {
  readonly steps: readonly ExplainStep[]
  readonly outcome: Outcome
}

/** The same evaluation with a record of its way: why this unit gets what it gets. */
export function explain(flags: CompiledFlagSet, flagKey: string, context: Context, now: number): Explanation {
  const steps: ExplainStep[] = []
  const outcome = evaluate(flags, flagKey, context, now, {
    step: (kind, passed, sentence) => steps.push({ kind, passed, sentence }),
  })
  return { steps, outcome }
}
