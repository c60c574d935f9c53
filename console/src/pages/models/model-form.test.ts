import type { Model } from '@sluice/core/catalogue'
import { expect, test } from 'vitest'
import { changesOf, emptyValues, fieldAt, valuesOf } from './model-form.ts'

const nowMs = Date.parse('2026-11-21T10:00:00Z')
const model: Model = {
  id: 'openai:gpt-4o',
  provider: 'openai',
  name: 'GPT-4o',
  status: 'active',
  kind: 'chat',
  tags: ['chat', 'fast'],
  limits: { context: 128_000 },
  capabilities: { vision: true, webSearch: false },
  prices: [
    { meter: 'input', rate: '5', per: 1_000_000 },
    { meter: 'input', rate: '2.50', per: 1_000_000, effectiveFrom: '2026-01-01' },
    { meter: 'input', rate: '1', per: 1_000_000, effectiveFrom: '2027-01-01' },
    { meter: 'input', rate: '7', per: 1_000_000, when: { promptTokensGt: 200_000 } },
    { meter: 'cache_read', rate: '1.25', per: 1_000_000 },
  ],
  aliases: [],
  source: 'manual',
}
const before = valuesOf(model, nowMs)

test('a form shows the prices in force now that have no conditions, by the names people use', () => {
  expect(before.pricing).toEqual({ input: '2.50', output: '', cached: '1.25', reasoning: '' })
})

test('what was not touched is not sent', () => {
  expect(changesOf(before, { ...before })).toEqual({})
})

test('a changed price goes out alone, as the text that was typed', () => {
  expect(changesOf(before, { ...before, pricing: { ...before.pricing, input: ' 0.10 ' } })).toEqual({
    pricing: { input: '0.10' },
  })
})

test('what was emptied is taken away', () => {
  const after = { ...before, context: '', tags: '', notes: '', pricing: { ...before.pricing, cached: '' } }
  expect(changesOf(before, after)).toEqual({ limits: { context: null }, tags: [], pricing: { cached: null } })
})

test('counts may be grouped, and what is no count goes out as it is, so that the server can say so', () => {
  expect(changesOf(before, { ...before, context: '1 048 576' })).toEqual({ limits: { context: 1_048_576 } })
  expect(changesOf(before, { ...before, output: 'many' })).toEqual({ limits: { output: 'many' } })
})

test('a capability that nobody knew stays unknown unless it is ticked', () => {
  const after = { ...before, capabilities: { ...before.capabilities, tools: true, vision: false, thinking: false } }
  expect(changesOf(before, after)).toEqual({ capabilities: { tools: true, vision: false } })
})

test('other names and where it is called are part of it', () => {
  const after = { ...before, aliases: 'gpt-4o-2024-08-06', upstreamId: 'gpt-4o-api' }
  expect(changesOf(before, after)).toEqual({
    aliases: [{ alias: 'gpt-4o-2024-08-06', kind: 'dated' }],
    upstream: { modelId: 'gpt-4o-api' },
  })
})

test('a new model is everything that was filled in', () => {
  const after = { ...emptyValues, id: 'x:y', name: 'Y', pricing: { ...emptyValues.pricing, output: '0' } }
  expect(changesOf({ ...emptyValues, status: '', kind: '' }, after)).toEqual({
    id: 'x:y',
    name: 'Y',
    status: 'active',
    kind: 'chat',
    pricing: { output: '0' },
  })
})

test.each([
  ['/limits/context', 'context'],
  ['/pricing/input', 'pricing.input'],
  ['/replacedBy', 'replacedBy'],
  ['/upstream/modelId', 'upstreamId'],
  ['/reasoning/default', 'reasoning.default'],
  ['/aliases/0/alias', 'aliases'],
  ['/prices/0/rate', null],
  ['', null],
])('a refusal at %s belongs to the field %s', (pointer, field) => {
  expect(fieldAt(pointer)).toBe(field)
})
