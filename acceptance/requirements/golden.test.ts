// The guides' own figures, and what they came to when their code was run.
import { importWhitelistJson } from '@sluice/core/formats'
import { compileFlagSet, evaluate } from '@sluice/core/evaluation'
import type { Flag } from '@sluice/core/evaluation'
import type { Alert, ImportPlan, PlanInput, Rollout } from '@sluice/contract'
import { startingCatalogue } from '@sluice/demo'
import { compat, createModelRepository } from '@sluice/sdk/models'
import { describe, expect, test } from 'vitest'
import { metricsSummarySchema } from '@sluice/contract'
import { failing, startLiveRollout } from '../../server/src/testing/live-rollout.ts'
import type { LiveRollout } from '../../server/src/testing/live-rollout.ts'
import { startTestServer } from '../../server/src/testing/test-server.ts'
import { serverParts } from '../../server/src/server-parts.ts'

const production = '/api/v1/environments/production'

function onOf(flag: Flag, units: readonly string[]): string[] {
  const flags = compileFlagSet({ schema: 1, env: 'test', epoch: 'e', revision: 1, flags: { f: flag } })
  return units.filter((unit) => evaluate(flags, 'f', { targetingKey: unit }, 0).variant === 'on')
}

const hundred = Array.from({ length: 100 }, (_, i) => `user_${i}`)

function imported(percent: number, lists: { whitelist?: string[]; blacklist?: string[]; enabled?: boolean } = {}) {
  const read = importWhitelistJson({ f: { enabled: true, rolloutPercentage: percent, ...lists } })
  if (!read.ok) throw new Error(JSON.stringify(read.problems))
  return { flag: read.imported.flags['f'] as Flag, notes: read.imported.notes }
}

describe('R101: the catalogue of 58 models answers as its guide expects', () => {
  test('R101, B29: look-ups, counts and costs, exact', async () => {
    const { send } = await startTestServer({ parts: serverParts })
    const plan = (
      await send('POST', '/api/v1/models/import/plan?format=sluice', { body: JSON.parse(startingCatalogue()) })
    ).body as ImportPlan
    const { planId, planHash } = plan
    await send('POST', '/api/v1/models/import/apply', { body: { planId, planHash, reason: 'the start' } })
    const file = (await send('GET', '/api/v1/models/export?format=sluice')).body as { models: object[] }
    const models = createModelRepository({ static: file.models })
    const gpt = models.getModelConfig('openai:gpt-4o')
    expect(gpt?.pricing).toMatchObject({ input: 2.5, output: 10 })
    expect(models.getModelConfig('nobody:nothing')).toBeNull()
    expect(models.getAllModels().length).toBe(58)
    expect(models.getModelsByProvider('anthropic').length).toBeGreaterThan(0)
    expect(models.getModelsByProvider('anthropic').every(({ provider }) => provider === 'anthropic')).toBe(true)
    expect(models.getModelsByProvider('nobody')).toEqual([])
    expect(models.getModelConfig('openai:gpt-5')?.reasoning?.type).toBe('openai-reasoning-effort')
    const usage = { inputTokens: 1000, outputTokens: 500 }
    expect(models.calculateCost('openai:gpt-4o', usage)).toMatchObject({ usd: '0.0075', status: 'complete' })
    const nothing = { inputTokens: 0, outputTokens: 0 }
    expect(models.calculateCost('openai:gpt-4o', nothing)).toMatchObject({ usd: '0', status: 'complete' })
    expect(models.calculateCost('nobody:nothing', usage)).toMatchObject({ usd: null, status: 'unpriced' })
    const plain = compat(models)
    expect(plain.calculateCost('openai:gpt-4o', 1000, 500)).toBe(0.0075)
    expect(plain.calculateCost('nobody:nothing', 1000, 500)).toBeNaN()
    await send('POST', '/api/v1/models', {
      body: { id: 'acme:one', name: 'One', provider: 'acme', pricing: { input: 1, output: 1 } },
    })
    const head = (await send('GET', '/api/v1/models/export?format=sluice')).body as { models: object[] }
    expect([head.models.length, models.getAllModels().length]).toEqual([59, 58])
  })
})

