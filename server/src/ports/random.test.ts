import { expect, test } from 'vitest'
import { createRandom, systemRandom } from './random.ts'
import { seededRandom } from './seeded-random.ts'

test('ids, salts and secrets have their lengths and only letters and digits', () => {
  expect(systemRandom.id('ro')).toMatch(/^ro_[A-Za-z0-9]{16}$/)
  expect(systemRandom.salt()).toMatch(/^[A-Za-z0-9]{15}$/)
  expect(systemRandom.secret()).toMatch(/^[A-Za-z0-9]{43}$/)
  expect(new Set(Array.from({ length: 1000 }, () => systemRandom.salt())).size).toBe(1000)
})

test('bytes that would favour some letters are passed over', () => {
  const bytes = [248, 255, 0, 61, 62]
  const random = createRandom((count) => Uint8Array.from({ length: count }, (_, i) => bytes[i % bytes.length] ?? 0))
  expect(random.salt()).toBe('0z00z00z00z00z0')
})

test('the same seed gives the same ids, another seed others', () => {
  const two = [seededRandom(7), seededRandom(7)].map((random) => [random.id('ro'), random.salt()])
  expect(two[0]).toEqual(two[1])
  expect(seededRandom(8).salt()).not.toBe(seededRandom(7).salt())
})
