import { expect, test } from 'vitest'
import { changedPrices, emptyRow, type PriceRow, slotOfRow } from './price-rows.ts'

const input: PriceRow = { ...emptyRow, rate: '5' }
const long: PriceRow = { ...emptyRow, condition: '>200000', rate: '10' }

test('only what differs is sent, from the instant that was chosen', () => {
  expect(changedPrices([input, long], [{ ...input, rate: '2.5' }, long], '2027-01-01')).toEqual([
    { meter: 'input', rate: '2.5', per: 1_000_000, effectiveFrom: '2027-01-01' },
  ])
})

test('without an instant the server decides', () => {
  expect(changedPrices([], [long], '')).toEqual([
    { meter: 'input', rate: '10', per: 1_000_000, when: { promptTokensGt: 200_000 } },
  ])
})

test('a removed row is withdrawn, as an old tier would outrank a flat price for ever', () => {
  expect(changedPrices([input, long], [input], '')).toEqual([
    { meter: 'input', rate: null, per: 1_000_000, when: { promptTokensGt: 200_000 } },
  ])
})

test('another condition is another price: the old one goes, the new one comes', () => {
  const moved = { ...long, condition: '>128000' }
  expect(changedPrices([long], [moved], '').map(({ rate, when }) => [rate, when?.promptTokensGt])).toEqual([
    ['10', 128_000],
    [null, 200_000],
  ])
  expect(slotOfRow(moved)).toBe('input|>128000')
})
