import { describe, expect, test } from 'vitest'
import { atMs, modelOf, catalogueOf, plan, records, model, rates } from '../../../testing/planned-import.ts'
import type { Model } from '../model.ts'

describe('over what is there', () => {
  const entry = (input: number, more: object = {}) => ({
    'gpt-4o': { litellm_provider: 'openai', mode: 'chat', input_cost_per_token: input / 1e6, ...more },
  })
  const before = (more: object = {}): Model => ({ ...model(records(entry(5))[0]), ...more })

  test('a price that differs begins now, more than a quarter is marked, and the past stays', () => {
    const [record] = records(entry(2.5), catalogueOf([before()]))
    expect(record).toMatchObject({
      action: 'update',
      changes: [{ field: 'pricing.input', oldValue: 5, newValue: 2.5 }],
      priceChanges: [{ slot: 'input', from: '5', to: '2.5', percent: -50, large: true }],
    })
    expect(rates(model(record))).toEqual(['input 5', 'input @2026-11-20 2.5'])
    expect(records(entry(6.25), catalogueOf([before()]))[0]?.priceChanges[0]?.large).toBe(false)
    const later = records(entry(2.5), catalogueOf([model(record)]), { atMs: atMs + 1e9 })
    expect(later[0]?.action).toBe('unchanged')
  })

  test('a price that the file has no more is withdrawn from now on', () => {
    const both = model(records(entry(5, { cache_read_input_token_cost: 1e-6 }))[0])
    expect(rates(model(records(entry(5), catalogueOf([both]))[0]))).toEqual([
      'cache_read 1',
      'cache_read @2026-11-20 ',
      'input 5',
    ])
  })

  test('what a person has edited is kept, the rest is taken; "theirs" takes it all and the ownership', () => {
    const edited = before({ managedBy: { pricing: 'manual' } })
    const file = entry(2.5, { max_input_tokens: 128_000 })
    const [kept] = records(file, catalogueOf([edited]))
    expect(kept).toMatchObject({
      action: 'update',
      kept: [{ group: 'pricing', owner: 'manual', fields: ['pricing.input'] }],
    })
    expect(model(kept)).toMatchObject({ limits: { context: 128_000 }, managedBy: { pricing: 'manual' } })
    expect(rates(model(kept))).toEqual(['input 5'])
    expect(records(entry(2.5), catalogueOf([edited]))[0]).toMatchObject({ action: 'conflict', model: null })
    const taken = model(records(file, catalogueOf([edited]), { take: 'theirs' })[0])
    expect(rates(taken)).toEqual(['input 5', 'input @2026-11-20 2.5'])
    expect(taken.managedBy).toBeUndefined()
  })

  test('a deleted model is not brought back, and what a file does not hold stays', () => {
    expect(records(entry(5), catalogueOf([before()], ['openai:gpt-4o']))[0]?.action).toBe('conflict')
    const other = before({ id: 'openai:other' })
    expect(plan(entry(5)).missing([before(), other, modelOf({ id: 'a:by-hand' })])).toEqual(['openai:other'])
  })

  test('a limit that would break what somebody else looks after stays with it', () => {
    const ours = modelOf({
      id: 'openai:gpt-4o',
      source: 'litellm',
      limits: { output: 64_000 },
      reasoning: { type: 'budget-tokens', max: 60_000 },
      managedBy: { reasoning: 'manual' },
    })
    const [record] = records(entry(5, { max_output_tokens: 8000 }), catalogueOf([ours]))
    expect(record?.kept.map(({ group }) => group)).toEqual(['limits', 'reasoning'])
  })
})
