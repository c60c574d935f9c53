import { describe, expect, test } from 'vitest'
import { UnitLedger } from './index.ts'
import type { Arm, LedgerMetric, LedgerRow } from './index.ts'

const counted = (metric: string, kind: LedgerMetric['kind']): LedgerMetric => ({
  key: metric,
  metric,
  where: null,
  per: null,
  kind,
  failsOn: 1,
  counting: 'unit',
})
const ledger = (settleBlocks = 2, maxUnits = 1000, sampleBits = { T: 0, C: 0 }) =>
  new UnitLedger({
    metrics: [counted('error', 'rate'), counted('latency_ms', 'value')],
    settleBlocks,
    maxUnits,
    sampleBits,
  })
const row = (unit: string, arm: Arm, error?: number, atMs = 0): LedgerRow => ({
  unit,
  arm,
  atMs,
  metrics: error === undefined ? {} : { error },
})
const at = (block: number, visit = 1, entry = 1) => ({ block, visit, entry })
const units = (count: number, failing: number, prefix = 'u', arm: Arm = 'T') =>
  Array.from({ length: count }, (_, i) => row(`${prefix}${i}`, arm, i < failing ? 1 : 0))

describe('risk sets', () => {
  test('count survivors by age, and failures against those of their age', () => {
    const book = ledger()
    const first = book.seal(units(10, 2, 'a'), at(0))
    expect(first.rates['error']?.atRisk).toEqual([{ nT: 10, xT: 2, nC: 0, xC: 0 }])
    const second = book.seal([...units(5, 1, 'b'), row('a5', 'T', 1)], at(1))
    expect(second.rates['error']?.atRisk).toEqual([
      { nT: 5, xT: 1, nC: 0, xC: 0 },
      { nT: 8, xT: 1, nC: 0, xC: 0 },
    ])
    const third = book.seal([], at(2))
    expect(third.rates['error']?.atRisk).toEqual([
      { nT: 4, xT: 0, nC: 0, xC: 0 },
      { nT: 7, xT: 0, nC: 0, xC: 0 },
    ])
  })

  test('keep units that outlive the ring in the oldest stratum', () => {
    const book = ledger()
    book.seal(units(3, 0, 'a'), at(0))
    expect(book.seal([row('a1', 'T', 1)], at(500)).rates['error']?.atRisk).toEqual([{ nT: 3, xT: 1, nC: 0, xC: 0 }])
    expect(book.seal([], at(501)).rates['error']?.atRisk).toEqual([{ nT: 2, xT: 0, nC: 0, xC: 0 }])
  })

  test('settle a unit once, when its time to answer has run out, with the failures known by then', () => {
    const book = ledger(2)
    expect(book.seal(units(4, 1), at(0)).rates['error']?.settled).toEqual([])
    expect(book.seal([row('u3', 'T', 1)], at(1)).rates['error']?.settled).toEqual([])
    expect(book.seal([], at(2)).rates['error']?.settled).toEqual([{ nT: 4, xT: 2, nC: 0, xC: 0 }])
    expect(book.seal([], at(3)).rates['error']?.settled).toEqual([])
  })
})

describe('who counts', () => {
  test('a failed unit stays out over the visits of one stage and comes back on the baseline in the next', () => {
    const book = ledger()
    book.seal(units(5, 2, 'c', 'C'), at(0, 1, 1))
    expect(book.seal(units(5, 0, 'c', 'C'), at(1, 2, 1)).rates['error']?.atRisk).toEqual([
      { nT: 0, xT: 0, nC: 3, xC: 0 },
    ])
    expect(book.seal(units(5, 0, 'c', 'C'), at(2, 3, 2)).rates['error']?.atRisk).toEqual([
      { nT: 0, xT: 0, nC: 5, xC: 0 },
    ])
  })

  test('a candidate unit counts in the stage it came in with, not again in the next', () => {
    const book = ledger()
    book.seal(units(5, 0, 't'), at(0, 1, 1))
    const next = book.seal([...units(5, 3, 't'), row('fresh', 'T', 0)], at(1, 2, 2))
    expect(next.rates['error']?.atRisk).toEqual([{ nT: 1, xT: 0, nC: 0, xC: 0 }])
  })

  test('units that come over from the baseline are held against those who stayed, newcomers against newcomers', () => {
    const book = ledger()
    book.seal(units(10, 0, 'u', 'C'), at(0, 1, 1))
    const moved = [...units(4, 0, 'u', 'T'), row('u7', 'C', 0), row('new1', 'T', 1), row('new2', 'C', 0)]
    expect(book.seal(moved, at(1, 2, 2)).rates['error']?.atRisk).toEqual([
      { nT: 1, xT: 1, nC: 1, xC: 0 },
      { nT: 4, xT: 0, nC: 1, xC: 0 },
    ])
  })

  test('a unit reported on both sides of a visit no longer counts', () => {
    const book = ledger()
    book.seal(units(3, 0, 'u', 'T'), at(0))
    const block = book.seal([row('u1', 'C', 1), row('u1', 'T', 1)], at(1))
    expect(block.crossed).toBe(1)
    expect(block.rates['error']?.atRisk).toEqual([{ nT: 2, xT: 0, nC: 0, xC: 0 }])
  })

  test('the absolute rule counts first observations: a later failure of the same unit is not one', () => {
    const book = ledger()
    const block = book.seal([row('a', 'T', 0, 1), row('a', 'T', 1, 2), row('b', 'T', 1, 3)], at(0))
    expect(block.rates['error']?.first.T).toEqual({ n: 2, x: 1 })
    expect(block.rates['error']?.atRisk).toEqual([{ nT: 2, xT: 2, nC: 0, xC: 0 }])
  })

  test('amounts count once a unit and stage', () => {
    const book = ledger()
    const call = (unit: string, latency: number, atMs: number): LedgerRow => ({
      unit,
      arm: 'C',
      atMs,
      metrics: { latency_ms: latency },
    })
    const block = book.seal([call('a', 300, 2), call('a', 100, 1), call('b', 50, 1)], at(0))
    expect(block.values['latency_ms']?.map(({ value }) => value)).toEqual([100, 50])
    expect(book.seal([call('a', 900, 3)], at(1)).values['latency_ms']).toEqual([])
    const cold = ledger()
    expect(cold.seal([call('a', 900, 1)], { ...at(0), isWarmUp: true }).values['latency_ms']).toEqual([])
    expect(cold.seal([call('a', 300, 2)], at(1)).values['latency_ms']?.map(({ value }) => value)).toEqual([300])
  })

  test('a full table takes no new unit and says so', () => {
    const book = ledger(2, 3)
    const block = book.seal(units(5, 5), at(0))
    expect(block.rates['error']?.atRisk).toEqual([{ nT: 3, xT: 3, nC: 0, xC: 0 }])
    expect(book.full).toBe(true)
  })
})

test('the order of rows in a block makes no difference', () => {
  const rows = [
    ...units(20, 3, 'a', 'T'),
    ...units(30, 2, 'b', 'C'),
    row('a4', 'T', 1, 9),
    row('a4', 'T', 0, 8),
    row('b9', 'T', 0),
  ]
  const shuffled = rows
    .map((value, i) => ({ value, key: (i * 7919) % 101 }))
    .sort((a, b) => a.key - b.key)
    .map(({ value }) => value)
  expect(ledger().seal(shuffled, at(0))).toEqual(ledger().seal(rows, at(0)))
})
