// What the guides' own code and procedures get wrong: each test fails on their behaviour.
import { describe, expect, test } from 'vitest'
import type { Alert, Rollout } from '@sluice/contract'
import { createTestClient } from '@sluice/sdk'
import { failing, fine, startLiveRollout } from '../../server/src/testing/live-rollout.ts'
import { startTestServer } from '../../server/src/testing/test-server.ts'
import { serverParts } from '../../server/src/server-parts.ts'

const production = '/api/v1/environments/production'
const boolean = { enabled: true, variants: { on: true, off: false }, off: 'off', serve: 'off' }
const errors = (over: number, onBreach: 'rollback' | 'hold' | 'notify' = 'rollback') => ({
  guardrails: [{ metric: 'error', over, onBreach } as const],
})
const tenth = { percent: 10, atLeast: '1h' }

test.each([10, 50, 100])(
  'B1: a critical breach at %i %% lowers the share to 0 and never raises it',
  async (percent) => {
    const rollout = await startLiveRollout({ stages: [{ percent, atLeast: '1h' }], ...errors(0.05) })
    await rollout.seconds(20, { on: failing('error', 2) })
    expect((await rollout.look()).exposure.set).toBe(0)
    const shares = (await rollout.decisions()).slice(1).map(({ from, to }) => to - from)
    expect(Math.max(...shares)).toBeLessThanOrEqual(0)
    await rollout.seconds(5, { on: failing('error', 2) })
    expect((await rollout.look()).exposure.set).toBe(0)
  },
)

test('B2: a guardrail has one action, told before the start', async () => {
  const { send } = await startTestServer({ parts: serverParts })
  await send('PUT', `${production}/flags/f`, { body: boolean })
  const body = { flag: 'f', guardrails: [{ metric: 'error', over: 0.05, onBreach: ['rollback', 'hold'] }] }
  expect((await send('POST', `${production}/rollouts`, { body })).status).toBe(400)
  const made = await send('POST', `${production}/rollouts`, { body: { flag: 'f', ...errors(0.05) } })
  expect(made.body.plan.guardrails.map(({ onBreach }: { onBreach: string }) => onBreach)).toEqual(['rollback'])
})

test('B3: a start switches the flag on and opens the first stage in one step', async () => {
  const { send } = await startTestServer({ parts: serverParts })
  await send('PUT', `${production}/flags/f`, { body: { ...boolean, enabled: false } })
  await send('POST', `${production}/rollouts?start=true`, { body: { flag: 'f' } })
  const { body } = await send('GET', `${production}/flags/f`)
  expect([body.flag.enabled, body.flag.rules[0].sample.share]).toEqual([true, 1000])
})

test('B4, B42: at 100 % without a baseline nothing relative can fire: the plan is refused, or keeps some back', async () => {
  const { send } = await startTestServer({ parts: serverParts })
  await send('PUT', `${production}/flags/f`, { body: boolean })
  const relative = [{ metric: 'latency_ms', stat: 'mean', ratioOver: 1.5, onBreach: 'hold' }]
  const all = [{ percent: 100, holdback: 0 }]
  const refused = await send('POST', `${production}/rollouts`, {
    body: { flag: 'f', stages: all, guardrails: relative },
  })
  expect(refused.status).toBe(422)
  const kept = await send('POST', `${production}/rollouts`, {
    body: { flag: 'f', stages: [{ percent: 100 }], guardrails: relative },
  })
  expect(kept.body.plan.stages[0].holdback).toBe(5)
})

test('B5: without calls nothing is healthy: no stage opens, and it says since when', async () => {
  const rollout = await startLiveRollout({ stages: [{ percent: 10, atLeast: '1s' }, { percent: 100 }] })
  await rollout.clock.advance(600_000)
  const { state, exposure, waitingFor, verdicts } = await rollout.look()
  expect([state, exposure.set, waitingFor[0]?.code]).toEqual(['held', 10, 'no_data'])
  expect(verdicts.every(({ verdict, noDataSince }) => verdict === 'no_data' && noDataSince !== null)).toBe(true)
})

test('B6: success is what is left of errors: one fact, one verdict', async () => {
  const rollout = await startLiveRollout({
    stages: [tenth, { percent: 100 }],
    guardrails: [{ metric: 'completed', under: 0.95, onBreach: 'hold' }],
  })
  await rollout.seconds(12, { on: () => ({ completed: 0 }), off: () => ({ completed: 1 }), calls: 80 })
  const { verdicts } = await rollout.look()
  expect(verdicts.map(({ metric, verdict, direction }) => [metric, verdict, direction])).toEqual([
    ['completed', 'fail', 'over'],
  ])
})

