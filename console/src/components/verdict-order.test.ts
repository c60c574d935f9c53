import { expect, test } from 'vitest'
import { sampleVerdict } from '../testing/sample-rollout.ts'
import { progress, worstFirst } from './verdict-order.ts'

test('worst verdict first, then the one that rolls back', () => {
  const sorted = worstFirst([
    sampleVerdict({ guardrail: 'passing', verdict: 'pass' }),
    sampleVerdict({ guardrail: 'notifying', verdict: 'warn', onBreach: 'notify' }),
    sampleVerdict({ guardrail: 'rolling', verdict: 'warn', onBreach: 'rollback' }),
    sampleVerdict({ guardrail: 'broken', verdict: 'fail', onBreach: 'hold' }),
  ])
  expect(sorted.map((verdict) => verdict.guardrail)).toEqual(['broken', 'rolling', 'notifying', 'passing'])
})

test('progress is that of the nearer end and stays within 0 and 1', () => {
  const harm = { warnsAt: 3, breachesAt: 4.6 }
  expect(progress({ harm: { ...harm, logE: 2.3 }, safety: { logE: 0.3, provenAt: 3 } })).toBeCloseTo(0.5)
  expect(progress({ harm: { ...harm, logE: -4 }, safety: { logE: -1, provenAt: 3 } })).toBe(0)
  expect(progress({ harm: { ...harm, logE: 9 }, safety: { logE: 0, provenAt: 3 } })).toBe(1)
})
