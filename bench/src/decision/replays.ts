import { draft, step } from '@sluice/core/rollout'
import type { Facts, Plan, RolloutState } from '@sluice/core/rollout'
import type { Block } from '@sluice/core/statistics'
import { costRatio, errorOver, errorRatio, latencyRatio, planOf } from './plans.ts'
import { Random } from './random.ts'
import { started } from './run-rollout.ts'
import type { Study } from './study.ts'
import { AmountTraffic } from './traffic/amounts.ts'
import { RowTraffic } from './traffic/rows.ts'
import type { Traffic } from './traffic/traffic.ts'

// G13: from a checkpoint in the middle, with all that was stored read back from JSON, the same decisions.

interface Recorded {
  readonly block: Block
  readonly facts: Facts
}

const blocks = 30

const asStored = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T

function historyOf(seed: number): { readonly plan: Plan; readonly traffic: Traffic } {
  const random = new Random(seed)
  const shares = [1, 10, 50, 95].slice(random.bits() & 1).map((percent) => [percent, 2] as const)
  const onBreach = random.uniform() < 0.5 ? 'rollback' : 'hold'
  if (random.uniform() < 0.3) {
    const plan = planOf(shares, [{ ...costRatio, onBreach }, latencyRatio])
    const amounts = ['cost_usd', 'latency_ms'].map((metric) => ({ metric, sigma: 1, times: 0.8 + random.uniform() }))
    return { plan, traffic: new AmountTraffic({ perSecond: 2 + random.poisson(6), amounts }, random) }
  }
  const plan = planOf(shares, [{ ...errorRatio, onBreach }, errorOver], {
    advance: random.uniform() < 0.5 ? 'quiet' : 'proof',
  })
  const rows = { users: 20 + random.poisson(300), perSecond: 0.5 + 2 * random.uniform(), base: random.uniform() ** 3 }
  return { plan, traffic: new RowTraffic({ ...rows, late: 0.1, repeated: 0.1 }, plan, random) }
}

/** Columns: decisions that differ, the largest difference of any log E, and a number made of all decisions. */
export const replayStudy: Study = {
  name: 'G13 replay of a random history from a checkpoint',
  drawn: 'rows',
  columns: ['differing', 'logE', 'digest'],
  run: (seed) => {
    const { plan, traffic } = historyOf(seed)
    const states: RolloutState[] = [started(plan, true)]
    const recorded: Recorded[] = []
    const decisions: string[] = []
    for (let index = 0; index < blocks; index++) {
      const state = states.at(-1) ?? draft
      const block = traffic.next(index, state)
      const facts = { nowMs: (index + 1) * plan.blockMs, flagEnabled: index % 17 !== 16, sampleRatioHolds: true }
      const { decision } = step(plan, state, block, facts)
      recorded.push({ block, facts })
      decisions.push(`${decision.why.code} ${decision.next.sharePer100k} ${decision.why.sentence}`)
      states.push(decision.next)
    }
    const from = seed % blocks
    let state = asStored(states[from] ?? draft)
    const storedPlan = asStored(plan)
    let differing = 0
    for (const [i, { block, facts }] of asStored(recorded.slice(from)).entries()) {
      const { decision } = step(storedPlan, state, block, facts)
      const again = `${decision.why.code} ${decision.next.sharePer100k} ${decision.why.sentence}`
      if (again !== decisions[from + i]) differing += 1
      state = decision.next
    }
    return [differing, furthest(state, states.at(-1) ?? draft), digest(decisions)]
  },
}

function furthest(a: RolloutState, b: RolloutState): number {
  const terms = ({ evidence }: RolloutState) =>
    evidence.flatMap(({ harm, safe, companion }) =>
      [harm, safe, companion].flatMap((family) => family?.logTerms.flat() ?? []),
    )
  const others = terms(b)
  return Math.max(0, ...terms(a).map((value, i) => Math.abs(value - (others[i] ?? Infinity))))
}

function digest(lines: readonly string[]): number {
  let hash = 0
  for (const line of lines)
    for (let i = 0; i < line.length; i++) hash = (Math.imul(hash, 31) + line.charCodeAt(i)) >>> 0
  return hash
}