test.each([
  ['a fixed limit of 5 %', { metric: 'error', over: 0.05, onBreach: 'rollback' }],
  ['the baseline beside it', { metric: 'error', ratioOver: 1, safeBelowRatio: 2, onBreach: 'rollback' }],
] as const)(
  'B7: after 10,000 good calls the guide needs 527 failures in a row, %s fewer than 30',
  async (_, guardrail) => {
    const rollout = await startLiveRollout({
      stages: [{ percent: 50, atLeast: '5h' }, { percent: 100 }],
      guardrails: [guardrail],
    })
    await rollout.seconds(25, { calls: 400 })
    expect(await rollout.look()).toMatchObject({ state: 'running', exposure: { set: 50 } })
    let failures = 0
    while ((await rollout.look()).state !== 'rolled_back' && failures < 527) {
      await rollout.exactly({ on: failing('error'), off: fine, candidates: 2, baselines: 2 })
      failures += 2
    }
    expect(await rollout.look()).toMatchObject({ state: 'rolled_back', exposure: { set: 0 } })
    expect(failures).toBeLessThan(30)
  },
)

test('users are counted once, however many calls they make', async () => {
  const rollout = await startLiveRollout({ stages: [tenth, { percent: 100 }] })
  await rollout.seconds(2, { calls: 50 })
  const { items } = (await rollout.send('GET', `${production}/metrics/summary`)).body
  const users = items.reduce((sum: number, { uniqueUsers }: { uniqueUsers: number }) => sum + uniqueUsers, 0)
  expect(users).toBe(100)
})

test('B9: a breach is one alert and one event, however often one looks', async () => {
  const rollout = await startLiveRollout({
    stages: [{ percent: 50, atLeast: '1h' }, { percent: 100 }],
    ...errors(0.05, 'hold'),
  })
  await rollout.seconds(30, { on: failing('error', 2) })
  const items = (await rollout.send('GET', `${production}/alerts?state=all`)).body.items as Alert[]
  expect(items.filter(({ cause }) => cause.startsWith('breach'))).toHaveLength(1)
  const { items: events } = (await rollout.send('GET', `${production}/events?limit=1000`)).body
  expect(events.filter(({ action }: { action: string }) => action === 'alert.opened').length).toBe(items.length)
})

describe('units and draws', () => {
  test('B10: two flags at 10 % do not share their users', async () => {
    const { send } = await startTestServer({ parts: serverParts })
    for (const key of ['a', 'b']) {
      await send('PUT', `${production}/flags/${key}`, { body: boolean })
      await send('POST', `${production}/rollouts?start=true`, {
        body: { flag: key, stages: [tenth, { percent: 100 }] },
      })
    }
    const salts = await Promise.all(
      ['a', 'b'].map(async (key) => (await send('GET', `${production}/flags/${key}`)).body.flag.rules[0].sample.salt),
    )
    expect(salts[0]).not.toBe(salts[1])
  })

  test('B11: neighbouring ids fall apart, numbers are their text, and nobody is no unit', async () => {
    const { send } = await startTestServer({ parts: serverParts })
    const half = { ...boolean, rules: [{ id: 'r', sample: { share: 50_000, salt: 's1' }, serve: 'on' }] }
    await send('PUT', `${production}/flags/f`, { body: half })
    const variant = async (targetingKey?: unknown) =>
      (await send('POST', `/ofrep/v1/evaluate/flags/f?environment=production`, { body: { context: { targetingKey } } }))
        .body.variant
    const neighbours = await Promise.all([...Array(20).keys()].map((i) => variant(`user_${i}`)))
    expect(new Set(neighbours).size).toBe(2)
    expect(await variant(undefined)).not.toBe('on')
  })
})

test.each(['abc', 'Infinity', -5, 150, null])(
  'B12: a percentage of %j is refused, and nothing changes',
  async (percent) => {
    const { send } = await startTestServer({ parts: serverParts })
    await send('PUT', `${production}/flags/f`, { body: boolean })
    const refused = await send('POST', `${production}/rollouts`, { body: { flag: 'f', stages: [{ percent }] } })
    expect([400, 422]).toContain(refused.status)
    expect(refused.body.errors[0].pointer).toMatch(/^\/stages\/0/)
    expect((await send('GET', `${production}/rollouts`)).body.items).toEqual([])
    expect((await send('PUT', `${production}/flags/none/x`, { body: {} })).status).toBe(404)
  },
)

