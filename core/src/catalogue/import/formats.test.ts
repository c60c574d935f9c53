import { describe, expect, test } from 'vitest'
import { atMs, modelOf, catalogueOf, records, model, rates } from '../../../testing/planned-import.ts'
import { writeLiteLlm } from './write-litellm.ts'
import { writeOwnFormat } from './own-format.ts'
import type { Model } from '../model.ts'

describe('LiteLLM', () => {
  const read = (key: string, entry: object): Model =>
    model(records({ [key]: { litellm_provider: 'openai', mode: 'chat', ...entry } })[0])

  test('prices are for a token, exact to the digit, with suffixes peeled from the right', () => {
    const found = read('gpt-5', {
      input_cost_per_token: 1.25e-6,
      input_cost_per_token_above_272k_tokens_priority: 0.000005,
      output_cost_per_token_flex: 5e-6,
      input_cost_per_token_batches: 6.25e-7,
      cache_creation_input_token_cost_above_1hr_above_200k_tokens: 1.2e-5,
    })
    expect(rates(found)).toEqual([
      'cache_write_1h 200000 12',
      'input 1.25',
      'input 272000 priority 5',
      'input true 0.625',
      'output flex 5',
    ])
  })

  test('the dirt of floats is rounded to 12 digits, and told', () => {
    const [record] = records(
      `{"x": {"litellm_provider": "databricks", "input_cost_per_token": 0.0000029999900000000002}}`,
    )
    expect(rates(model(record))).toEqual(['input 2.99999'])
    expect(record?.warnings).toEqual(['input_cost_per_token was rounded to 12 digits: 2.99999.'])
  })

  test('families of providers are folded, and a prefix goes only if it is the provider', () => {
    const ids = records({
      'vertex_ai/claude': { litellm_provider: 'vertex_ai-anthropic_models' },
      'bedrock/us/nova': { litellm_provider: 'bedrock_converse' },
      'high/1024-x-1024/gpt-image-1': { litellm_provider: 'openai' },
    }).map(({ id }) => id)
    expect(ids).toEqual(['vertex_ai:claude', 'bedrock:us/nova', 'openai:high/1024-x-1024/gpt-image-1'])
  })

  test('two entries of one id: the first is taken, the other is a conflict, nothing is merged', () => {
    const found = records({
      'deepseek-chat': { litellm_provider: 'deepseek', input_cost_per_token: 1e-6 },
      'deepseek/deepseek-chat': { litellm_provider: 'deepseek', input_cost_per_token: 2e-6 },
    })
    expect(found.map(({ action }) => action)).toEqual(['create', 'conflict'])
    expect(found[1]?.warnings[0]).toContain('stands in the file already, at /deepseek-chat')
  })

  test('tiers by range, searches by size, regions and fast modes become prices of their own', () => {
    expect(
      rates(
        read('a', {
          tiered_pricing: [
            { range: [0, 32_000], input_cost_per_token: 1e-6 },
            { range: [32_000, 128_000], input_cost_per_token: 2e-6 },
          ],
        }),
      ),
    ).toEqual(['input 1', 'input 32000 2'])
    expect(rates(read('b', { input_cost_per_token: 5e-6, provider_specific_entry: { us: 1.1, fast: 6 } }))).toEqual([
      'input 5',
      'input fast 30',
      'input us 5.5',
    ])
    const search_context_cost_per_query = {
      search_context_size_low: 0.03,
      search_context_size_medium: 0.035,
      search_context_size_high: 0.05,
    }
    expect(rates(read('c', { search_context_cost_per_query }))).toEqual([
      'web_search 0.035',
      'web_search high 0.05',
      'web_search low 0.03',
      'web_search medium 0.035',
    ])
  })

  test('what is no price is none: 0 beside 0, a cache write of 0, machines by the second; an image for nothing is a token', () => {
    expect(rates(read('free', { input_cost_per_token: 0, output_cost_per_token: 0 }))).toEqual([])
    expect(rates(read('w', { input_cost_per_token: 1e-6, cache_creation_input_token_cost: 0 }))).toEqual(['input 1'])
    expect(rates(read('rent', { input_cost_per_second: 0.01 }))).toEqual([])
    expect(rates(read('gpt-realtime', { input_cost_per_image: 5e-6 }))).toEqual(['input_image 5'])
  })
})

test('models.dev: tiers, fast modes by what their request says, misspelt prices told and kept', () => {
  const file = {
    anthropic: {
      id: 'anthropic',
      npm: '@ai-sdk/anthropic',
      models: {
        opus: {
          id: 'opus',
          name: 'Opus',
          status: 'beta',
          reasoning: true,
          reasoning_options: [
            { type: 'effort', values: ['low', null, 'high'] },
            { type: 'budget_tokens', min: 1024, max: 90_000 },
          ],
          limit: { context: 200_000, output: 64_000 },
          cost: {
            input: 5,
            output: 25,
            cached_input: 1,
            tiers: [{ input: 10, tier: { type: 'context', size: 200_000 } }],
          },
          experimental: { modes: { turbo: { cost: { input: 30 }, provider: { body: { speed: 'fast' } } } } },
        },
      },
    },
  }
  const [record] = records(file)
  const found = model(record)
  expect(rates(found)).toEqual(['input 5', 'input 200000 10', 'input fast 30', 'output 25'])
  expect(found).toMatchObject({ id: 'anthropic:opus', name: 'Opus', status: 'preview', source: 'models.dev' })
  expect(found.reasoning).toEqual({
    type: 'effort',
    param: 'reasoning_effort',
    values: ['low', 'high'],
    also: [{ type: 'budget-tokens', min: 1024, max: 64_000 }],
  })
  expect(record?.warnings.join(' ')).toMatch(/cached_input is no price that is known/)
  expect(found.extra).toHaveProperty('cost')
})

