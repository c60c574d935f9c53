import { expect, test } from 'vitest'
import { sampleRollout } from '../testing/sample-rollout.ts'
import { groupRollouts } from './rollout-order.ts'

test('what needs a person comes first, what has ended last, the newest first in each', () => {
  const grouped = groupRollouts([
    sampleRollout({ id: 'old', state: 'completed', endedAt: '2026-11-01T00:00:00.000Z' }),
    sampleRollout({ id: 'run', state: 'running' }),
    sampleRollout({ id: 'new', state: 'rolled_back', endedAt: '2026-11-20T00:00:00.000Z' }),
    sampleRollout({ id: 'held', state: 'held' }),
  ])
  expect(grouped.map(({ group, items }) => [group, items.map((item) => item.id)])).toEqual([
    ['decision', ['held']],
    ['running', ['run']],
    ['ended', ['new', 'old']],
  ])
})

test('no rollouts make no groups', () => {
  expect(groupRollouts([])).toEqual([])
})
