import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { throttle } from './throttle.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

test('runs at once, holds the rest back and runs once more at the end', () => {
  const ran: string[] = []
  const act = throttle(1000, (key) => ran.push(key))
  act('a')
  act('a')
  act('a')
  expect(ran).toEqual(['a'])
  vi.advanceTimersByTime(1000)
  expect(ran).toEqual(['a', 'a'])
  vi.advanceTimersByTime(5000)
  expect(ran).toEqual(['a', 'a'])
})

test('keys do not hold each other back', () => {
  const ran: string[] = []
  const act = throttle(1000, (key) => ran.push(key))
  act('a')
  act('b')
  expect(ran).toEqual(['a', 'b'])
})
