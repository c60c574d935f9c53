import { describe, expect, test } from 'vitest'
import { armOf, compileFlagSet, evaluate } from '../index.ts'
import type { Bucket } from '../index.ts'
import { placingOf } from '../bucket.ts'

const place = (bucket: Bucket, unit: string): number => placingOf(bucket).place(unit)

describe('the hashes of other systems', () => {
  test.each([
    ['unleash', { salt: 'grp', hash: 'unleash' }, 'user_1', 16],
    ['java31', { salt: '', hash: 'java31' }, 'user_0', 76],
    ['java31', { salt: '', hash: 'java31' }, 'user_9', 67],
  ] as const)('%s with %j puts %s on %i', (_, bucket, unit, expected) => expect(place(bucket, unit)).toBe(expected))

  test('the variants of Unleash have a seed of their own', () => {
    const places = (hash: string) =>
      Array.from({ length: 20 }, (_, i) => place({ salt: 'grp', hash, of: 100 }, `u${i}`))
    expect(places('unleash-variant')).not.toEqual(places('unleash'))
  })

  test.each(['m3', 'unleash', 'unleash-variant', 'java31'] as const)(
    'a sample by %s lets a unit in just when its place is below the share',
    (hash) => {
      for (const share of [0, 1, 500, 9_999, 10_000]) {
        const sample = { share, salt: 's', hash, of: 10_000 }
        const flag = {
          enabled: true,
          variants: { on: true, off: false },
          off: 'off',
          serve: 'off',
          rules: [{ id: 'r', sample, serve: 'on' }],
        }
        const flags = compileFlagSet({ schema: 1, env: 'e', epoch: 'x', revision: 1, flags: { f: flag } })
        for (let i = 0; i < 200; i++) {
          const { total, place: placed } = placingOf(sample)
          const isIn = placed(`u${i}`) * 10_000 < share * total
          expect(evaluate(flags, 'f', { targetingKey: `u${i}` }, 0).value).toBe(isIn)
          expect(armOf(sample, `u${i}`)).toBe(isIn ? 'T' : 'C')
        }
      }
    },
  )
})
