import { expect, test } from 'vitest'
import { createTestClient } from './test-client.ts'

const user = { targetingKey: 'user_1' }
const sluice = createTestClient({ 'patch-mode': 'off', search: 'on', delete: false })

test('drops the tools whose flag is off, by their own name or the one given', () => {
  const tools = { patch: { description: 'a' }, search: {}, delete: {}, plain: {} }
  expect(sluice.filterTools(tools, user, { patch: 'patch-mode' })).toEqual({ search: {}, plain: {} })
  expect(sluice.filterTools(tools, user)).toHaveProperty('patch', tools.patch)
  expect(Object.keys(tools)).toHaveLength(4)
})

test('takes lists of tools as OpenAI and Anthropic have them', () => {
  const chat = [
    { type: 'function', function: { name: 'delete' } },
    { type: 'function', function: { name: 'plain' } },
  ]
  expect(sluice.filterTools(chat, user)).toEqual([chat[1]])
  expect(sluice.filterTools([{ name: 'delete' }, { type: 'web_search' }], user)).toEqual([{ type: 'web_search' }])
})

test('drops a tool whose flag is named and unknown, and keeps every other', () => {
  const offline = createTestClient()
  expect(offline.filterTools({ patch: {}, plain: {} }, user, { patch: 'patch-mode' })).toEqual({ plain: {} })
  expect(offline.filterTools(null as never, user)).toBeNull()
})

test('counts as an exposure, like every reading of a flag', () => {
  const client = createTestClient({ search: 'on' })
  client.filterTools({ search: {} }, user)
  expect(client.recorded()).toMatchObject([{ flag: 'search', metrics: {} }])
})
