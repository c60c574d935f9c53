import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { scale } from '../../../testing/scale.ts'
import { costOf } from './cost.ts'
import { type Decimal, add, compare, parseDecimal, shift, multiply, zero } from './decimal.ts'
import { planImport, writeOwnFormat } from './import/index.ts'
import { knownMeters } from './meter.ts'
import type { Model } from './model.ts'
import { parseModel } from './parse-model.ts'
import type { Price } from './price.ts'
import { compilePrices } from './price-book.ts'

const numRuns = scale(500, 100_000)
const atMs = Date.UTC(2026, 10, 20)

/** Up to 12 significant digits, from tiny to large. */
const rate = fc
  .tuple(fc.nat(999_999_999_999), fc.nat(12))
  .map(([digits, places]) => (places === 0 ? String(digits) : `${digits}e-${places}`))
const per = fc.constantFrom<1 | 1000 | 1_000_000>(1, 1000, 1_000_000)
const ordinary = fc.record({ meter: fc.constantFrom(...knownMeters), rate, per })
/** Canonical prices, each slot once. */
const priceList = fc
  .uniqueArray(ordinary, { minLength: 1, maxLength: 12, selector: ({ meter }) => meter })
  .map((prices) => modelOf(prices).prices)

function modelOf(prices: readonly object[], more: object = {}): Model {
  const parsed = parseModel({ id: 'a:x', prices, ...more })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.model
}

const tokens = fc.nat(5_000_000)
/** Possible usages: totals hold their parts. */
const usage = fc
  .record({ plain: tokens, read: tokens, written: tokens, output: tokens, reasoning: tokens, images: fc.nat(20) })
  .map(({ plain, read, written, output, reasoning, images }) => ({
    inputTokens: plain + read + written,
    cacheReadTokens: read,
    cacheWriteTokens: written,
    outputTokens: output + reasoning,
    reasoningTokens: reasoning,
    images,
  }))

const costs = (prices: readonly Price[], used: object) =>
  costOf(compilePrices(prices), used, { atMs, model: 'a:x', priceVersion: 1 })
const exact = (text: string | null): Decimal => parseDecimal(text ?? '0') as Decimal
const sum = (parts: readonly string[]): Decimal => parts.reduce((total, part) => add(total, exact(part)), zero)
const isClose = (a: Decimal, b: Decimal, ulps: number): boolean => {
  const off = add(a, multiply(b, { digits: -1n, scale: 0 }))
  return (
    compare(
      { ...off, digits: off.digits < 0n ? -off.digits : off.digits },
      shift({ digits: BigInt(ulps), scale: 0 }, 18),
    ) <= 0
  )
}

test('more of anything never costs less', () => {
  fc.assert(
    fc.property(priceList, usage, tokens, fc.nat(4), (prices, used, more, which) => {
      const grown: Record<string, number> = { ...used }
      const grow = (name: string): void => void (grown[name] = (grown[name] ?? 0) + more)
      const [total, part] = [
        ['inputTokens', null],
        ['inputTokens', 'cacheReadTokens'],
        ['inputTokens', 'cacheWriteTokens'],
        ['outputTokens', null],
        ['outputTokens', 'reasoningTokens'],
      ][which] as [string, string | null]
      grow(total)
      if (part !== null) grow(part)
      expect(compare(exact(costs(prices, grown).usd), exact(costs(prices, used).usd))).toBeGreaterThanOrEqual(0)
    }),
    { numRuns },
  )
})

test('the cost is the sum of its parts, and that of two usages the sum of both', () => {
  fc.assert(
    fc.property(priceList, usage, usage, (prices, one, other) => {
      const [a, b] = [costs(prices, one), costs(prices, other)]
      expect(isClose(sum(a.breakdown.map(({ usd }) => usd)), exact(a.usd), 1)).toBe(true)
      const both = Object.fromEntries(
        Object.entries(one).map(([name, count]) => [name, count + (other as Record<string, number>)[name]!]),
      )
      // Each of the three is rounded once, at the 18th place.
      expect(isClose(exact(costs(prices, both).usd), sum([a.usd ?? '0', b.usd ?? '0']), 2)).toBe(true)
    }),
    { numRuns },
  )
})

test('the order of prices, and prices that never hold, change nothing', () => {
  fc.assert(
    fc.property(priceList, usage, rate, (prices, used, other) => {
      const never: Price = {
        meter: 'input',
        rate: modelOf([{ meter: 'input', rate: other }]).prices[0]!.rate,
        per: 1,
        when: { promptTokensGt: 1e12 },
      }
      expect(costs([never, ...prices.toReversed()], used)).toEqual(costs(prices, used))
    }),
    { numRuns },
  )
})

test('through an export and an import every cost stays the same', () => {
  fc.assert(
    fc.property(priceList, usage, fc.string({ maxLength: 20 }), (prices, used, notes) => {
      const clean = notes.replaceAll('\0', '').toWellFormed()
      const before = modelOf(prices, { notes: clean })
      const text = writeOwnFormat([before])
      const work = planImport(text, { find: () => undefined, aliases: new Map() }, { take: 'kept', atMs })
      let step = work.next()
      while (!step.done) step = work.next()
      const after = step.value.records[0]?.model
      expect(after).toEqual(before)
      expect(writeOwnFormat(after ? [after] : [])).toBe(text)
      expect(costs(after?.prices ?? [], used)).toEqual(costs(prices, used))
    }),
    { numRuns: Math.ceil(numRuns / 4) },
  )
})
