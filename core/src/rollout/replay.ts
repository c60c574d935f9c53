import type { Block } from '../statistics/index.ts'
import { act } from './act.ts'
import type { Action, Decision, DecisionAction, Why } from './decision.ts'
import { firstDifference } from './first-difference.ts'
import { judge } from './judge.ts'
import type { Plan } from './plan.ts'
import { draft } from './state.ts'
import type { RolloutState } from './state.ts'
import { step } from './step.ts'
import type { Verdict } from './verdict.ts'
import type { Facts } from './waiting.ts'

/** Rises when the same blocks would give other numbers or decisions: records of another engine are not replayed. */
export const engineVersion = 4

/** What the engine was told: a sealed block with the facts of its moment, or what a person asked for. */
export type Told =
  | { readonly kind: 'block'; readonly block: Block; readonly facts: Facts }
  | { readonly kind: 'action'; readonly action: Action; readonly nowMs: number }

/** What was decided on it, as the log has it. Shares are out of 100,000. */
export interface RecordedDecision {
  readonly action: DecisionAction
  readonly from: number
  readonly to: number
  readonly why: Why
  readonly verdicts: readonly RecordedVerdict[]
}

/** The part of a verdict that a decision rests on. */
export interface RecordedVerdict {
  readonly guardrail: string
  readonly verdict: string
  readonly harm: { readonly logE: number }
  readonly safety: { readonly logE: number }
}

/** What was told, and what the log has of it; null: nothing was decided. */
export interface Recorded {
  readonly told: Told
  readonly decision: RecordedDecision | null
}

/** Where a replay departs from the record: `what` is a path such as `verdicts.0.harm.logE`. */
export interface Difference {
  /** The step, counted from 0; null: only the end is another one. */
  readonly step: number | null
  readonly atMs: number | null
  readonly what: string
  readonly recorded: unknown
  readonly replayed: unknown
}

/** Numbers this close are the same: they were computed by the same formulas, perhaps by another build of the language. */
const tolerance = 1e-9

/**
 * Runs a rollout again from what the engine was told, one step at a time. Each step is compared with what was recorded;
 * `end` compares where it came out with where it stood.
 */
export class Replay {
  readonly #plan: Plan
  #state: RolloutState = draft
  #steps = 0

  constructor(plan: Plan) {
    this.#plan = plan
  }

  /** Null: the same as recorded. */
  next({ told, decision: recorded }: Recorded): Difference | null {
    const { decision, verdicts } = this.#decide(told)
    const number = this.#steps++
    const replayed = decision && recordOf(decision, verdicts)
    if (decision) this.#state = decision.next
    const found = firstDifference(recorded, replayed, tolerance)
    const atMs = told.kind === 'block' ? told.facts.nowMs : told.nowMs
    return found && { step: number, atMs, ...found }
  }

  /** Null: it stands where it stood. */
  end(state: RolloutState): Difference | null {
    const found = firstDifference(state, JSON.parse(JSON.stringify(this.#state)), tolerance)
    return found && { step: null, atMs: null, ...found }
  }

  #decide(told: Told): { readonly decision: Decision | null; readonly verdicts: readonly Verdict[] } {
    const state = this.#state
    if (told.kind === 'block') return step(this.#plan, state, told.block, told.facts)
    const decided = act(this.#plan, state, told.action, told.nowMs)
    const verdicts = state.stage < 0 ? [] : judge(this.#plan, state, told.nowMs).verdicts
    return { decision: 'refused' in decided ? null : decided, verdicts }
  }
}

function recordOf({ effects, why }: Decision, verdicts: readonly Verdict[]): RecordedDecision | null {
  const recorded = effects.find((effect) => effect.effect === 'record')
  if (!recorded) return null
  const { action, from, to } = recorded
  return {
    action,
    from,
    to,
    why,
    verdicts: verdicts.map(({ guardrail, verdict, harm, safety }) => ({
      guardrail,
      verdict,
      harm: { logE: harm.logE },
      safety: { logE: safety.logE },
    })),
  }
}

/** A block in which nothing came in and nothing came due. */
export const idleBlock = (index: number): Block => ({
  index,
  rows: { T: 0, C: 0 },
  rowsOf: {},
  newUnits: { T: 0, C: 0 },
  units: { T: 0, C: 0 },
  crossed: 0,
  full: false,
  rates: {},
  values: {},
  calls: {},
})

/** Whether a block says no more than an idle one: units at risk of which none failed add nothing. */
export function isIdleBlock({ rows, crossed, full, rates }: Block): boolean {
  if (rows.T + rows.C > 0 || crossed > 0 || full) return false
  return Object.values(rates).every(
    ({ settled, firstSettled }) => settled.length === 0 && firstSettled.n === 0 && firstSettled.x === 0,
  )
}
