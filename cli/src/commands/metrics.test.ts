import type { VariantSummary } from '@sluice/contract'
import { expect, test } from 'vitest'
import { summaryText } from './metrics.ts'

const none: VariantSummary = {
  flag: 'patch-mode',
  variant: 'off',
  totalCalls: 0,
  successfulCalls: 0,
  failedCalls: 0,
  errorRate: null,
  successRate: null,
  avgResponseTime: null,
  p50ResponseTime: null,
  p95ResponseTime: null,
  p99ResponseTime: null,
  totalTokens: 0,
  avgTokensPerCall: null,
  totalCostUsd: 0,
  uniqueUsers: 0,
  custom: {},
  modelBreakdown: [],
  asExpected: null,
  taskBreakdown: [],
  breakdown: null,
}

test('figures are rounded for people only, and no calls are said to be none', () => {
  const on = {
    ...none,
    variant: 'on',
    totalCalls: 3,
    errorRate: 1 / 3,
    avgResponseTime: 176.67,
    p95ResponseTime: 201,
    p99ResponseTime: 201,
    avgTokensPerCall: 816.67,
    uniqueUsers: 3,
    modelBreakdown: [{ model: 'glm-4.5-air', totalCalls: 3, share: 1, expected: null }],
  }
  const summary = { from: '2026-11-20T09:00:00.000Z', to: '2026-11-20T10:00:00.000Z', items: [on, none] }
  expect(summaryText(summary, '60m').split('\n')).toEqual([
    'The last 60m, to 2026-11-20T10:00:00.000Z',
    'FLAG        VARIANT  CALLS     ERRORS   MEAN    P95     P99     TOKENS/CALL  USERS  MODELS',
    'patch-mode  on       3         33.33 %  177 ms  201 ms  201 ms  817          3      glm-4.5-air 100 %',
    'patch-mode  off      no calls',
  ])
})
