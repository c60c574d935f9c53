import type { Condition } from '@sluice/core/evaluation'
import { expect, test } from 'vitest'
import { conditionText } from './condition-text.ts'

const pro = { attr: 'plan', op: 'in', values: ['pro', 'team'] }
test.each<[Condition, string]>([
  [pro, 'plan is “pro” or “team”'],
  [{ ...pro, negate: true }, 'plan is not “pro” or “team”'],
  [{ attr: 'mail', op: 'ends', values: ['.org'], negate: true, fold: true }, 'mail not: ends with “.org” in any case'],
  [{ attr: 'n', op: 'lt', values: [3] }, 'n is below 3'],
  [{ attr: ['a', 'b'], op: 'exists' }, 'a › b is there'],
  [{ attr: 'u', op: 'in', values: [1, 2, 3, 4, 5, 6, 7] }, 'u is 1 or 2 or 3 or 4 or 5 or 2 more'],
  [
    { all: [{ segment: 'eu' }, { any: [pro, { not: { segment: 'x' } }] }] },
    'in the segment eu and (plan is “pro” or “team” or not (in the segment x))',
  ],
  [{ any: [] }, 'nobody'],
])('%j', (condition, text) => {
  expect(conditionText(condition)).toBe(text)
})