describe('R102: who is in, at every percentage', () => {
  test.each([
    [0, 0],
    [1, 2],
    [10, 15],
    [15, 20],
    [20, 21],
    [25, 21],
    [30, 21],
    [50, 47],
    [100, 100],
  ])('R102: with the guide’s own hash %i %% lets %i of 100 users in', (percent, count) => {
    expect(onOf(imported(percent).flag, hundred).length).toBe(count)
  })

  const native = (share: number): Flag => ({
    enabled: true,
    variants: { on: true, off: false },
    off: 'off',
    rules: [{ id: 'r', sample: { share, salt: 's1' }, serve: 'on' }],
    serve: 'off',
  })
  test.each([
    [1000, 1],
    [10_000, 6],
    [20_000, 19],
    [25_000, 26],
    [30_000, 31],
    [50_000, 50],
    [100_000, 100],
  ])('R102: with ours a share of %i lets %i of 100 users in', (share, count) => {
    expect(onOf(native(share), hundred).length).toBe(count)
  })
  test('R102: with ours 25 % are these users, within the 15 to 35 that the guide accepts', () => {
    const numbers = '4 8 18 20 21 22 25 27 28 30 31 32 38 41 43 47 56 57 58 62 64 72 73 74 82 93'.split(' ')
    expect(onOf(native(25_000), hundred)).toEqual(numbers.map((number) => `user_${number}`))
    expect(numbers.length).toBeGreaterThanOrEqual(15)
    expect(numbers.length).toBeLessThanOrEqual(35)
  })
})

test('R103: lists decide before the percentage, and the kill switch before the lists', () => {
  expect(onOf(imported(0, { whitelist: ['whitelisted_user'] }).flag, ['whitelisted_user'])).toEqual([
    'whitelisted_user',
  ])
  expect(onOf(imported(0, { blacklist: ['blacklisted_user'] }).flag, ['blacklisted_user'])).toEqual([])
  expect(onOf(imported(100, { blacklist: ['blacklisted_user'] }).flag, ['blacklisted_user'])).toEqual([])
  expect(onOf(imported(0, { whitelist: ['a'], enabled: false }).flag, ['a'])).toEqual([])
  expect(imported(0, { whitelist: ['a', 'a'] }).flag.include?.length).toBe(1)
  const both = imported(0, { whitelist: ['a'], blacklist: ['a'] })
  expect(onOf(both.flag, ['a'])).toEqual(['a'])
  expect(both.notes.some(({ sentence }) => sentence.startsWith('On both lists'))).toBe(true)
})

test('R104: the guide’s five calls come to its figures, exact', async () => {
  const { send, clock } = await startTestServer({ parts: serverParts })
  const flag = { enabled: true, variants: { on: true, off: false }, off: 'off', serve: 'off' }
  await send('PUT', `${production}/flags/patch-mode`, { body: flag })
  const at = new Date(clock.now() - 1000).toISOString()
  const call = (
    variant: string,
    unit: string,
    latency_ms: number,
    tokens: number,
    error: number,
    patches?: number,
  ) => ({
    flag: 'patch-mode',
    variant,
    unit,
    at,
    metrics: { latency_ms, tokens, error, ...(patches === undefined ? {} : { patches }) },
  })
  const observations = [
    call('on', 'user1', 150, 800, 0, 3),
    call('on', 'user2', 180, 750, 0, 2),
    call('on', 'user3', 200, 900, 1, 5),
    call('off', 'user4', 100, 1200, 0),
    call('off', 'user5', 120, 1300, 0),
  ]
  await send('POST', `${production}/observations`, { body: { id: 'five', observations } })
  const { items } = metricsSummarySchema.parse((await send('GET', `${production}/metrics/summary`)).body)
  const [candidate, baseline] = ['on', 'off'].map((name) => items.find(({ variant }) => variant === name))
  expect(candidate).toMatchObject({
    totalCalls: 3,
    successfulCalls: 2,
    failedCalls: 1,
    uniqueUsers: 3,
    totalTokens: 2450,
  })
  expect(baseline).toMatchObject({ totalCalls: 2, successfulCalls: 2, uniqueUsers: 2, totalTokens: 2500 })
  const percent = (rate: number | null | undefined) => `${(100 * (rate ?? Number.NaN)).toFixed(2)} %`
  expect([percent(candidate?.errorRate), percent(candidate?.successRate)]).toEqual(['33.33 %', '66.67 %'])
  expect([percent(baseline?.errorRate), percent(baseline?.successRate)]).toEqual(['0.00 %', '100.00 %'])
  expect([candidate, baseline].map((arm) => Math.round(arm?.avgResponseTime ?? 0))).toEqual([177, 110])
  expect([candidate, baseline].map((arm) => Math.round(arm?.avgTokensPerCall ?? 0))).toEqual([817, 1250])
  const patches = candidate?.custom['patches']?.sum ?? 0
  expect([patches, 2450 / patches]).toEqual([10, 245])
})

