import { conditionKey } from '@sluice/core/catalogue'
import { expect, test } from 'vitest'
import { parseCondition } from './condition-text.ts'

test.each(['', '>200000', 'batch', 'flex', '>272000|batch|priority|q:hd|s:1024x1024|r:us|t:16:30-00:30|d:12345'])(
  'the condition "%s" is read and written alike',
  (text) => {
    expect(conditionKey(parseCondition(text) ?? {})).toBe(text)
  },
)

test('spaces around parts do not matter, nor does their order', () => {
  expect(parseCondition(' flex | > 5 ')).toEqual({ serviceTier: 'flex', promptTokensGt: 5 })
})

test.each(['>many', 'd:89', 'x:1', 'a b'])('"%s" is no condition', (text) => {
  expect(parseCondition(text)).toBeNull()
})
