import type { PlanInput } from '@sluice/contract'
import type { SeededChoice } from './seeded-choice.ts'
import { flagKey } from './traffic-source.ts'

export const blockMs = 10_000
const seconds = (blocks: number): string => `${(blocks * blockMs) / 1000}s`

type Guardrails = NonNullable<PlanInput['guardrails']>

const noDataAfter = seconds(4)
export const againstBaseline: Guardrails[number] = { metric: 'error', ratioOver: 1, onBreach: 'rollback', noDataAfter }
const ceiling = { metric: 'error', over: 0.6, safeBelow: 0.6, noDataAfter } as const
const window = { length: seconds(2), breach: 2, of: 3, minSamples: 3 }

/** Short plans of every kind, so that a history sees several stages and endings. */
export function planFrom(choice: SeededChoice): PlanInput {
  const advance = choice.chance(0.2) ? 'proof' : 'quiet'
  const percents = choice.from([
    [20, 100],
    [10, 50, 100],
    [20, 50, 80],
    [10, 30, 60, 100],
  ])
  return {
    flag: flagKey,
    reason: 'simulated',
    block: seconds(1),
    timeout: seconds(1),
    advance,
    stages: percents.map((percent) => ({
      percent,
      atLeast: seconds(2 + choice.below(4)),
      gate: choice.chance(0.15) ? 'manual' : 'auto',
    })),
    guardrails: advance === 'proof' ? [{ ...ceiling, onBreach: 'rollback' }] : guardrails(choice),
    ...(choice.chance(0.1) ? { afterWarning: seconds(5) } : {}),
    ...(choice.chance(0.1) ? { maxDuration: seconds(60) } : {}),
  }
}

function guardrails(choice: SeededChoice): Guardrails {
  const more: Guardrails = [
    { ...ceiling, onBreach: 'step-back' },
    { ...ceiling, onBreach: 'hold' },
    { ...ceiling, onBreach: 'hold', onNoData: choice.from(['ignore', 'notify', 'step-back', 'rollback']) },
    { metric: 'error', ratioOver: 2, onBreach: 'hold', noDataAfter },
    { metric: 'error', over: 0.2, onBreach: 'notify', noDataAfter },
    {
      metric: 'error',
      over: 0.6,
      test: 'window',
      window: { ...window, ceiling: null },
      onBreach: 'rollback',
      noDataAfter,
    },
    { metric: 'latency_ms', stat: 'mean', ratioOver: 1.5, onBreach: 'hold', noDataAfter },
    { metric: 'latency_ms', stat: 'p90', ratioOver: 1.5, onBreach: 'hold', noDataAfter },
  ]
  return choice.chance(0.4) ? [againstBaseline] : [againstBaseline, choice.from(more)]
}

/** Stays long enough at a share for any harm to be proven. */
export const slowPlan: PlanInput = {
  flag: flagKey,
  reason: 'simulated',
  block: seconds(1),
  advance: 'quiet',
  stages: [{ percent: 50, atLeast: seconds(100) }, { percent: 100 }],
  guardrails: [againstBaseline],
}
