import { addUnits } from '../statistics/index.ts'
import type { Block, LedgerSettings, Position } from '../statistics/index.ts'
import { decide } from './decide.ts'
import type { Decision } from './decision.ts'
import { warmUpBlocks, weigh } from './evidence.ts'
import { ledgerKey, ledgerMetricOf } from './guardrail-test.ts'
import { actsIn, judge } from './judge.ts'
import type { Plan } from './plan.ts'
import { draft } from './state.ts'
import type { RolloutState } from './state.ts'
import type { Verdict } from './verdict.ts'
import { maxUnits } from './unit-sample.ts'
import { isHeld } from './waiting.ts'
import type { Facts } from './waiting.ts'

/** So many blocks without a seal (the server was down) and the stage's healthy time begins anew. */
const gapBlocks = 6

/** What the unit ledger of an attempt has to know of its plan. */
export function ledgerSettings(plan: Plan, { sampleBits }: Pick<RolloutState, 'sampleBits'> = draft): LedgerSettings {
  const metrics = new Map(plan.guardrails.map((guardrail) => [ledgerKey(guardrail), ledgerMetricOf(guardrail)]))
  return {
    metrics: [...metrics.values()],
    settleBlocks: Math.ceil(plan.timeoutMs / plan.blockMs) + 1,
    maxUnits,
    sampleBits,
  }
}

/** Where the next block of this rollout lies, for its ledger. */
export const positionOf = (
  { visit, entry, visitBlock }: Pick<RolloutState, 'visit' | 'entry' | 'visitBlock'>,
  block: number,
): Position => ({ block, visit, entry, isWarmUp: block - visitBlock < warmUpBlocks })

export interface Step {
  readonly decision: Decision
  /** The verdicts the decision rests on. */
  readonly verdicts: readonly Verdict[]
}

/**
 * One sealed block: weigh it, judge every guardrail, decide. The same for server, simulation and replay. A block that does
 * not follow those before it (an earlier one, or no number at all) changes nothing.
 */
export function step(plan: Plan, state: RolloutState, block: Block, facts: Facts): Step {
  if (!Number.isSafeInteger(block.index) || block.index < state.block) {
    const decision: Decision = { next: state, effects: [], why: { code: 'UNCHANGED', sentence: '' } }
    return { decision, verdicts: judge(plan, state, facts.nowMs).verdicts }
  }
  const passed = block.index - state.block + 1
  const full = state.full || block.full
  const weighed: RolloutState = {
    ...state,
    block: block.index + 1,
    healthyBlocks: passed > gapBlocks ? 0 : state.healthyBlocks,
    evidence: state.evidence.map((evidence, i) => {
      const guardrail = plan.guardrails[i]
      return guardrail ? weigh(evidence, block, guardrail, state.visitBlock) : evidence
    }),
    sampleRatio: full ? state.sampleRatio : addUnits(state.sampleRatio, block.newUnits),
    visitUnits: {
      seen: state.visitUnits.seen + block.units.T + block.units.C,
      crossed: state.visitUnits.crossed + block.crossed,
    },
    full,
  }
  const { verdicts, evidence } = judge(plan, weighed, facts.nowMs)
  const warns = plan.guardrails.some(
    (guardrail, i) =>
      guardrail.onBreach !== 'notify' && actsIn(guardrail, state.stage) && verdicts[i]?.verdict === 'warn',
  )
  const judged: RolloutState = { ...weighed, evidence, warnedMs: warns ? facts.nowMs : state.warnedMs }
  const held = isHeld(plan, judged, verdicts, facts)
  const counted = held ? judged : { ...judged, healthyBlocks: judged.healthyBlocks + (passed > gapBlocks ? 1 : passed) }
  return { decision: decide(plan, counted, verdicts, facts), verdicts }
}
