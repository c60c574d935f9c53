import type { FlagRecord } from '@sluice/contract'
import { expect, test } from 'vitest'
import { sampleDecision, sampleRollout } from '../testing/sample-rollout.ts'
import { appendDecision, mergeRollout, newerRollout, patchFlags } from './merge-live.ts'

test('an older version never replaces a newer one', () => {
  const known = sampleRollout({ version: 5, state: 'rolled_back' })
  expect(newerRollout(known, sampleRollout({ version: 4, state: 'running' }))).toBe(known)
})

test('fresh evidence under the same version is taken', () => {
  const fresh = sampleRollout({ version: 5, why: { code: 'X', sentence: 'fresh' } })
  expect(newerRollout(sampleRollout({ version: 5 }), fresh)).toBe(fresh)
})

test('a rollout is replaced in its place and a new one goes first', () => {
  const list = { items: [sampleRollout({ id: 'ro_1' }), sampleRollout({ id: 'ro_2' })] }
  const changed = mergeRollout(list, sampleRollout({ id: 'ro_2', state: 'held', version: 9 }))
  expect(changed?.items.map((item) => [item.id, item.state])).toEqual([
    ['ro_1', 'running'],
    ['ro_2', 'held'],
  ])
  expect(mergeRollout(list, sampleRollout({ id: 'ro_3' }))?.items.map((item) => item.id)).toEqual([
    'ro_3',
    'ro_1',
    'ro_2',
  ])
})

test('an event before the first answer makes no half list', () => {
  expect(mergeRollout(undefined, sampleRollout())).toBeUndefined()
  expect(appendDecision(undefined, sampleDecision())).toBeUndefined()
})

test('decisions are kept once and in order', () => {
  const list = { items: [sampleDecision({ id: 'dec_1', seq: 1 }), sampleDecision({ id: 'dec_3', seq: 3 })] }
  const merged = appendDecision(list, sampleDecision({ id: 'dec_2', seq: 2 }))
  expect(merged?.items.map((item) => item.seq)).toEqual([1, 2, 3])
  expect(appendDecision(merged, sampleDecision({ id: 'dec_2', seq: 2 }))).toBe(merged)
})

test('a patch changes bodies and takes away what is gone', () => {
  const record = (key: string): FlagRecord => ({
    key,
    version: 1,
    revision: 1,
    createdAt: '2026-11-21T11:00:00.000Z',
    updatedAt: '2026-11-21T11:00:00.000Z',
    rollout: null,
    flag: { enabled: true },
    warnings: [],
    stale: null,
  })
  const patched = patchFlags(
    { items: [record('a'), record('b'), record('c')] },
    { from: 1, revision: 2, flags: { a: { enabled: false }, b: null } },
  )
  expect(patched?.items.map((item) => [item.key, item.revision, item.flag])).toEqual([
    ['a', 2, { enabled: false }],
    ['c', 1, { enabled: true }],
  ])
})
