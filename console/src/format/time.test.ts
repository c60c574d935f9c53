import { expect, test } from 'vitest'
import { formatAge, formatDurationText, formatSpan } from './time.ts'

const plain = (text: string): string => text.replaceAll('\u00a0', ' ')

test('a span shows its two largest units', () => {
  expect([0, 999, 42_000, 60_000, 252_000, 22_440_000, 90_000_000].map((ms) => plain(formatSpan(ms)))).toEqual([
    '0 s',
    '0 s',
    '42 s',
    '1 m',
    '4 m 12 s',
    '6 h 14 m',
    '1 d 1 h',
  ])
})

test('a span below zero is nothing left, not a negative time', () => {
  expect(plain(formatSpan(-5000))).toBe('0 s')
})

test('an age has one unit', () => {
  const now = Date.parse('2026-11-21T12:00:00.000Z')
  expect(formatAge('2026-11-21T12:00:00.400Z', now)).toBe('just now')
  expect(plain(formatAge('2026-11-21T11:59:18.000Z', now))).toBe('42 s ago')
  expect(plain(formatAge('2026-11-18T11:00:00.000Z', now))).toBe('3 d ago')
})

test('a duration of the wire gets its space', () => {
  expect(plain(formatDurationText('48h'))).toBe('48 h')
  expect(plain(formatDurationText('250ms'))).toBe('250 ms')
})
