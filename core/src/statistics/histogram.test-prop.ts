import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { addValues, bucketIndex, emptyHistogram, mergeHistograms } from './index.ts'

const amounts = fc.array(
  fc.oneof(fc.constantFrom(0, 1, 1, 2 ** -30, 2 ** 50), fc.double({ min: 0, max: 1e6, noNaN: true })),
)

test('values added in any order, in any parts, give one histogram: a count for each bucket', () => {
  fc.assert(
    fc.property(amounts, amounts, (some, more) => {
      const together = addValues(emptyHistogram, [...more, ...some])
      const [a, b] = [addValues(emptyHistogram, some), addValues(emptyHistogram, more)]
      expect(addValues(a, more)).toEqual(together)
      expect(mergeHistograms(a, b)).toEqual(together)
      const counted = new Map<number, number>()
      for (const value of [...some, ...more].filter((amount) => amount > 0))
        counted.set(bucketIndex(value), (counted.get(bucketIndex(value)) ?? 0) + 1)
      expect(together.buckets.map((index, i) => [index, together.counts[i]])).toEqual(
        [...counted].sort(([left], [right]) => left - right),
      )
      expect(together.n).toBe(some.length + more.length)
    }),
  )
})
