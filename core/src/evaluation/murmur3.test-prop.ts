import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { scale } from '../../../testing/scale.ts'
import { plainMurmur3 } from '../../testing/plain-evaluate.ts'
import { bucketOf, fullShare } from './bucket.ts'
import { compileDraw, limitOf } from './compile/draw.ts'
import { hashAfter, murmur3, prefixOf } from './murmur3.ts'

const text = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.string({ unit: fc.constantFrom('a', 'ü', '日', '😀', '\ud800', '\udc00', '\0'), maxLength: 12 }),
  fc.string({ minLength: 250, maxLength: 270 }),
)

test('every way to the hash agrees with its description', () => {
  fc.assert(
    fc.property(
      fc.string({ maxLength: 20 }),
      fc.array(text, { minLength: 1, maxLength: 4 }),
      fc.integer(),
      (salt, units, seed) => {
        const prefix = prefixOf(salt, seed)
        for (const unit of units) {
          const expected = plainMurmur3(salt + unit, seed)
          expect(murmur3(salt + unit, seed)).toBe(expected)
          // The second time in a row it goes on from what it has kept.
          for (let time = 0; time < 3; time++) expect(hashAfter(prefix, unit) >>> 0).toBe(expected)
        }
      },
    ),
    { numRuns: scale(3000, 200_000) },
  )
})

test('a pair of surrogates that the salt and the unit share out is two halves, as two texts have it', () => {
  expect(hashAfter(prefixOf('\ud83d'), '\ude00') >>> 0).toBe(plainMurmur3('\ufffd\ufffd'))
})

test('a hash is below the limit of a share just when its bucket is below the share, at all 100,001 of them', () => {
  const draw = compileDraw({ salt: 's' })
  const bucket = (hash: number): number => Math.floor((hash * fullShare) / 2 ** 32)
  for (let share = 0; share <= fullShare; share++) {
    const limit = limitOf(draw, share)
    for (const hash of [limit - 1, limit, limit + 1])
      if (hash >= 0 && hash < 2 ** 32 && hash < limit !== bucket(hash) < share) expect.unreachable(`${share}: ${hash}`)
  }
  expect([limitOf(draw, 0), limitOf(draw, 1), limitOf(draw, 99_999), limitOf(draw, fullShare)]).toEqual([
    0,
    42_950,
    4_294_924_347,
    2 ** 32,
  ])
  expect(bucketOf('edge', 'u000152fRvQ')).toBe(99_999)
})
