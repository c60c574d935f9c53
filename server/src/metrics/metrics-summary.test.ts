import { metricsSummarySchema } from '@sluice/contract'
import { expect, test } from 'vitest'
import { rolloutPart } from '../rollouts/rollout-part.ts'
import { startTestServer } from '../testing/test-server.ts'

const production = '/api/v1/environments/production'
const flag = { enabled: true, variants: { on: true, off: false }, off: 'off', serve: 'off' }

async function startWithCalls(
  calls: readonly (readonly [string, string, number, Record<string, number>, string?, string?])[],
) {
  const fixture = await startTestServer({ parts: [rolloutPart] })
  await fixture.send('PUT', `${production}/flags/patch-mode`, { body: flag })
  const observations = calls.map(([variant, unit, secondsAgo, metrics, model, task]) => ({
    flag: 'patch-mode',
    variant,
    unit,
    at: new Date(fixture.clock.now() - secondsAgo * 1000).toISOString(),
    metrics,
    ...(model === undefined ? {} : { model }),
    ...(task === undefined ? {} : { task }),
  }))
  if (observations.length > 0)
    await fixture.send('POST', `${production}/observations`, { body: { id: 'b1', observations } })
  const summary = async (query = '') => {
    const { body } = await fixture.send('GET', `${production}/metrics/summary${query}`)
    return metricsSummarySchema.parse(body).items
  }
  return { ...fixture, summary }
}

test('R9, R49: calls are told apart by ranges of a metric, by model and by task, with the classes of their failures', async () => {
  const failed = (patches: number) => ({ error: 1, 'error.cut_off': 1, patches, latency_ms: 900 })
  const fine = (patches: number) => ({ error: 0, patches, latency_ms: 100 * patches })
  const { summary } = await startWithCalls([
    ['on', 'u1', 9, fine(1), 'a:x', 'chat'],
    ['on', 'u2', 8, fine(3), 'a:x', 'chat'],
    ['on', 'u3', 7, fine(5), 'b:y', 'mail'],
    ['on', 'u4', 6, failed(12), 'b:y', 'mail'],
    ['on', 'u5', 5, failed(20), 'b:y'],
    ['off', 'u6', 4, { error: 0 }],
  ])
  const groups = async (by: string) =>
    (await summary(`?by=${by}`))[0]?.breakdown?.map(({ value, totalCalls, errorRate, errorClasses }) => [
      value,
      totalCalls,
      errorRate,
      errorClasses,
    ])
  expect(await groups('patches')).toEqual([
    ['1', 1, 0, {}],
    ['3', 1, 0, {}],
    ['5', 1, 0, {}],
    ['10 to 20', 2, 1, { cut_off: 2 }],
  ])
  expect(await groups('model')).toEqual([
    ['b:y', 3, 2 / 3, { cut_off: 2 }],
    ['a:x', 2, 0, {}],
  ])
  expect((await groups('task'))?.map(([value, calls]) => [value, calls])).toEqual([
    ['chat', 2],
    ['mail', 2],
  ])
  expect((await summary('?by=patches'))[1]?.breakdown).toEqual([])
  expect((await summary())[0]?.breakdown).toBeNull()
})

test('two variants side by side, exact where the guides round', async () => {
  const { summary } = await startWithCalls([
    ['on', 'user1', 9, { error: 0, latency_ms: 150, tokens: 800, patches: 3 }],
    ['on', 'user2', 8, { error: 0, latency_ms: 180, tokens: 750, patches: 2 }],
    ['on', 'user3', 7, { error: 1, latency_ms: 200, tokens: 900, patches: 5 }],
    ['off', 'user4', 6, { error: 0, latency_ms: 100, input_tokens: 1000, output_tokens: 200 }],
    ['off', 'user5', 5, { error: 0, latency_ms: 120, input_tokens: 1100, output_tokens: 200 }],
    ['on', 'user6', 4, {}],
  ])
  const [on, off] = await summary()
  expect(on).toMatchObject({ totalCalls: 3, successfulCalls: 2, failedCalls: 1, uniqueUsers: 3, totalTokens: 2450 })
  expect(on?.errorRate).toBeCloseTo(0.3333, 4)
  expect(on?.successRate).toBeCloseTo(0.6667, 4)
  expect(on?.avgResponseTime).toBeCloseTo(176.667, 3)
  expect(Math.round(on?.avgTokensPerCall ?? 0)).toBe(817)
  expect(on?.custom['patches']).toEqual({ calls: 3, sum: 10, mean: 10 / 3 })
  expect(off).toMatchObject({
    totalCalls: 2,
    errorRate: 0,
    successRate: 1,
    avgResponseTime: 110,
    avgTokensPerCall: 1250,
  })
})

