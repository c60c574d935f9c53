import { evaluate } from '@sluice/core/evaluation'
import { describe, expect, test } from 'vitest'
import { tenth } from '../testing/test-server.ts'
import type { Publication } from './change-flag.ts'
import type { StoredFlag } from './flag-store.ts'
import { SnapshotCache } from './snapshot-cache.ts'

const row = (revision: number, epoch = 'e1') => ({ name: 'demo', epoch, revision })
const stored = (key: string): StoredFlag => ({
  environment: 'demo',
  key,
  version: 1,
  revision: 1,
  flag: tenth,
  rollout: null,
  createdAtMs: 0,
  updatedAtMs: 0,
})
const publication = (more: Partial<Publication>): Publication => ({
  environment: 'demo',
  epoch: 'e1',
  from: 1,
  revision: 2,
  key: 'f',
  flag: tenth,
  ...more,
})

function loaded(): SnapshotCache {
  const cache = new SnapshotCache()
  cache.load(row(1), [stored('f')])
  return cache
}

describe('the snapshot in memory', () => {
  test('takes the next revision, and evaluates it', () => {
    const cache = loaded()
    expect(cache.apply(publication({ flag: { ...tenth, enabled: false } }))).toBe('applied')
    const snapshot = cache.get('demo')
    expect(snapshot).toMatchObject({ revision: 2, id: 'e1-2' })
    expect(evaluate(snapshot?.compiled as never, 'f', {}, 0).reason).toBe('OFF')
    expect(JSON.parse(snapshot?.text() ?? '')).toMatchObject({
      flagCount: 1,
      revision: 2,
      flags: { f: { enabled: false } },
    })
  })

  test('never goes back, and notices a gap', () => {
    const cache = loaded()
    cache.apply(publication({}))
    expect(cache.apply(publication({ from: 0, revision: 1 }))).toBe('known')
    expect(cache.apply(publication({ from: 3, revision: 4 }))).toBe('gap')
    expect(cache.load(row(1), [])).toBe(false)
    expect(cache.get('demo')).toMatchObject({ revision: 2 })
    expect(cache.load(row(4), [])).toBe(true)
    expect(cache.get('demo')).toMatchObject({ revision: 4, flags: {} })
  })

  test('lets a deleted flag go, and leaves the flags of a snapshot in use alone', () => {
    const cache = loaded()
    const before = cache.get('demo')
    cache.apply(publication({ flag: null }))
    expect(cache.get('demo')?.flags).toEqual({})
    expect(before?.flags).toHaveProperty('f')
    expect(evaluate(cache.get('demo')?.compiled as never, 'f', {}, 0).reason).toBe('FLAG_NOT_FOUND')
  })

  test('another epoch, as after a restore, wins with a lower revision', () => {
    const cache = loaded()
    cache.apply(publication({}))
    expect(cache.apply(publication({ epoch: 'e2' }))).toBe('gap')
    expect(cache.load(row(1, 'e2'), [])).toBe(true)
    expect(cache.get('demo')?.id).toBe('e2-1')
  })
})
