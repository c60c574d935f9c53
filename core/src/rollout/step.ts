import { addUnits } from '../statistics/index.ts'
import type { Block, LedgerSettings, Position } from '../statistics/index.ts'
import { decide } from './decide.ts'
import type { Decision } from './decision.ts'
import { weigh } from './evidence.ts'
import { judge } from './judge.ts'
import { metricNamed } from './metric.ts'
import type { Plan } from './plan.ts'
import type { RolloutState } from './state.ts'
import type { Verdict } from './verdict.ts'
import { holds, waitingFor } from './waiting.ts'
import type { Facts } from './waiting.ts'

/** So many blocks without a seal (the server was down) and the stage's healthy time begins anew. */
const gapBlocks = 6

/** Units tracked a side: 200,000, beyond which power hardly grows. */
const maxUnits = 200_000

/** What the unit ledger of an attempt has to know of its plan. */
export function ledgerSettings(plan: Plan): LedgerSettings {
  const names = [...new Set(plan.guardrails.map(({ metric }) => metric))]
  return {
    metrics: names.map((name) => {
      const stat = plan.guardrails.find(({ metric }) => metric === name)?.stat ?? 'rate'
      const { kind, failsOn } = metricNamed(name, stat)
      return { name, kind, failsOn }
    }),
    settleBlocks: Math.ceil(plan.timeoutMs / plan.blockMs) + 1,
    maxUnits,
  }
}

/** Where the next block of this rollout lies, for its ledger. */
export const positionOf = (state: RolloutState, block: number): Position => ({
  block,
  visit: state.visit,
  entry: state.entry,
})

export interface Step {
  readonly decision: Decision
  /** The verdicts the decision rests on. */
  readonly verdicts: readonly Verdict[]
}

/** One sealed block: weigh it, judge every guardrail, decide. The same for server, simulation and replay. */
export function step(plan: Plan, state: RolloutState, block: Block, facts: Facts): Step {
  const passed = block.index - state.block + 1
  const weighed: RolloutState = {
    ...state,
    block: block.index + 1,
    healthyBlocks: passed > gapBlocks ? 0 : state.healthyBlocks,
    evidence: state.evidence.map((evidence, i) => {
      const guardrail = plan.guardrails[i]
      return guardrail ? weigh(evidence, block, guardrail, state.visitBlock) : evidence
    }),
    sampleRatio: addUnits(state.sampleRatio, block.newUnits),
  }
  const { verdicts, evidence } = judge(plan, weighed, facts.nowMs)
  const judged: RolloutState = { ...weighed, evidence }
  const held = waitingFor(plan, judged, verdicts, facts).some(holds)
  const counted = held ? judged : { ...judged, healthyBlocks: judged.healthyBlocks + (passed > gapBlocks ? 1 : passed) }
  return { decision: decide(plan, counted, verdicts, facts), verdicts }
}
