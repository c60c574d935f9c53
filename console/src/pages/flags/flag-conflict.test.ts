import { expect, test } from 'vitest'
import { memberConflicts, onTop } from './flag-conflict.ts'

const sampled = (share: number, serve = 'on') => ({ id: 'rollout', sample: { share, salt: 's' }, serve })
const base = { owner: 'ai', serve: 'off', rules: [sampled(1000)], include: [{ unit: 'ada' }] }

test('what only one of both changed fits together; what both did is said', () => {
  const theirs = { ...base, owner: 'platform', serve: 'on' }
  const yours = { ...base, serve: null, include: undefined, tags: ['x'] }
  expect(memberConflicts(base, theirs, yours).map(({ member, isBoth }) => [member, isBoth])).toEqual([
    ['owner', false],
    ['serve', true],
    ['include', false],
    ['tags', false],
  ])
  expect(onTop(base, theirs, yours, new Set())).toEqual({
    owner: 'platform',
    serve: null,
    rules: base.rules,
    tags: ['x'],
  })
  expect(onTop(base, theirs, yours, new Set(['serve', 'tags']))).not.toHaveProperty('tags')
  expect(onTop(base, theirs, yours, new Set(['serve']))['serve']).toBe('on')
})

test('a share that a rollout moved meanwhile stays moved, unless it was changed by hand', () => {
  const theirs = { ...base, rules: [sampled(50_000)] }
  const rules = (yours: object[]) => onTop(base, theirs, { ...base, rules: yours }, new Set())['rules']
  expect(rules([{ id: 'pros', serve: 'on' }, sampled(1000, 'off')])).toEqual([
    { id: 'pros', serve: 'on' },
    sampled(50_000, 'off'),
  ])
  expect(rules([sampled(2000)])).toEqual([sampled(2000)])
})
