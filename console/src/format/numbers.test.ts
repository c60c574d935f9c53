import { describe, expect, test } from 'vitest'
import { formatCount, formatMeasure, formatMilliseconds, formatNumber, formatPercent, formatRatio } from './numbers.ts'

/** The spaces are non-breaking; here they are made plain to be read. */
const plain = (text: string): string => text.replace(/[\u202f\u00a0]/g, ' ')

describe('numbers', () => {
  test('counts are grouped by three from the right', () => {
    expect([0, 999, 1000, 16410, 1234567].map((count) => plain(formatCount(count)))).toEqual([
      '0',
      '999',
      '1 000',
      '16 410',
      '1 234 567',
    ])
  })

  test('three significant digits, no trailing zeros', () => {
    expect([1.904, 0.6249, 50, 12.345, 1836, -0.5, 0].map((value) => plain(formatNumber(value)))).toEqual([
      '1.9',
      '0.625',
      '50',
      '12.3',
      '1 840',
      '−0.5',
      '0',
    ])
  })

  test('what is not known is a dash, never zero', () => {
    expect([formatNumber(null), formatPercent(null), formatRatio(null), formatMilliseconds(null)]).toEqual(
      Array(4).fill('–'),
    )
    expect(formatNumber(Number.NaN)).toBe('–')
  })

  test('milliseconds become seconds from a thousand on', () => {
    expect(plain(formatMilliseconds(812))).toBe('812 ms')
    expect(plain(formatMilliseconds(1900))).toBe('1.9 s')
  })

  test('a measure is written in its unit', () => {
    expect(plain(formatMeasure(0.077, { stat: 'rate', unit: '' }))).toBe('7.7 %')
    expect(plain(formatMeasure(3400, { stat: 'p95', unit: 'ms' }))).toBe('3.4 s')
    expect(formatMeasure(0.0031, { stat: 'mean', unit: 'USD' })).toBe('$0.0031')
    expect(plain(formatMeasure(210, { stat: 'mean', unit: 'tokens' }))).toBe('210 tokens')
    expect(formatMeasure(0.82, { stat: 'mean', unit: '' })).toBe('0.82')
  })
})
