import type { ModelConflict } from '@sluice/contract'
import { expect, test } from 'vitest'
import { ApiError } from '../../api/client.ts'
import { conflictLines, conflictOf, withoutFields } from './conflict.ts'

const conflict = {
  current: { version: 3 } as ModelConflict['current'],
  theirs: [
    { field: 'name', oldValue: 'A', newValue: 'B' },
    { field: 'pricing.input', oldValue: 5, newValue: 3 },
  ],
  yours: [
    { field: 'notes', oldValue: null, newValue: 'x' },
    { field: 'pricing.input', oldValue: 5, newValue: 2.5 },
  ],
  both: ['pricing.input'],
} satisfies ModelConflict

test('only a version conflict that carries both changes is one', () => {
  expect(conflictOf(new ApiError(412, { code: 'VERSION_CONFLICT', current: conflict }))).toBe(conflict)
  expect(conflictOf(new ApiError(412, { code: 'VERSION_CONFLICT' }))).toBeNull()
  expect(conflictOf(new ApiError(409, { code: 'STATE_CONFLICT', current: conflict }))).toBeNull()
  expect(conflictOf(null)).toBeNull()
})

test('what both touched comes first, then yours, then theirs, each with what it was', () => {
  expect(conflictLines(conflict).map(({ field, base }) => [field, base])).toEqual([
    ['pricing.input', 5],
    ['notes', null],
    ['name', 'A'],
  ])
})

test('fields that stay theirs leave the body, and nothing empty stays behind', () => {
  const body = { name: 'C', pricing: { input: '2.5', output: '1' }, limits: { context: 5 }, tags: ['a'] }
  expect(withoutFields(body, new Set(['pricing.input', 'limits.context', 'name']))).toEqual({
    pricing: { output: '1' },
    tags: ['a'],
  })
})
