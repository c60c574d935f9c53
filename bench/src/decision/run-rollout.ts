import { act, draft, step } from '@sluice/core/rollout'
import type { Plan, RolloutState, Verdict } from '@sluice/core/rollout'
import type { Family } from '@sluice/core/statistics'
import { blockMs } from './plans.ts'
import type { Traffic } from './traffic/traffic.ts'

/** How one simulated rollout ended, and after how many blocks. */
export interface Run {
  readonly end: 'rolled_back' | 'completed' | 'breach_held' | 'watched' | 'open'
  readonly blocks: number
  readonly state: RolloutState
  readonly verdicts: readonly Verdict[]
}

export interface RunOptions {
  readonly maxBlocks: number
  /** Ends the run as `watched` when it says so. */
  readonly until?: (verdicts: readonly Verdict[], state: RolloutState) => boolean
  /** What people do before a block. */
  readonly intervene?: (index: number, state: RolloutState) => RolloutState
  /** Whether a sample-ratio mismatch holds; recordings and thinned traffic say no. */
  readonly sampleRatioHolds?: boolean
  /** All limits of the grid, as the product runs it; without, only those that decide, which is faster. */
  readonly wholeGrid?: boolean
}

/** The product's own engine over simulated blocks: started by a person, then stepped until something ends it. */
export function runRollout(plan: Plan, traffic: Traffic, options: RunOptions): Run {
  const { maxBlocks, until, intervene, sampleRatioHolds = false, wholeGrid = false } = options
  let state = started(plan, wholeGrid)
  let verdicts: readonly Verdict[] = []
  for (let index = 0; index < maxBlocks; index++) {
    if (intervene) state = intervene(index, state)
    const facts = { nowMs: (index + 1) * blockMs, flagEnabled: true, sampleRatioHolds }
    const done = step(plan, state, traffic.next(index, state), facts)
    state = done.decision.next
    verdicts = done.verdicts
    const end = endOf(state)
    if (end !== 'open') return { end, blocks: index + 1, state, verdicts }
    if (until?.(verdicts, state)) return { end: 'watched', blocks: index + 1, state, verdicts }
  }
  return { end: 'open', blocks: maxBlocks, state, verdicts }
}

function endOf({ ended, stoppedBy }: RolloutState): Run['end'] {
  if (ended === 'rolled_back' || ended === 'completed') return ended
  return stoppedBy?.by === 'breach' ? 'breach_held' : 'open'
}

/** A rollout a person has just started. */
export function started(plan: Plan, wholeGrid: boolean): RolloutState {
  const decision = act(plan, draft, { action: 'start', reason: '' }, 0)
  if ('refused' in decision) throw new Error(decision.refused)
  return wholeGrid ? decision.next : thinned(plan, decision.next)
}

/**
 * Without the limits that only draw the interval. They never decide, which a test shows, and they are most of the work.
 */
function thinned(plan: Plan, state: RolloutState): RolloutState {
  return {
    ...state,
    evidence: state.evidence.map((evidence, i) => {
      const guardrail = plan.guardrails[i]
      if (!guardrail) return evidence
      return { ...evidence, harm: only(evidence.harm, guardrail.limit), safe: only(evidence.safe, guardrail.safe) }
    }),
  }
}

const only = ({ nulls, logTerms, restarts }: Family, kept: number): Family => ({
  nulls: [kept],
  logTerms: [logTerms[nulls.indexOf(kept)] ?? []],
  restarts,
})