test('no calls are shown as such: counts of 0, everything else null', async () => {
  const { summary } = await startWithCalls([])
  const nothing = { totalCalls: 0, errorRate: null, successRate: null, avgResponseTime: null, p95ResponseTime: null }
  expect(await summary()).toMatchObject([
    { variant: 'on', ...nothing, avgTokensPerCall: null },
    { variant: 'off', ...nothing, modelBreakdown: [] },
  ])
})

test('only the last minutes count, and only the flag that was asked for', async () => {
  const { summary, send } = await startWithCalls([
    ['on', 'u1', 59, { error: 0 }],
    ['on', 'u2', 61, { error: 0 }],
    ['on', 'u3', 3601, { error: 0 }],
  ])
  expect((await summary('?lastMinutes=1'))[0]?.totalCalls).toBe(1)
  expect((await summary('?flag=patch-mode'))[0]?.totalCalls).toBe(2)
  expect((await summary('?lastMinutes=120'))[0]?.totalCalls).toBe(3)
  for (const [query, status] of [
    ['lastMinutes=0', 422],
    ['lastMinutes=abc', 400],
    ['flag=none', 404],
  ] as const)
    expect((await send('GET', `${production}/metrics/summary?${query}`)).status).toBe(status)
})

test('models with their part of the calls, the most used first', async () => {
  const { summary } = await startWithCalls([
    ['on', 'u1', 3, { error: 0 }, 'gpt-4o'],
    ['on', 'u1', 2, { error: 0 }, 'glm-4.5-air'],
    ['on', 'u2', 2, { error: 0 }, 'glm-4.5-air'],
    ['on', 'u3', 1, { error: 0 }],
  ])
  expect((await summary())[0]?.modelBreakdown).toEqual([
    { model: 'glm-4.5-air', totalCalls: 2, share: 2 / 3, expected: null },
    { model: 'gpt-4o', totalCalls: 1, share: 1 / 3, expected: null },
  ])
})

test('tasks with their models, and models against the mix that is expected', async () => {
  const [glm, oss, gemma] = ['z-ai:glm-4.5-air', 'openai:gpt-oss-20b', 'google:gemma-3-27b']
  const { summary, send } = await startWithCalls([
    ...Array.from({ length: 6 }, (_, i) => ['on', `u${i}`, 3, { error: i === 0 ? 1 : 0 }, glm, 'chat'] as const),
    ...Array.from({ length: 4 }, (_, i) => ['on', `u${i}`, 3, { error: 0 }, oss, 'analysis'] as const),
  ])
  const [on, off] = await summary(`?expect=${glm}=0.7,${oss}=0.3,${gemma}=0`)
  expect(on?.taskBreakdown).toMatchObject([
    { task: 'chat', totalCalls: 6, share: 0.6, errorRate: 1 / 6, modelBreakdown: [{ model: glm, share: 1 }] },
    { task: 'analysis', totalCalls: 4, share: 0.4, errorRate: 0 },
  ])
  expect(on?.modelBreakdown).toEqual([
    { model: glm, totalCalls: 6, share: 0.6, expected: 0.7 },
    { model: oss, totalCalls: 4, share: 0.4, expected: 0.3 },
    { model: gemma, totalCalls: 0, share: 0, expected: 0 },
  ])
  expect([on?.asExpected, off?.asExpected]).toEqual([true, null])
  expect((await summary(`?expect=${glm}=0.7,${oss}=0.3&tolerance=0.05`))[0]?.asExpected).toBe(false)
  const refused = await send('GET', `${production}/metrics/summary?expect=${glm}=70`)
  expect([refused.status, refused.body.errors[0].pointer]).toEqual([422, '/expect'])
})

test('quantiles of many calls, read page by page', async () => {
  const calls = Array.from({ length: 9000 }, (_, i) => ['on', `u${i % 700}`, i / 10, { latency_ms: i + 1 }] as const)
  const { summary } = await startWithCalls(calls)
  const [on] = await summary()
  expect(on).toMatchObject({ totalCalls: 9000, uniqueUsers: 700, errorRate: 0 })
  // The histogram's buckets are 1.6 % wide at most.
  expect(Math.abs((on?.p95ResponseTime ?? 0) / 8550 - 1)).toBeLessThan(0.017)
  expect(Math.abs((on?.p99ResponseTime ?? 0) / 8910 - 1)).toBeLessThan(0.017)
})
