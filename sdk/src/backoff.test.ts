import { expect, test } from 'vitest'
import { backoffMs, jitteredMs, retryAfterMs } from './backoff.ts'

test('a back-off lies anywhere up to a bound that doubles and is capped', () => {
  const bounds = [0, 1, 2, 5, 6, 100].map((failures) => backoffMs(failures, 1000, 60_000, () => 1))
  expect(bounds).toEqual([1000, 2000, 4000, 32_000, 60_000, 60_000])
  expect(backoffMs(5, 1000, 60_000, () => 0)).toBe(0)
})

test('a period drifts by 20 % at most', () => {
  expect([0, 0.5, 1].map((random) => jitteredMs(2000, () => random))).toEqual([1600, 2000, 2400])
})

test('Retry-After is read as seconds or as a date, and never for longer than an hour', () => {
  const nowMs = Date.parse('2026-11-20T10:00:00Z')
  const read = [null, '', 'soon', '5', '-5', '86400', 'Fri, 20 Nov 2026 10:00:30 GMT'].map((text) =>
    retryAfterMs(text, nowMs),
  )
  expect(read).toEqual([null, null, null, 5000, 0, 3_600_000, 30_000])
})
