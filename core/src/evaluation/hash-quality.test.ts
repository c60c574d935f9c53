import { describe, expect, test } from 'vitest'
import { failuresOf, measureHash, mintedSalts, rateSpread, unitKinds } from '../../testing/hash-quality.ts'
import { scale } from '../../../testing/scale.ts'
import { bucketOf, fullShare, murmur3 } from './index.ts'

const salts = mintedSalts(40)
const unitsOf = (kind: string, count: number) =>
  Array.from({ length: count }, (_, i) => (unitKinds[kind] as (i: number) => string)(i))
const murmur = (salt: string, unit: string) => murmur3(`${salt}:${unit}`) / 2 ** 32

/** The string hash of Java on a hundred places, which hand-written flags like to take. */
function java(salt: string, unit: string): number {
  let hash = 0
  for (const character of salt + unit) hash = (Math.imul(hash, 31) + character.charCodeAt(0)) | 0
  return Math.abs(hash % 100) / 100
}

function fnv1a(salt: string, unit: string): number {
  let hash = 0x811c9dc5
  for (const character of `${salt}:${unit}`) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193)
  return (hash >>> 0) / 2 ** 32
}

describe('the hash', () => {
  test.each(Object.keys(unitKinds))('assigns %s units as chance would', (kind) => {
    const quality = measureHash(murmur, salts, unitsOf(kind, 100_000))
    expect(failuresOf(quality), JSON.stringify(quality)).toEqual([])
  })

  test('lets exposure rates scatter as chance would', () => {
    const spread = rateSpread(murmur, mintedSalts(1000), unitsOf('sequential', scale(5000, 100_000)))
    expect(Math.abs(spread - 1)).toBeLessThan(0.07)
  })

  test.each([
    ['the hash of Java', java, ['phi', 'lag1', 'meanRun', 'emptyBlocks']],
    ['bare FNV-1a', fnv1a, ['phi']],
  ])('%s would not pass', (_, place, failures) => {
    const quality = measureHash(place, salts, unitsOf('sequential', 20_000))
    expect(failuresOf(quality)).toEqual(expect.arrayContaining(failures))
  })

  test('exposes a tenth of a million units within a tenth of a point', () => {
    const units = unitsOf('sequential', scale(200_000, 1_000_000))
    const exposed = units.filter((unit) => bucketOf('aB3dE6gH9jK2mN5', unit) < fullShare / 10).length
    expect(Math.abs(exposed / units.length - 0.1)).toBeLessThan(0.001)
  })
})
