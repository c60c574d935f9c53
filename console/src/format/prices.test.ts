import { expect, test } from 'vitest'
import { formatPer, formatPrice, formatTokens, plainDecimal } from './prices.ts'

test.each([
  [2.5, '2.5'],
  ['0.0000029999900000000002', '0.0000029999900000000002'],
  [2e-7, '0.0000002'],
  ['2.0345052083E-9', '0.0000000020345052083'],
  ['1.25e+3', '1250'],
  ['-1e-1', '-0.1'],
  ['12.5e-1', '1.25'],
])('the decimal %s is written out as %s', (amount, text) => {
  expect(plainDecimal(amount)).toBe(text)
})

test('free and not known are two things', () => {
  expect(formatPrice('0')).toBe('free')
  expect(formatPrice('0.00')).toBe('free')
  expect(formatPrice(undefined)).toBe('–')
  expect(formatPrice(null)).toBe('–')
  expect(['75', 2.5, '0.075'].map(formatPrice)).toEqual(['$75', '$2.50', '$0.075'])
})

test('what a rate is for is said in short', () => {
  expect([1, 1000, 1_000_000].map(formatPer)).toEqual(['each', 'per\u00a01\u00a0k', 'per\u00a01\u00a0M'])
})

test.each([
  [null, '–'],
  [512, '512'],
  [8192, '8.19\u00a0k'],
  [128_000, '128\u00a0k'],
  [1_048_576, '1.05\u00a0M'],
])('%s tokens are %s', (count, text) => {
  expect(formatTokens(count)).toBe(text)
})
