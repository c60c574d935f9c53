import { expect, test } from 'vitest'
import { priceSteps, rangeOf } from './price-steps.ts'

const day = 86_400_000
const nowMs = Date.parse('2026-11-21T00:00:00Z')

test('each slot has its own steps, what stood since ever first', () => {
  const prices = [
    { meter: 'input', rate: '2', per: 1_000_000, effectiveFrom: '2026-11-11' },
    { meter: 'input', rate: '5', per: 1_000_000 },
    { meter: 'input', rate: null, per: 1_000_000, when: { batch: true }, effectiveFrom: '2026-11-01' },
  ] as const
  expect(priceSteps({ prices })).toEqual([
    {
      slot: 'input',
      steps: [
        { fromMs: null, rate: 5 },
        { fromMs: nowMs - 10 * day, rate: 2 },
      ],
    },
    { slot: 'input|batch', steps: [{ fromMs: nowMs - 20 * day, rate: null }] },
  ])
})

test('the range holds every change and the present; without a change there is none', () => {
  const range = rangeOf([{ slot: 'input', steps: [{ fromMs: nowMs + 50 * day, rate: 1 }] }], nowMs) ?? [0, 0]
  expect(range[0]).toBeLessThan(nowMs)
  expect(range[1]).toBeGreaterThan(nowMs + 50 * day)
  expect(rangeOf([{ slot: 'input', steps: [{ fromMs: null, rate: 1 }] }], nowMs)).toBeNull()
})
