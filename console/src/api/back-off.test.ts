import { expect, test } from 'vitest'
import { backOffMs } from './back-off.ts'

test('doubles up to 15 s', () => {
  expect([1, 2, 3, 4, 5, 6, 40].map((failures) => backOffMs(failures, 1))).toEqual([
    500, 1000, 2000, 4000, 8000, 15_000, 15_000,
  ])
})

test('is never less than half of its span', () => {
  expect(backOffMs(3, 0)).toBe(1000)
})
