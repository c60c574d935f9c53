import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { costOf } from './cost.ts'
import type { Price, PriceCondition } from './price.ts'
import { compilePrices } from './price-book.ts'
import type { Usage } from './usage.ts'

const at = Date.UTC(2026, 7, 1, 12)
interface Where {
  readonly at?: string
  readonly serviceTier?: string
  readonly batch?: boolean
}

/** A component, per million unless said. */
const p = (meter: Price['meter'], rate: string | null, when?: PriceCondition, more: Partial<Price> = {}): Price => ({
  meter,
  rate,
  per: 1_000_000,
  ...(when ? { when } : {}),
  ...more,
})

function priced(prices: readonly Price[], usage: Usage | null, where: Where = {}) {
  const { at: time, ...context } = where
  return costOf(compilePrices(prices), usage, {
    ...context,
    atMs: time === undefined ? at : Date.parse(time),
    model: 'test:model',
    priceVersion: 1,
  })
}
const usd = (prices: readonly Price[], usage: Usage, where: Where = {}) => {
  const cost = priced(prices, usage, where)
  return `${cost.usd} ${cost.status}`
}

const gt = (promptTokensGt: number) => ({ promptTokensGt })
const flex = { serviceTier: 'flex' }
const claude = [
  p('input', '3'),
  p('output', '15'),
  p('cache_read', '0.3'),
  p('cache_write', '3.75'),
  p('cache_write_1h', '6'),
]
const long = [
  p('input', '6', gt(200_000)),
  p('cache_write', '7.5', gt(200_000)),
  p('cache_write_1h', '12', gt(200_000)),
]
const evening = { timeOfDayUtc: '16:30-00:30' }
const from = (effectiveFrom: string) => ({ effectiveFrom })

