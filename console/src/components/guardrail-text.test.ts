import { expect, test } from 'vitest'
import { guardrailText } from './guardrail-text.ts'

const base = { id: 'x', metric: 'error', stat: 'rate', onBreach: 'rollback' } as const

test.each([
  [{ ...base, over: 0.05 }, 'errors over 5\u00a0%: roll back'],
  [{ ...base, ratioOver: 1 }, 'errors above the baseline: roll back'],
  [{ ...base, metric: 'completed', under: 0.95, onBreach: 'step-back' }, 'completed calls under 95\u00a0%: step back'],
  [
    { ...base, metric: 'latency_ms', stat: 'p95', ratioOver: 1.5, onBreach: 'hold' },
    'p95 latency over 1.5x the baseline: hold',
  ],
  [{ ...base, metric: 'latency_ms', stat: 'mean', over: 3000, onBreach: 'hold' }, 'mean latency over 3\u00a0s: hold'],
  [
    { ...base, metric: 'tokens', stat: 'mean', per: 'patches', ratioUnder: 0.8, onBreach: 'notify' },
    'mean tokens per patches under 0.8x the baseline: tell you',
  ],
  [{ ...base, where: 'rate_limited', over: 0.01 }, 'errors (rate limited) over 1\u00a0%: roll back'],
  [{ ...base, metric: 'unknown_model', over: 0.001 }, 'unknown model over 0.1\u00a0%: roll back'],
] as const)('%j is told as "%s"', (guardrail, text) => {
  expect(guardrailText(guardrail)).toBe(text)
})