test('B13: a unit on both lists is refused; entries have reasons and expire', async () => {
  const { send } = await startTestServer({ parts: serverParts })
  const both = { ...boolean, include: [{ unit: 'a', variant: 'on' }], exclude: [{ unit: 'a' }] }
  expect((await send('PUT', `${production}/flags/f`, { body: both })).status).toBe(422)
  const expired = {
    ...boolean,
    include: [{ unit: 'a', variant: 'on', reason: 'trial', expires: '2020-01-01T00:00:00Z' }],
  }
  await send('PUT', `${production}/flags/f`, { body: expired })
  const { body } = await send('POST', `/ofrep/v1/evaluate/flags/f?environment=production`, {
    body: { context: { targetingKey: 'a' } },
  })
  expect(body.variant).toBe('off')
})

test('B15: amounts of an item are counted, and latencies are kept as quantiles', async () => {
  const rollout = await startLiveRollout({ stages: [{ percent: 50, atLeast: '1h' }, { percent: 100 }] })
  await rollout.seconds(3, { on: () => ({ error: 0, latency_ms: 100, failed_patches: 2 }), off: fine })
  const { items } = (await rollout.send('GET', `${production}/metrics/summary`)).body
  const candidate = items.find(({ variant }: { variant: string }) => variant === 'on')
  expect(candidate.custom.failed_patches.sum).toBe(2 * candidate.totalCalls)
  expect(candidate.p95ResponseTime).toBeGreaterThan(0)
})

test('B16: a tool is taken away before the model sees it', () => {
  const sluice = createTestClient({ patch: 'off' })
  expect(Object.keys(sluice.filterTools({ patch: {}, single: {} }, { targetingKey: 'u' }))).toEqual(['single'])
})

test('B17: one percent is one percent, not everybody', async () => {
  const rollout = await startLiveRollout({ stages: [{ percent: 1, atLeast: '1h' }, { percent: 100 }] })
  await rollout.seconds(10, { calls: 400 })
  const { actual } = (await rollout.look()).exposure
  expect(actual).toBeGreaterThan(0.2)
  expect(actual).toBeLessThan(2.5)
})

test('B20: the kill switch is off for everybody, whatever the rules say', async () => {
  const { send } = await startTestServer({ parts: serverParts })
  const open = { ...boolean, enabled: false, include: [{ unit: 'a', variant: 'on' }], serve: 'on' }
  await send('PUT', `${production}/flags/f`, { body: open })
  const { body } = await send('POST', `/ofrep/v1/evaluate/flags/f?environment=production`, {
    body: { context: { targetingKey: 'a' } },
  })
  expect(body.variant).toBe('off')
})

test('B22: between the target and the limit it waits', async () => {
  const guardrails = [{ metric: 'error', over: 0.2, safeBelow: 0.02, onBreach: 'rollback' } as const]
  const rollout = await startLiveRollout({
    advance: 'proof',
    stages: [{ percent: 50, atLeast: '2s' }, { percent: 100 }],
    guardrails,
  })
  await rollout.seconds(30, { on: failing('error', 10), calls: 60 })
  const { state, exposure, waitingFor } = await rollout.look()
  expect([exposure.set, ['running', 'held'].includes(state), waitingFor.length > 0]).toEqual([50, true, true])
})

test('B24: to proceed the target is proven, not the alarm line', async () => {
  const guardrails = [{ metric: 'error', over: 0.2, safeBelow: 0.02, onBreach: 'rollback' } as const]
  const rollout = await startLiveRollout({
    advance: 'proof',
    stages: [{ percent: 50, atLeast: '2s' }, { percent: 100 }],
    guardrails,
  })
  await rollout.seconds(20, { calls: 60 })
  expect((await rollout.look()).exposure.set).toBe(95)
})

test('B28: at full fallback there are errors, though nobody saw one', async () => {
  const guardrails = [{ metric: 'fallback', over: 0.05, onBreach: 'rollback' } as const]
  const rollout = await startLiveRollout({ stages: [{ percent: 50, atLeast: '1h' }, { percent: 100 }], guardrails })
  await rollout.seconds(10, { on: () => ({ error: 0, fallback: 1, latency_ms: 90 }) })
  expect((await rollout.look()).state).toBe('rolled_back')
})

test('B23, B34: one class of an outcome has its own limit', async () => {
  const guardrails = [
    { metric: 'error', where: 'not_found', over: 0.05, onBreach: 'rollback' } as const,
    { metric: 'error', where: 'transient', over: 0.05, onBreach: 'notify' } as const,
  ]
  const rollout = await startLiveRollout({ stages: [{ percent: 50, atLeast: '1h' }, { percent: 100 }], guardrails })
  await rollout.seconds(15, { on: () => ({ error: 1, 'error.transient': 1 }) })
  expect((await rollout.look()).state).toBe('running')
  expect((await rollout.decisions()).at(-1)?.action).toBe('notify')
  await rollout.seconds(15, { on: () => ({ error: 1, 'error.not_found': 1 }) })
  expect((await rollout.look()).state).toBe('rolled_back')
})

