import { expect, test } from 'vitest'
import { DatabaseSync } from './node-sqlite.ts'
import { StatementCache } from './statement-cache.ts'

test('a statement used again is not prepared again', () => {
  const cache = makeCache(2)
  expect(cache.get('select 1')).toBe(cache.get('select 1'))
})

test('the statement unused for longest goes when there are too many', () => {
  const cache = makeCache(2)
  const first = cache.get('select 1')
  const second = cache.get('select 2')
  cache.get('select 1')
  cache.get('select 3')
  expect(cache.size).toBe(2)
  expect(cache.get('select 1')).toBe(first)
  expect(cache.get('select 2')).not.toBe(second)
})

test('a statement that fails to compile is not kept', () => {
  const cache = makeCache(2)
  expect(() => cache.get('select from')).toThrow('syntax error')
  expect(cache.size).toBe(0)
})

function makeCache(limit: number): StatementCache {
  return new StatementCache(new DatabaseSync(':memory:'), limit)
}