/** The worked examples: number, prices, usage, context, what it must cost. */
const examples: readonly [string, readonly Price[], Usage, Where, string][] = [
  ['1', [p('input', '2.5'), p('output', '10')], { inputTokens: 1000, outputTokens: 500 }, {}, '0.0075 complete'],
  [
    '2',
    [p('input', '2.5'), p('output', '10'), p('cache_read', '1.25')],
    { inputTokens: 1000, cacheReadTokens: 200, outputTokens: 500 },
    {},
    '0.00725 complete',
  ],
  [
    '3',
    claude,
    { inputTokens: 2150, cacheReadTokens: 500, cacheWriteTokens: 150, cacheWrite1hTokens: 50, outputTokens: 1000 },
    {},
    '0.020325 complete',
  ],
  [
    '4',
    [...claude, ...long],
    { inputTokens: 300_000, cacheWriteTokens: 200_000, cacheWrite1hTokens: 100_000 },
    {},
    '2.55 complete',
  ],
  [
    '5',
    [p('input', '1.25'), p('output', '10'), p('cache_read', '0.625')],
    { inputTokens: 262_960, cacheReadTokens: 257_955, outputTokens: 1744 },
    {},
    '0.184918125 complete',
  ],
  ['6a', [p('input', '3'), p('input', '6', gt(200_000))], { inputTokens: 200_000 }, {}, '0.6 complete'],
  ['6b', [p('input', '3'), p('input', '6', gt(200_000))], { inputTokens: 200_001 }, {}, '1.200006 complete'],
  [
    '7',
    [p('input', '1'), p('input', '5', gt(90_000)), p('input', '9', gt(128_000)), p('output', '2')],
    { inputTokens: 150_000, outputTokens: 10 },
    {},
    '1.35002 complete',
  ],
  [
    '8',
    [p('input', '1'), p('input', '9', gt(128_000)), p('output', '2'), p('output', '18', gt(32_000))],
    { inputTokens: 40_000, outputTokens: 1000 },
    {},
    '0.058 complete',
  ],
  ['9a', [p('input', '1'), p('cache_read', '0')], { inputTokens: 10_000, cacheReadTokens: 10_000 }, {}, '0 complete'],
  ['9b', [p('input', '1')], { inputTokens: 10_000, cacheReadTokens: 10_000 }, {}, '0.01 complete'],
  [
    '10',
    [p('input', '2.5', flex), p('output', '15', flex), p('cache_read', '0.25', flex), p('cache_write', '3.125', flex)],
    { inputTokens: 10_000, cacheReadTokens: 4000, cacheWriteTokens: 2000, outputTokens: 1000 },
    flex,
    '0.03225 complete',
  ],
  [
    '11',
    [p('input', '5'), p('input', '10', gt(272_000)), p('input', '2.5', flex)],
    { inputTokens: 300_000 },
    flex,
    '0.75 complete',
  ],
  [
    '12',
    [
      p('input', '5'),
      p('output', '25'),
      p('input', '7.5', gt(200_000)),
      p('output', '37.5', gt(200_000)),
      p('input', '10', { serviceTier: 'fast' }),
      p('output', '50', { serviceTier: 'fast' }),
    ],
    { inputTokens: 250_000, outputTokens: 1000 },
    { serviceTier: 'fast' },
    '2.55 complete',
  ],
  [
    '13',
    [p('input', '15'), p('output', '60')],
    { inputTokens: 17, outputTokens: 1578, reasoningTokens: 952 },
    {},
    '0.094935 complete',
  ],
  [
    '14a',
    [p('output', '2'), p('reasoning', '4'), p('output', '1', evening), p('reasoning', '0.5', evening)],
    { outputTokens: 80, reasoningTokens: 30 },
    { at: '2026-08-01T18:00:00Z' },
    '0.000065 complete',
  ],
  [
    '14b',
    [p('output', '2'), p('reasoning', '4'), p('output', '1', evening), p('reasoning', '0.5', evening)],
    { outputTokens: 80, reasoningTokens: 30 },
    { at: '2026-08-01T12:00:00Z' },
    '0.00022 complete',
  ],
  [
    '15a',
    [
      p('input', '1'),
      p('output', '6'),
      p('input', '0.2', undefined, from('2026-07-30')),
      p('output', '1.2', undefined, from('2026-07-30')),
    ],
    { inputTokens: 1000, outputTokens: 1000 },
    { at: '2026-07-29T23:59:59Z' },
    '0.007 complete',
  ],
  [
    '15b',
    [
      p('input', '1'),
      p('output', '6'),
      p('input', '0.2', undefined, from('2026-07-30')),
      p('output', '1.2', undefined, from('2026-07-30')),
    ],
    { inputTokens: 1000, outputTokens: 1000 },
    { at: '2026-07-30T00:00:00Z' },
    '0.0014 complete',
  ],
  ...(['2026-03-12', '2026-03-13'] as const).map((day, i): [string, readonly Price[], Usage, Where, string] => [
    `16${'ab'[i]}`,
    [
      p('input', '5'),
      p('output', '25'),
      p('input', '10', gt(200_000)),
      p('output', '37.5', gt(200_000)),
      p('input', null, gt(200_000), from('2026-03-13')),
      p('output', null, gt(200_000), from('2026-03-13')),
    ],
    { inputTokens: 300_000, outputTokens: 1000 },
    { at: `${day}T00:00:00Z` },
    i === 0 ? '3.0375 complete' : '1.525 complete',
  ]),
  [
    '17',
    [p('input', '1'), p('output', '2')],
    { inputTokens: 14, outputTokens: 1720, outputImageTokens: 1120 },
    {},
    '0.003454 complete',
  ],
  [
    '18',
    [
      p('input', '5'),
      p('output', '10'),
      p('cache_read', '1.25'),
      p('input_image', '8'),
      p('cache_read_image', '2'),
      p('output_image', '32'),
    ],
    {
      inputTokens: 1000,
      cacheReadTokens: 200,
      inputImageTokens: 300,
      cacheReadImageTokens: 50,
      outputTokens: 600,
      outputImageTokens: 500,
    },
    {},
    '0.0220375 complete',
  ],
  [
    '19a',
    [p('input', '0.00125', { batch: true }, { per: 1 }), p('output', '0.005', { batch: true }, { per: 1 })],
    { inputTokens: 10, outputTokens: 5 },
    { batch: true },
    '0.0375 complete',
  ],
  ['19b', [p('web_search', '10', undefined, { per: 1000 })], { webSearches: 2 }, {}, '0.02 complete'],
  ['20', [], { inputTokens: 5, providerCostUsd: '8.41005e-05' }, {}, '0.0000841005 complete'],
  ['21a', [p('input', '3')], { inputTokens: 1000, outputTokens: 500 }, {}, '0.003 incomplete'],
  ['21c', [p('input', '3')], { inputTokens: 1, cacheWriteTokens: 2 }, {}, '0.000003 invalid'],
  ['float', [p('input', '3'), p('output', '15')], { inputTokens: 1051, outputTokens: 1340 }, {}, '0.023253 complete'],
  ['free', [p('input', '0'), p('output', '0')], { inputTokens: 1000, outputTokens: 500 }, {}, '0 complete'],
  ['nothing used', [p('input', '3')], {}, {}, '0 complete'],
]

test.each(examples)('worked example %s costs exactly what it says', (_, prices, usage, where, wanted) => {
  expect(usd(prices, usage, where)).toBe(wanted)
})

test('a sum that binary floating point gets wrong is exact', () => {
  const prices = [p('input', '0.15'), p('cache_read', '0.075'), p('output', '0.6')]
  const usage = { inputTokens: 155_038, cacheReadTokens: 42, outputTokens: 1 }
  expect((154_996 * 0.15) / 1e6 + (42 * 0.075) / 1e6 + 0.6 / 1e6).toBe(0.023253149999999997)
  expect(usd(prices, usage)).toBe('0.02325315 complete')
})