test('B30: "zero errors" is refused with what to write in its place', async () => {
  const { send } = await startTestServer({ parts: serverParts })
  await send('PUT', `${production}/flags/f`, { body: boolean })
  const refused = await send('POST', `${production}/rollouts`, { body: { flag: 'f', ...errors(0) } })
  expect([refused.status, refused.body.errors[0].message]).toEqual([422, expect.stringContaining('0.001')])
})

test('B33: a plan says whether users or calls are counted', async () => {
  const guardrails = [
    { metric: 'error', over: 0.05, onBreach: 'rollback' } as const,
    { metric: 'latency_ms', stat: 'p95', ratioOver: 2, counting: 'request', onBreach: 'hold' } as const,
  ]
  const rollout = await startLiveRollout({ stages: [tenth, { percent: 100 }], guardrails })
  expect((await rollout.look()).verdicts.map(({ counting }) => counting)).toEqual(['unit', 'request'])
})

test('B35: a decision holds who, when, why and on what evidence, and cannot be changed', async () => {
  const rollout = await startLiveRollout({
    stages: [{ percent: 50, atLeast: '1h' }, { percent: 100 }],
    ...errors(0.05),
  })
  await rollout.seconds(15, { on: failing('error', 2) })
  const last = (await rollout.decisions()).at(-1)
  expect(last).toMatchObject({ action: 'rollback', actor: { kind: 'engine' }, from: 50, to: 0 })
  expect(last?.verdicts[0]).toMatchObject({ verdict: 'fail', limit: 0.05 })
  expect((await rollout.send('PUT', `${production}/rollouts/${rollout.id}/decisions`, { body: {} })).status).toBe(405)
})

test('B36: tokens are judged per patch where a call holds many', async () => {
  const guardrails = [
    { metric: 'error', over: 0.5, onBreach: 'hold' } as const,
    { metric: 'tokens', stat: 'mean', per: 'patches', ratioOver: 0.8, onBreach: 'rollback' } as const,
  ]
  const rollout = await startLiveRollout({ stages: [{ percent: 50, atLeast: '1h' }, { percent: 100 }], guardrails })
  const on = (user: number) => ({ error: 0, tokens: 2000 + (user % 7), patches: 10 })
  const off = (user: number) => ({ error: 0, tokens: 1250 + (user % 7), patches: 1 })
  await rollout.seconds(30, { on, off })
  expect((await rollout.look()).state).toBe('running')
})

test('B37: rows whose variant is not what the sample gives are shown and never evidence', async () => {
  const rollout = await startLiveRollout({ stages: [tenth, { percent: 100 }], ...errors(0.05) })
  const at = new Date(rollout.clock.now()).toISOString()
  const rows = Array.from({ length: 300 }, (_, i) => ({
    flag: 'f',
    variant: 'on',
    unit: `self_${i}`,
    at,
    metrics: { error: 1 },
  }))
  await rollout.observe(rows)
  await rollout.clock.advance(2000)
  const { uncounted } = await rollout.look()
  expect(uncounted.mismatch).toBeGreaterThan(200)
})

test('B39: limits are compared with exact counts: 5.004 % is more than 5 %', async () => {
  const window = { length: '10s', breach: 1, of: 1, minSamples: 100 } as const
  const guardrails = [{ metric: 'error', over: 0.05, onBreach: 'hold', window } as const]
  const rollout = await startLiveRollout({ stages: [{ percent: 50, atLeast: '1h' }, { percent: 100 }], guardrails })
  let candidate = 0
  const on = () => {
    candidate += 1
    return { error: (candidate - 1) % 1998 < 100 ? 1 : 0 }
  }
  await rollout.seconds(10, { calls: 400, on, off: () => ({ error: 0 }) })
  const [verdict] = (await rollout.look()).verdicts
  expect(verdict?.candidate.calls).toBeGreaterThan(1500)
  expect(verdict?.verdict).toBe('fail')
})

test('B40: rates are of each arm: a candidate that always fails at 1 % shows 100 %', async () => {
  const rollout = await startLiveRollout({ stages: [{ percent: 1, atLeast: '1h' }, { percent: 100 }], ...errors(0.05) })
  for (let i = 0; i < 40 && (await rollout.look()).state !== 'rolled_back'; i++)
    await rollout.seconds(1, { calls: 200, on: failing('error') })
  const found = (await rollout.look()) as Rollout
  expect(found.state).toBe('rolled_back')
  const { verdicts } = (await rollout.decisions()).at(-1) ?? { verdicts: [] }
  expect(verdicts[0]?.candidate.value).toBe(1)
})
