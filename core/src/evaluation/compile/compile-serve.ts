import type { Serve } from '../flag.ts'
import type { Outcome } from '../outcome.ts'
import { Unsupported } from '../unsupported.ts'
import { type Draw, compileDraw, limitOf } from './draw.ts'
import type { Ending, OutcomeMaker, Served } from './outcomes.ts'

/** What is served, made ready. */
export interface CompiledServe {
  /** Null when there is one ending for all. */
  readonly draw: Draw | null
  /** Of each ending, what a unit must draw less than. */
  readonly limits: readonly number[]
  readonly endings: readonly Ending[]
}

/** `served` says everything about the endings but the variant. Throws `Unsupported` for a draw that this version cannot make. */
export function compileServe(
  serve: Serve | null,
  served: Omit<Served, 'variant'>,
  outcomes: OutcomeMaker,
): CompiledServe {
  if (serve === null || typeof serve === 'string')
    return { draw: null, limits: [], endings: [outcomes.ending({ ...served, variant: serve })] }
  const draw = compileDraw(serve)
  const limits: number[] = []
  const endings: Ending[] = []
  let below = 0
  for (const [variant, weight] of serve.split) {
    below += weight
    limits.push(limitOf(draw, below))
    endings.push(outcomes.ending({ ...served, variant, drawn: true, constant: false }))
  }
  return { draw, limits, endings }
}

/** Whoever gets here gets this outcome. */
export const failingServe = (outcome: Outcome): CompiledServe => ({
  draw: null,
  limits: [],
  endings: [[outcome, outcome, outcome]],
})

/** Why a part could not be compiled, for people. */
export const faultOf = (error: unknown): string =>
  error instanceof Unsupported ? `UNSUPPORTED_RULE: ${error.message}` : 'The flag could not be evaluated.'