/** The guide's limits as plain thresholds over a window of a second, from the first call on. */
const window = { length: '1s', breach: 1, of: 1, minSamples: 1 } as const
const guideLimits: Partial<PlanInput> = {
  guardrails: [
    { metric: 'error', over: 0.05, onBreach: 'rollback', window },
    { metric: 'latency_ms', stat: 'mean', ratioOver: 1.5, onBreach: 'notify', window },
    { metric: 'tokens', stat: 'mean', ratioOver: 0.8, safeBelowRatio: 0.8, onBreach: 'notify', window },
  ],
}

const alertsOf = async (rollout: LiveRollout): Promise<Alert[]> =>
  (await rollout.send('GET', `${production}/alerts?state=all`)).body.items

/** Outcomes one after the other, each for the next user of the arm. */
function inTurn(times: readonly number[], tokens: readonly number[], last: { readonly error: number }) {
  let next = 0
  return () => {
    const i = next++
    return { error: i === times.length - 1 ? last.error : 0, latency_ms: times[i] ?? 0, tokens: tokens[i] ?? 0 }
  }
}

test.each([
  ['the guide’s five calls', [150, 180, 200], [800, 750, 900], [1200, 1300], 'too slow', 'saving'],
  ['calls just within both limits', [150, 160, 185], [990, 1000, 1010], [1240, 1260], 'fast', 'saving'],
  ['calls just beyond both limits', [150, 160, 186], [990, 1000, 1013], [1240, 1260], 'too slow', 'wasting'],
] as const)('R104: %s against the guide’s limits', async (_, times, tokens, baseTokens, latency, savings) => {
  const stages = [{ percent: 50, atLeast: '1h' }, { percent: 100 }]
  const rollout = await startLiveRollout({ ...guideLimits, stages })
  const on = inTurn(times, tokens, { error: 1 })
  const off = inTurn([100, 120], baseTokens, { error: 0 })
  await rollout.exactly({ on, off, candidates: 3, baselines: 2 })
  expect(await rollout.look()).toMatchObject({ state: 'rolled_back', exposure: { set: 0 } })
  const { verdicts } = (await rollout.decisions()).at(-1) ?? { verdicts: [] }
  expect(verdicts.map(({ metric, verdict }) => [metric, verdict])).toEqual([
    ['error', 'fail'],
    ['latency_ms', latency === 'fast' ? 'pass' : 'fail'],
    ['tokens', savings === 'saving' ? 'pass' : 'fail'],
  ])
  expect(verdicts[0]).toMatchObject({ estimate: 1 / 3, candidate: { units: 3, events: 1 } })
  const alerts = await alertsOf(rollout)
  expect(alerts.map(({ severity, evidence }) => [severity, evidence?.metric]).sort()).toEqual([
    ['CRITICAL', 'error'],
    ...(latency === 'fast' ? [] : [['WARNING', 'latency_ms']]),
    ...(savings === 'saving' ? [] : [['WARNING', 'tokens']]),
  ])
})

