import type { Guardrail, Verdict } from '@sluice/core/rollout'
import { blocksPerMinute, costRatio, latencyRatio, planOf } from './plans.ts'
import { Random } from './random.ts'
import { runRollout } from './run-rollout.ts'
import type { Study } from './study.ts'
import { AmountTraffic } from './traffic/amounts.ts'
import type { Amount } from './traffic/amounts.ts'

// H4 and H5: latency and cost.

interface AmountCase {
  readonly name: string
  readonly percent: number
  readonly guardrail: Guardrail
  readonly amount: Amount
  readonly perSecond?: number
  readonly maxBlocks: number
  /** Minutes at half a percent before, in which nothing is wrong and the baseline becomes known. */
  readonly before?: number
  /** What is waited for: a breach, or a proof of safety. */
  readonly until: 'breach' | 'proof'
}

/** Candidate observations counted when it happened; NaN where it did not. */
const columns = ['observations'] as const

const studyOf = ({
  name,
  percent,
  guardrail,
  amount,
  perSecond = 20,
  maxBlocks,
  before = 0,
  until,
}: AmountCase): Study => ({
  name,
  drawn: 'counts',
  columns,
  run: (seed) => {
    const traffic = new AmountTraffic(
      { perSecond, amounts: [amount], from: before * blocksPerMinute },
      new Random(seed),
    )
    const plan = planOf([...(before > 0 ? [[0.5, before] as const] : []), [percent, 1_000_000]], [guardrail])
    const hasHappened = ([verdict]: readonly Verdict[]) =>
      verdict !== undefined &&
      (until === 'breach' ? verdict.verdict === 'fail' : verdict.safety.logE >= verdict.safety.provenAt)
    const { end, verdicts } = runRollout(plan, traffic, { maxBlocks, until: hasHappened })
    return [end === 'open' ? Number.NaN : (verdicts[0]?.candidate.units ?? Number.NaN)]
  },
})

const latencyOver: Guardrail = { ...latencyRatio, limit: 1.5, safe: 1.5 }
const latency: Amount = { metric: 'latency_ms', sigma: 0.8 }
const cost: Amount = { metric: 'cost_usd', sigma: 1.2 }

const slow = (name: string, amount: Amount): Study =>
  studyOf({ name: `H4 ${name}`, percent: 1, guardrail: latencyOver, amount, maxBlocks: 4000, until: 'breach' })

export const latencies = {
  boundary: studyOf({
    name: 'H4 p95 exactly at 1.5x, 10 %',
    percent: 10,
    perSecond: 5,
    guardrail: latencyOver,
    amount: { ...latency, times: 1.5 },
    maxBlocks: 360,
    until: 'breach',
  }),
  double: slow('p95 2x', { ...latency, times: 2 }),
  triple: slow('p95 3x', { ...latency, times: 3 }),
  hung: slow('10 % of calls 8 s longer', { ...latency, some: { part: 0.1, more: 8000 } }),
}

const maxBlocksAt = { 1: 4000, 10: 1000, 50: 2000 } as const

export const dearer = ([1, 10, 50] as const).flatMap((percent) =>
  [1.3, 1.5, 2].map((times) => ({
    percent,
    times,
    study: studyOf({
      name: `H5 cost ${times}x at ${percent} %`,
      percent,
      guardrail: costRatio,
      amount: { ...cost, times },
      maxBlocks: maxBlocksAt[percent],
      before: 3,
      until: 'breach',
    }),
  })),
)

const savings: Guardrail = { ...costRatio, limit: 1.1, safe: 0.8, onBreach: 'notify' }

const saved = (times: number, name: string): Study =>
  studyOf({
    name: `H5 ${name}`,
    percent: 50,
    perSecond: 5,
    guardrail: savings,
    amount: { ...cost, times },
    maxBlocks: 720,
    until: 'proof',
  })

export const savingsOf = {
  none: saved(0.8, 'savings exactly at the line of 20 %'),
  some: saved(0.6, 'savings of 40 % against a line of 20 %'),
}

export const amountStudies: readonly Study[] = [
  ...Object.values(latencies),
  ...dearer.map(({ study }) => study),
  ...Object.values(savingsOf),
]
