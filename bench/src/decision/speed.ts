import { draft, ledgerSettings, positionOf, step } from '@sluice/core/rollout'
import type { Plan, RolloutState } from '@sluice/core/rollout'
import { UnitLedger } from '@sluice/core/statistics'
import type { Block, LedgerRow } from '@sluice/core/statistics'
import type { GoalLine, GoalRow } from './goal.ts'
import { errorRatio, planOf } from './plans.ts'
import { Random } from './random.ts'
import { started } from './run-rollout.ts'
import { guardrailsOf, ManyMetricsTraffic } from './traffic/many-metrics.ts'

const guardrails = 10
const blocks = 400

/** Processor time in microseconds a guardrail and block, with the whole grid that people see: the best of several rounds. */
function microsecondsACheck(): number {
  const plan = planOf([[10, 1_000_000]], guardrailsOf(guardrails))
  let best = Infinity
  for (let round = 0; round < 40; round++) {
    const { state, sealed } = recorded(plan, round)
    const before = process.threadCpuUsage()
    run(plan, state, sealed)
    const { user, system } = process.threadCpuUsage(before)
    best = Math.min(best, (user + system) / (blocks * guardrails))
  }
  return best
}

function recorded(plan: Plan, seed: number): { readonly state: RolloutState; readonly sealed: readonly Block[] } {
  const settings = { perSecond: 20, metrics: guardrails, base: 0.02, correlation: 0.5 }
  const traffic = new ManyMetricsTraffic(settings, new Random(seed))
  const state = started(plan, true)
  return { state, sealed: Array.from({ length: blocks }, (_, index) => traffic.next(index, state)) }
}

function run(plan: Plan, begun: RolloutState, sealed: readonly Block[]): RolloutState {
  let state = begun
  for (const block of sealed) {
    const facts = { nowMs: (block.index + 1) * plan.blockMs, flagEnabled: true, sampleRatioHolds: true }
    state = step(plan, state, block, facts).decision.next
  }
  return state
}

/** Bytes of JSON of one guardrail's evidence, after a while. */
function bytesARule(): number {
  const plan = planOf([[10, 1_000_000]], [errorRatio])
  const { state, sealed } = recorded({ ...plan, guardrails: guardrailsOf(1) }, 1)
  const [evidence] = run({ ...plan, guardrails: guardrailsOf(1) }, state, sealed).evidence
  return JSON.stringify(evidence).length
}

/** Bytes of a tracked unit in the ledger's table. */
function bytesAUnit(): number {
  const plan = planOf([[50, 1_000_000]], [errorRatio])
  const ledger = new UnitLedger(ledgerSettings(plan))
  const state = { ...draft, stage: 0, sharePer100k: 50_000 }
  for (let block = 0; block < 40; block++) {
    const rows = Array.from({ length: 5000 }, (_, i): LedgerRow => {
      const unit = `user_${block * 5000 + i}`
      return { unit, arm: i % 2 === 0 ? 'T' : 'C', atMs: block, metrics: { error: Number(i % 50 === 0) } }
    })
    ledger.seal(rows, positionOf(state, block))
  }
  return ledger.bytes / (ledger.units.T + ledger.units.C)
}

const lineOf = (what: string, limit: number, measure: () => number): GoalLine => ({
  id: 'G12',
  needs: [],
  row: (): GoalRow => {
    const value = measure()
    const met = value <= limit
    return { id: 'G12', what, value, upper: null, goal: `<= ${limit}`, met, unit: '', runs: 1, firstSeed: null }
  },
})

/** Measured in the main thread, once the others are done. */
export const speedLines: readonly GoalLine[] = [
  lineOf('microseconds a guardrail and block', 20, microsecondsACheck),
  lineOf('seconds for a block of 10,000 rollouts with 10 guardrails', 10, () => microsecondsACheck() / 10),
  lineOf('bytes of JSON a guardrail, its interval included', 2048, bytesARule),
  lineOf('bytes a unit', 32, bytesAUnit),
]
