import type { Guardrail, Plan, Stage } from '@sluice/core/rollout'

export const blockMs = 10_000
export const blocksPerMinute = 6

/** One planned share in percent, and how many minutes it lasts at least. */
export type Share = readonly [percent: number, minutes: number]

const stageOf = ([percent, minutes]: Share): Stage => ({
  sharePer100k: Math.round(percent * 1000),
  holdbackPer100k: 0,
  atLeastMs: minutes * 60_000,
  gate: 'auto',
})

/** Errors against the baseline, as the product sets it up by itself. */
export const errorRatio: Guardrail = {
  id: 'error-ratio',
  metric: 'error',
  stat: 'rate',
  compare: 'ratio',
  direction: 'over',
  limit: 1,
  safe: 2,
  onBreach: 'rollback',
  noDataAfterBlocks: null,
  stages: null,
}

/** Mean cost and p95 latency against the baseline, at the strictest: any more is harm. */
export const costRatio: Guardrail = { ...errorRatio, id: 'cost-ratio', metric: 'cost_usd', stat: 'mean', safe: 1.5 }
export const latencyRatio: Guardrail = {
  ...errorRatio,
  id: 'latency-ratio',
  metric: 'latency_ms',
  stat: 'p95',
  safe: 1.5,
}

export const errorOver: Guardrail = { ...errorRatio, id: 'error-over', compare: 'absolute', limit: 0.05, safe: 0.05 }

/** The plan of the benchmark where a scenario says nothing else: 1, 10, 50, 95 % for half an hour each. */
export const defaultShares: readonly Share[] = [
  [1, 30],
  [10, 30],
  [50, 30],
  [95, 30],
]

export function planOf(
  shares: readonly Share[] = defaultShares,
  guardrails: readonly Guardrail[] = [errorRatio],
  change: Partial<Plan> = {},
): Plan {
  return {
    flag: 'bench',
    rule: 'rollout',
    candidate: 'on',
    baseline: 'off',
    blockMs,
    timeoutMs: 60_000,
    advance: 'quiet',
    stages: shares.map(stageOf),
    guardrails,
    ...change,
  }
}
