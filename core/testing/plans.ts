import type { Guardrail, Plan } from '../src/rollout/index.ts'

/** Errors against the baseline, holding; fields given take the place of its own. */
export const guardrailWith = (fields: Partial<Guardrail> = {}): Guardrail => ({
  id: 'error-ratio',
  metric: 'error',
  stat: 'rate',
  compare: 'ratio',
  direction: 'over',
  limit: 1,
  safe: 2,
  onBreach: 'hold',
  noDataAfterBlocks: null,
  stages: null,
  ...fields,
})

/** A plan of stages of half an hour at these shares in percent. */
export const planWith = (
  percents: readonly number[],
  guardrails: readonly Guardrail[],
  fields: Partial<Plan> = {},
): Plan => ({
  flag: 'f',
  rule: 'rollout',
  candidate: 'on',
  baseline: 'off',
  blockMs: 10_000,
  timeoutMs: 30_000,
  advance: 'quiet',
  stages: percents.map((percent) => ({
    sharePer100k: percent * 1000,
    holdbackPer100k: 0,
    atLeastMs: 1_800_000,
    gate: 'auto',
  })),
  guardrails,
  ...fields,
})
