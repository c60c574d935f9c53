import type { Condition } from '@sluice/core/evaluation'
import { describe, expect, test } from 'vitest'
import { type ConditionValues, conditionOf, conditionValuesOf, emptyPart, pointerOfPart } from './condition-form.ts'

describe('a condition comes out of the form as it went in', () => {
  const pro = { attr: 'plan', op: 'in', values: ['pro', 'team'] }
  test.each<[Condition, string]>([
    [pro, 'attribute'],
    [{ attr: 'n', op: 'in', values: [1, 2.5] }, 'attribute'],
    [{ attr: 'beta', op: 'in', values: [true] }, 'attribute'],
    [{ attr: 'patches', op: 'lt', values: [3] }, 'attribute'],
    [{ attr: 'mail', op: 'ends', values: ['@example.com'], fold: true, negate: true }, 'attribute'],
    [{ attr: 'plan', op: 'exists', negate: true }, 'attribute'],
    [{ segment: 'pros' }, 'segment'],
    [{ not: { segment: 'pros' } }, 'segment'],
    [{ all: [pro, { segment: 'eu' }] }, 'attribute'],
    [{ any: [pro, { all: [{ segment: 'eu' }, pro] }] }, 'attribute'],
    [{ attr: ['user', 'plan'], op: 'in', values: ['pro'] }, 'json'],
    [{ attr: 'mixed', op: 'in', values: ['1', 1] }, 'json'],
    [{ attr: 'lines', op: 'in', values: ['a\nb'] }, 'json'],
    [{ attr: 'spaced', op: 'in', values: [' a'] }, 'json'],
    [{ not: pro }, 'json'],
    [{ attr: 'a', op: 'of-a-newer-version', values: [1] }, 'json'],
  ])('%j', (condition, kind) => {
    const values = conditionValuesOf(condition)
    expect(values.parts[0]?.kind).toBe(kind)
    expect(conditionOf(values)).toEqual(condition)
  })

  test('none is everyone', () => {
    expect(conditionOf(conditionValuesOf(undefined))).toBeUndefined()
  })
})

test('a list of one part is that part, and what no form can read stays for the server to judge', () => {
  const one = conditionValuesOf({ all: [{ segment: 'pros' }] })
  expect(conditionOf(one)).toEqual({ segment: 'pros' })
  const typed = (part: object): ConditionValues => ({ join: 'all', parts: [{ ...emptyPart, ...part }] })
  expect(conditionOf(typed({ attr: ' n ', op: 'lt', values: ' 3 \n\nfour' }))).toEqual({
    attr: 'n',
    op: 'lt',
    values: [3, 'four'],
  })
  expect(conditionOf(typed({ attr: 'b', type: 'boolean', values: 'true\nyes' }))).toEqual({
    attr: 'b',
    op: 'in',
    values: [true, 'yes'],
  })
  expect(conditionOf(typed({ kind: 'json', json: '{"all":' }))).toBe('{"all":')
})

test('a part is found again by the pointer of a fault', () => {
  const two = conditionValuesOf({ any: [{ segment: 'a' }, { segment: 'b' }] })
  expect(pointerOfPart('/rules/0/if', two, 1)).toBe('/rules/0/if/any/1')
  expect(pointerOfPart('/if', conditionValuesOf({ segment: 'a' }), 0)).toBe('/if')
})
