import { expect, test } from 'vitest'
import { noReasoning, reasoningChange, reasoningValues } from './reasoning-form.ts'

const effort = reasoningValues({ type: 'openai-reasoning-effort', values: ['low', 'high'], default: 'low' })

test('what was not touched is not sent', () => {
  expect(reasoningChange(effort, { ...effort })).toBeUndefined()
  expect(reasoningChange(noReasoning, { ...noReasoning })).toBeUndefined()
})

test('efforts are a list, budgets are numbers', () => {
  expect(reasoningChange(effort, { ...effort, values: 'low, medium high', default: 'medium' })).toEqual({
    type: 'openai-reasoning-effort',
    values: ['low', 'medium', 'high'],
    default: 'medium',
  })
  expect(reasoningChange(noReasoning, { ...noReasoning, type: 'budget-tokens', max: '8000' })).toEqual({
    type: 'budget-tokens',
    max: 8000,
  })
})

test('settings of the type before are taken away, as a merge would keep them', () => {
  expect(reasoningChange(effort, { ...effort, type: 'toggle', param: 'thinking' })).toEqual({
    type: 'toggle',
    param: 'thinking',
    values: null,
    default: null,
  })
})

test('an effort is no default of a budget', () => {
  expect(reasoningChange(effort, { ...effort, type: 'budget-tokens', max: '8000' })).toEqual({
    type: 'budget-tokens',
    min: null,
    max: 8000,
    values: null,
    default: null,
  })
})

test('a setting that was emptied goes, and what is not known is null', () => {
  expect(reasoningChange(effort, { ...effort, default: '' })).toMatchObject({ default: null })
  expect(reasoningChange(effort, noReasoning)).toBeNull()
})
