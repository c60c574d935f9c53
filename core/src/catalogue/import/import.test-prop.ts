import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { scale } from '../../../../testing/scale.ts'
import { planImport } from './plan-import.ts'
import { JsonBroken } from './read-json.ts'
import { UnreadableFile } from './read-records.ts'

/** A file of each format with most of the fields that a reader looks at. */
const files: readonly object[] = [
  {
    format: 'sluice-catalogue/1',
    models: [
      {
        id: 'a:x',
        name: 'X',
        limits: { context: 1 },
        prices: [{ meter: 'input', rate: '1', per: 1000, when: { promptTokensGt: 5, weekdays: [1] } }],
        aliases: [{ alias: 'b', kind: 'dated' }],
        reasoning: { type: 'effort', param: 'e', values: ['low'], also: [{ type: 'budget-tokens', min: 1 }] },
        managedBy: { pricing: 'manual' },
        extra: { a: [1] },
      },
    ],
    aliases: [{ modelId: 'a:x', alias: 'c' }],
    prices: [{ modelId: 'a:x', meter: 'output', rate: 2 }],
  },
  {
    x: {
      litellm_provider: 'openai',
      mode: 'chat',
      max_tokens: 5,
      max_input_tokens: 7,
      input_cost_per_token: 1e-6,
      output_cost_per_token_batches: 1e-6,
      input_cost_per_image: 1e-6,
      supports_vision: true,
      supports_reasoning: true,
      supports_max_reasoning_effort: true,
      supported_modalities: ['text'],
      supported_output_modalities: ['text'],
      tiered_pricing: [{ range: [0, 5], input_cost_per_token: 1e-6 }],
      search_context_cost_per_query: { search_context_size_low: 0.1 },
      provider_specific_entry: { us: 1.1, fast: 6 },
      regional_processing_uplift_multiplier_eu: 1.1,
      deprecation_date: '2027-01-01',
      source: 'https://x',
    },
  },
  {
    openai: {
      npm: '@ai-sdk/openai',
      doc: 'https://x',
      models: {
        m: {
          id: 'm',
          name: 'M',
          status: 'beta',
          limit: { context: 5, output: 5 },
          modalities: { input: ['text'], output: ['text'] },
          reasoning: true,
          reasoning_options: [
            { type: 'effort', values: ['low'] },
            { type: 'budget_tokens', min: 1, max: 2 },
          ],
          cost: { input: 1, output: 2, cache_read: 0, tiers: [{ input: 3, tier: { type: 'context', size: 9 } }] },
          experimental: { modes: { fast: { cost: { input: 9 }, provider: { body: { speed: 'fast' } } } } },
        },
      },
    },
  },
  [
    {
      id: 'p',
      api_pattern: 'x',
      models: [
        {
          id: 'm',
          match: { or: [{ equals: 'n' }] },
          context_window: 5,
          prices: [
            { prices: { input_mtok: { base: 1, tiers: [{ start: 5, price: 2 }] } } },
            { constraint: { start_date: '2026-01-01' }, prices: { input_mtok: 1 } },
            { constraint: { start_time: '00:30:00Z', end_time: '16:30:00Z' }, prices: { output_mtok: 1 } },
          ],
        },
      ],
    },
  ],
  {
    data: [
      {
        id: 'v/m',
        name: 'M',
        context_length: 5,
        architecture: { input_modalities: ['text', 'file'], output_modalities: ['text'] },
        top_provider: { max_completion_tokens: 5 },
        supported_parameters: ['tools'],
        expiration_date: '2027-01-01',
        alias_target: { slug: 'v/m' },
        pricing: { prompt: '0.1', completion: '-1', overrides: [{ min_prompt_tokens: 5, prompt: '0.2' }] },
      },
    ],
  },
]

function plan(text: string) {
  const work = planImport(text, { find: () => undefined, aliases: new Map() }, { take: 'kept', atMs: 0 })
  let step = work.next()
  while (!step.done) step = work.next()
  return step.value.records
}

/** Every place in a file, as the path to it. */
function placesIn(value: unknown, path: readonly string[] = []): string[][] {
  const own = path.length === 0 ? [] : [[...path]]
  if (typeof value !== 'object' || value === null) return own
  return [...own, ...Object.entries(value).flatMap(([name, member]) => placesIn(member, [...path, name]))]
}

function replaced(value: unknown, [name, ...rest]: readonly string[], by: unknown): unknown {
  if (name === undefined) return by
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string, unknown>
  copy[name] = replaced(copy[name], rest, by)
  return copy
}

const spoilt = fc
  .constantFrom(...files)
  .chain((file) =>
    fc
      .tuple(
        fc.constantFrom(...placesIn(file)),
        fc.oneof(fc.jsonValue(), fc.constantFrom(-1, 0, 1e300, '', '\0', [], {}, [null], '-1')),
      )
      .map(([path, junk]) => JSON.stringify(replaced(file, path, junk), null, 1)),
  )

test('whatever stands in a field, a plan comes out of it, and every error has its place', () => {
  fc.assert(
    fc.property(spoilt, (text) => {
      const lines = text.split('\n').length
      try {
        for (const { action, errors, model, line } of plan(text)) {
          expect(model === null || errors.length === 0).toBe(true)
          expect(action === 'error').toBe(errors.length > 0)
          expect(line).toBeGreaterThan(0)
          for (const error of errors) {
            expect(error.line).toBeLessThanOrEqual(lines)
            expect(error.message).not.toBe('')
            expect(error.pointer).toMatch(/^\//)
          }
        }
      } catch (error) {
        if (!(error instanceof UnreadableFile)) throw error
      }
    }),
    { numRuns: scale(2000, 40_000) },
  )
})

test('any text is a plan, or refused in words', () => {
  const cut = fc.tuple(spoilt, fc.nat()).map(([text, at]) => text.slice(0, at % (text.length + 1)))
  fc.assert(
    fc.property(fc.oneof(cut, fc.string(), fc.json()), (text) => {
      try {
        plan(text)
      } catch (error) {
        expect(error instanceof JsonBroken || error instanceof UnreadableFile).toBe(true)
      }
    }),
    { numRuns: scale(1000, 20_000) },
  )
})