describe('when it is not known', () => {
  test('an unknown model is unpriced, never 0', () => {
    const cost = costOf(null, { inputTokens: 1 }, { atMs: at, model: 'nobody:nothing', priceVersion: null })
    expect(cost).toMatchObject({
      usd: null,
      status: 'unpriced',
      source: 'catalogue',
      reasons: ['There is no model "nobody:nothing".'],
    })
  })

  test('a known model without any price that applies is unpriced', () => {
    expect(usd([p('image', '0.04', { quality: 'hd' }, { per: 1 })], { images: 1 })).toBe('null unpriced')
  })

  test('a call that reported no usage is incomplete', () => {
    expect(priced([p('input', '3')], null)).toMatchObject({ usd: null, status: 'incomplete' })
  })

  test('a request without a price of its own costs what its tokens cost', () => {
    expect(usd([p('input', '3')], { inputTokens: 1000, requests: 1 })).toBe('0.003 complete')
    expect(usd([p('input', '3')], { requests: 1 })).toBe('null unpriced')
    expect(
      usd([p('input', '3'), p('request', '5', undefined, { per: 1000 })], { inputTokens: 1000, requests: 1 }),
    ).toBe('0.008 complete')
  })
})

describe('which rate', () => {
  test('a meter of its own at the standard rate comes before the parent in the mode, and says so', () => {
    const cost = priced(
      [p('input', '2'), p('input', '1', flex), p('cache_read', '0.5')],
      { inputTokens: 100, cacheReadTokens: 100 },
      flex,
    )
    expect(cost.usd).toBe('0.00005')
    expect(cost.breakdown).toMatchObject([{ component: 'cache_read', rate: '0.5', assumed: 'standard' }])
  })

  test('cached audio without a price takes the cached one, and is not complete when both could be meant', () => {
    const usage = { inputTokens: 100, cacheReadTokens: 100, inputAudioTokens: 100, cacheReadAudioTokens: 100 }
    const prices = [p('input', '2'), p('cache_read', '1')]
    expect(usd(prices, usage)).toBe('0.0001 complete')
    expect(usd([...prices, p('input_audio', '8')], usage)).toBe('0.0001 incomplete')
    expect(usd([p('input', '2'), p('input_audio', '8')], usage)).toBe('0.0008 complete')
  })

  test('a weekday is the one on which the window began', () => {
    const prices = [p('input', '2'), p('input', '1', { timeOfDayUtc: '22:00-02:00', weekdays: [5] })]
    expect(usd(prices, { inputTokens: 1_000_000 }, { at: '2026-08-01T01:59:59Z' })).toBe('1 complete')
    expect(usd(prices, { inputTokens: 1_000_000 }, { at: '2026-08-01T02:00:00Z' })).toBe('2 complete')
    expect(usd(prices, { inputTokens: 1_000_000 }, { at: '2026-08-01T22:00:00Z' })).toBe('2 complete')
  })

  test('more modes beat fewer, whatever the order of the prices', () => {
    const prices = [
      p('input', '9'),
      p('input', '4', { batch: true }),
      p('input', '1', { batch: true, serviceTier: 'flex' }),
      p('input', '2', flex),
    ]
    for (const list of [prices, prices.toReversed()])
      expect(usd(list, { inputTokens: 1_000_000 }, { batch: true, serviceTier: 'flex' })).toBe('1 complete')
    expect(usd(prices, { inputTokens: 1_000_000 }, { batch: true })).toBe('4 complete')
  })
})

describe('impossible usage is clamped and says so', () => {
  const prices = [p('input', '1'), p('output', '2'), p('cache_read', '0.1')]
  test.each<[string, Record<string, unknown>, string]>([
    ['a negative count', { inputTokens: -5, outputTokens: 1000 }, '0.002 invalid'],
    ['a fraction of a token', { inputTokens: 1000.9 }, '0.001 invalid'],
    ['NaN', { inputTokens: Number.NaN }, '0 invalid'],
    ['text', { inputTokens: '1000' }, '0 invalid'],
    ['more cached than there is', { inputTokens: 1000, cacheReadTokens: 5000 }, '0.0001 invalid'],
    ['more reasoning than output', { outputTokens: 1000, reasoningTokens: 1001 }, '0.002 invalid'],
    ['more than 2^53 - 1', { inputTokens: 1e300 }, '9007199254.740991 invalid'],
  ])('%s', (_, usage, wanted) => expect(usd(prices, usage as Usage)).toBe(wanted))
})

test('no floating point touches money', () => {
  for (const file of ['decimal.ts', 'price-book.ts', 'cost.ts']) {
    const source = readFileSync(new URL(file, import.meta.url), 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')
    expect(
      source.match(/parseFloat|toFixed|toPrecision|Number\((?!exponentText\))|\d\.\d(?!.*RegExp)/g),
      file,
    ).toBeNull()
  }
})
