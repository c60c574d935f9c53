import { expect, test } from 'vitest'
import { createTestClient } from './test-client.ts'
import { valueForTask } from './for-task.ts'

const value = {
  model: 'z-ai:glm-4.5-air',
  params: { temperature: 0.7 },
  tasks: { analysis: 'openai:gpt-oss-20b', intents: { model: 'openai:gpt-oss-20b', params: { temperature: 0 } } },
  fallback: ['google:gemma-3-27b'],
}

test('a task takes its own model and settings, and what it does not say from the value', () => {
  expect(valueForTask(value, 'chat')).toBe(value)
  expect(valueForTask(value, null)).toBe(value)
  expect(valueForTask(value, 'analysis')).toMatchObject({ model: 'openai:gpt-oss-20b', params: { temperature: 0.7 } })
  expect(valueForTask(value, 'intents')).toMatchObject({ model: 'openai:gpt-oss-20b', params: { temperature: 0 } })
  for (const odd of ['x', null, 7, { tasks: 'x' }, { tasks: { analysis: 7 } }])
    expect(valueForTask(odd, 'analysis')).toEqual(odd)
  expect(valueForTask(value, 'toString')).toBe(value)
})

test('the context’s task chooses the model, and stands in every row', () => {
  const sluice = createTestClient({ assistant: { variant: 'on', value } })
  const context = { targetingKey: 'user_1', task: 'analysis' }
  expect(sluice.model('assistant', context)).toMatchObject({
    id: 'openai:gpt-oss-20b',
    fallback: ['google:gemma-3-27b'],
  })
  expect(sluice.model('assistant', { targetingKey: 'user_1' })?.id).toBe('z-ai:glm-4.5-air')
  sluice.track(context, { flag: 'assistant', error: 0 })
  expect(sluice.recorded().at(-1)).toMatchObject({ task: 'analysis' })
})