test('R105: ten failures and no baseline raise exactly one alert, about the error rate, and 10 % become 0', async () => {
  const rollout = await startLiveRollout({ ...guideLimits, stages: [{ percent: 10 }, { percent: 100 }] })
  const on = () => ({ error: 1, latency_ms: 100, tokens: 800 })
  await rollout.exactly({ on, off: on, candidates: 10, baselines: 0 })
  expect(await rollout.look()).toMatchObject({ state: 'rolled_back', exposure: { set: 0 } })
  const [alert, ...more] = await alertsOf(rollout)
  expect(more).toEqual([])
  expect(alert).toMatchObject({ severity: 'CRITICAL', evidence: { metric: 'error', value: 1, limit: 0.05, n: 10 } })
  expect(alert?.message).toMatch(/error rate: .*10 of 10 calls/)
  const { verdicts } = (await rollout.decisions()).at(-1) ?? { verdicts: [] }
  expect(verdicts.slice(1).map(({ estimate, baseline }) => [estimate, baseline.units])).toEqual([
    [null, 0],
    [null, 0],
  ])
  await rollout.seconds(3, { arms: 'T', on: failing('error') })
  expect((await rollout.look()).exposure.set).toBe(0)
  expect((await alertsOf(rollout)).length).toBe(1)
})

test('R105: as evidence ten failures of one user never pass, and of ten users the fourth is enough', async () => {
  const plan: Partial<PlanInput> = {
    stages: [{ percent: 10, atLeast: '1h' }, { percent: 100 }],
    guardrails: [{ metric: 'error', over: 0.05, onBreach: 'rollback' }],
  }
  const one = await startLiveRollout(plan)
  const unit = await one.unitOf('T')
  for (let call = 0; call < 10; call++) {
    const at = new Date(one.clock.now()).toISOString()
    await one.observe([{ flag: 'f', variant: 'on', unit, at, metrics: { error: 1 } }])
    await one.clock.advance(1000)
  }
  await one.clock.advance(200_000)
  expect(await one.look()).toMatchObject({ state: 'held', exposure: { set: 10 } })
  const ten = await startLiveRollout(plan)
  let users = 0
  while ((await ten.look()).state !== 'rolled_back' && users < 10) {
    await ten.exactly({ on: () => ({ error: 1 }), off: () => ({ error: 0 }), candidates: 1, baselines: 0 })
    users += 1
  }
  expect(await ten.look()).toMatchObject({ state: 'rolled_back', exposure: { set: 0 } })
  expect(users).toBeLessThanOrEqual(4)
})

test('R32: the status of a rollout is its share and what was seen, with no average of no calls', async () => {
  const rollout = await startLiveRollout({ stages: [{ percent: 10 }, { percent: 100 }] })
  expect(await rollout.look()).toMatchObject({ stage: { percent: 10 }, exposure: { set: 10, units: 0, calls: 0 } })
  const summary = metricsSummarySchema.parse((await rollout.send('GET', `${production}/metrics/summary`)).body)
  expect(summary.items[0]).toMatchObject({ totalCalls: 0, avgResponseTime: null })
  await rollout.act('rollback', { reason: 'test' })
  const ended = (await rollout.look()) as Rollout
  expect(ended).toMatchObject({ state: 'rolled_back', exposure: { set: 0 } })
})

test('R88: a history entry holds the field that changed, the person, the time and the reason', async () => {
  const { send } = await startTestServer({ parts: serverParts })
  await send('POST', '/api/v1/models', {
    body: { id: 'openai:gpt-4o', name: 'GPT-4o', provider: 'openai', pricing: { input: 5, output: 10 } },
  })
  const reason = 'OpenAI announced price reduction'
  await send('PATCH', `/api/v1/models/openai%3Agpt-4o?reason=${encodeURIComponent(reason)}`, {
    body: { pricing: { input: 2.5, output: 10 } },
  })
  const { items } = (await send('GET', '/api/v1/models/openai%3Agpt-4o/history')).body
  expect(items[0]).toMatchObject({
    version: 2,
    reason,
    changes: [{ field: 'pricing.input', oldValue: 5, newValue: 2.5 }],
  })
  expect(items[0].changedBy).toEqual(expect.any(String))
  expect(Date.parse(items[0].at)).toBeGreaterThan(0)
})