test('genai-prices: a dated set withdraws the tier it does not name, exact names become aliases', () => {
  const file = [
    {
      id: 'anthropic',
      api_pattern: 'x',
      models: [
        {
          id: 'opus',
          match: { or: [{ equals: 'opus-20260205' }, { starts_with: 'op' }] },
          prices: [
            { prices: { input_mtok: { base: 5, tiers: [{ start: 200_000, price: 10 }] }, web_searches_kcount: 10 } },
            { constraint: { start_date: '2026-03-13' }, prices: { input_mtok: 5 } },
          ],
        },
        { id: 'nothing', match: { equals: 'nothing' }, prices: {} },
      ],
    },
  ]
  const [opus, nothing] = records(file)
  expect(rates(model(opus))).toEqual([
    'input 5',
    'input @2026-03-13 5',
    'input 200000 10',
    'input 200000 @2026-03-13 ',
    'web_search 10',
    'web_search @2026-03-13 ',
  ])
  expect(model(opus).aliases).toEqual([{ alias: 'anthropic:opus-20260205', kind: 'dated' }])
  expect(opus?.warnings.join(' ')).toContain('starts_with')
  expect(model(nothing).prices).toEqual([])
})

test('OpenRouter: from N on is more than N - 1, -1 is decided call by call, an alias is another name', () => {
  const file = {
    data: [
      {
        id: 'z-ai/glm-4.5-air:free',
        name: 'GLM',
        context_length: 131_072,
        pricing: {
          prompt: '0.0000002',
          completion: '0.0000011',
          image: '0.0000002',
          request: '0',
          tiers: [{ min_prompt_tokens: 128_000, prompt: '0.0000004' }],
        },
      },
      { id: 'openrouter/auto', pricing: { prompt: '-1', completion: '-1' } },
      { id: '~z-ai/glm-latest', alias_target: { slug: 'z-ai/glm-4.5-air:free' }, pricing: {} },
    ],
  }
  const [glm, auto, latest] = records(file)
  expect(rates(model(glm))).toEqual(['input 0.2', 'input_image 0.2', 'input 127999 0.4', 'output 1.1'])
  expect(model(glm).aliases).toEqual([{ alias: 'openrouter:~z-ai/glm-latest', kind: 'latest' }])
  expect(model(auto).prices).toEqual([])
  expect(latest).toMatchObject({ action: 'skip', id: 'openrouter:z-ai/glm-4.5-air:free' })
})

describe('our own file', () => {
  const present = [
    modelOf({ id: 'openai:gpt-4o', name: 'GPT-4o', prices: [{ meter: 'input', rate: '2.5' }], tags: ['b', 'a'] }),
    modelOf({
      id: 'anthropic:opus',
      aliases: [{ alias: 'opus', kind: 'latest' }],
      source: 'litellm',
      extra: { x: [1] },
    }),
  ]
  const text = writeOwnFormat(present)

  test('read and written again it is the same, byte for byte', () => {
    const again = records(text).map(model)
    expect(writeOwnFormat(again)).toBe(text)
    expect(records(text, catalogueOf(present)).map(({ action }) => action)).toEqual(['unchanged', 'unchanged'])
  })

  test('prices and names may stand beside the models, and models be written as in the guides', () => {
    const found = records({
      format: 'sluice-catalogue/1',
      models: [{ id: 'openai:gpt-4o', pricing: { input: 2.5 }, contextWindow: 128_000 }],
      aliases: [{ modelId: 'openai:gpt-4o', alias: 'gpt-4o-2024-08-06', kind: 'dated' }],
      prices: [{ model: 'openai:gpt-4o', meter: 'output', rate: '10' }],
    })
    expect(rates(model(found[0]))).toEqual(['input 2.5', 'output 10'])
    expect(model(found[0]).aliases).toHaveLength(1)
  })

  test('a file for LiteLLM gives the same prices when it is read, and lists what it lost', () => {
    const { text: file, lost } = writeLiteLlm(
      [
        ...present,
        modelOf({
          id: 'x:y',
          prices: [
            { meter: 'input', rate: '1.25', when: { promptTokensGt: 200_000, serviceTier: 'priority' } },
            { meter: 'input', rate: '0.4', when: { region: 'eu' } },
          ],
        }),
      ],
      atMs,
    )
    const again = records(file).map(model)
    expect(again.map(({ id, ...rest }) => [id, ...rates({ id, ...rest })])).toEqual([
      ['openai:gpt-4o', 'input 2.5'],
      ['anthropic:opus'],
      ['x:y', 'input 200000 priority 1.25'],
    ])
    expect(lost).toBe(3)
    expect(JSON.parse(file).sluice_lost['x:y']).toEqual(['prices.input|r:eu'])
  })
})
