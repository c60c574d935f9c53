import type { Guardrail, Plan, Stage } from '../src/rollout/index.ts'
import { guardrailWith } from './plans.ts'

export const minute = 60_000

export const stage = (percent: number, atLeastMs = 5 * minute, gate: Stage['gate'] = 'auto'): Stage => ({
  sharePer100k: percent * 1000,
  holdbackPer100k: percent === 100 ? 5000 : 0,
  atLeastMs,
  gate,
})

/** Errors against the baseline, rolling back. */
export const errors: Guardrail = guardrailWith({ onBreach: 'rollback' })

/** 1, 10, 50 and 100 %, five minutes each. */
export const plan = (change: Partial<Plan> = {}): Plan => ({
  flag: 'f',
  rule: 'rollout',
  candidate: 'on',
  baseline: 'off',
  blockMs: 10_000,
  timeoutMs: 20_000,
  advance: 'quiet',
  stages: [stage(1), stage(10), stage(50), stage(100)],
  guardrails: [errors],
  ...change,
})
