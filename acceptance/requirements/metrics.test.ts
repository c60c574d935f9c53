// Metrics, guardrails and alerts: what the guides do with counters in memory and curl.
import { metricsSummarySchema, planTemplates } from '@sluice/contract'
import type { Alert, GuardrailInput } from '@sluice/contract'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { failing, fine, startLiveRollout } from '../../server/src/testing/live-rollout.ts'
import type { LiveRollout } from '../../server/src/testing/live-rollout.ts'

const production = '/api/v1/environments/production'
const half = { stages: [{ percent: 50, atLeast: '1h' }, { percent: 100 }] }

async function summaryOf({ send }: LiveRollout, query = '') {
  const { body } = await send('GET', `${production}/metrics/summary${query}`)
  const { items } = metricsSummarySchema.parse(body)
  return Object.fromEntries(items.map((item) => [item.variant, item]))
}

test('R37: calls, successes, failures, amounts, times, tokens and users of each arm', async () => {
  const rollout = await startLiveRollout(half)
  await rollout.seconds(2, {
    on: (user) => ({ error: user % 2, latency_ms: 100, tokens: 10, patches: 3, failed_patches: 1 }),
  })
  const { on, off } = await summaryOf(rollout)
  expect(on?.totalCalls).toBe((on?.successfulCalls ?? 0) + (on?.failedCalls ?? 0))
  expect(on).toMatchObject({ totalTokens: 10 * (on?.totalCalls ?? 0), uniqueUsers: on?.totalCalls })
  expect(on?.custom['patches']?.sum).toBe(3 * (on?.totalCalls ?? 0))
  expect(off?.custom['patches']).toBeUndefined()
})
test('R38: without calls a rate is none, and never 0', async () => {
  const { on } = await summaryOf(await startLiveRollout(half))
  expect(on).toMatchObject({ totalCalls: 0, errorRate: null, successRate: null, avgTokensPerCall: null })
})
test('R39: mean, p50, p95 and p99 over all of a window, not over the last thousand', async () => {
  const rollout = await startLiveRollout(half)
  let call = 0
  await rollout.seconds(5, { calls: 600, on: () => ({ error: 0, latency_ms: (call += 1) }) })
  const { on } = await summaryOf(rollout)
  expect(on?.totalCalls).toBeGreaterThan(1000)
  expect(Math.abs((on?.p95ResponseTime ?? 0) / (0.95 * call) - 1)).toBeLessThan(0.03)
  expect(Math.abs((on?.avgResponseTime ?? 0) / ((call + 1) / 2) - 1)).toBeLessThan(0.03)
})
test('R40: a call is one row: user, latency, tokens, outcome, amounts', async () => {
  const rollout = await startLiveRollout(half)
  const at = new Date(rollout.clock.now()).toISOString()
  const metrics = { latency_ms: 150, tokens: 800, error: 0, patches: 3 }
  const sent = await rollout.observe([{ flag: 'f', variant: 'on', unit: 'user1', at, metrics }])
  expect(sent.body).toMatchObject({ accepted: 1, rejected: [] })
})
test('R41: the last minutes, an hour unless said', async () => {
  const rollout = await startLiveRollout({ ...half, block: '10m' })
  await rollout.seconds(2, {})
  await rollout.clock.advance(120_000)
  expect((await summaryOf(rollout, '?lastMinutes=1')).on?.totalCalls).toBe(0)
  expect((await summaryOf(rollout)).on?.totalCalls).toBeGreaterThan(0)
})
test('R42: calls by model against the mix that was planned', async () => {
  const rollout = await startLiveRollout(half)
  const at = new Date(rollout.clock.now()).toISOString()
  const row = (i: number) => ({ flag: 'f', variant: 'on', at, model: i < 7 ? 'a:x' : 'b:y', metrics: { error: 0 } })
  await rollout.observe(Array.from({ length: 10 }, (_, i) => row(i)))
  const { on } = await summaryOf(rollout, '?expect=a:x=0.7,b:y=0.3')
  expect(on?.modelBreakdown.map(({ model, share, expected }) => [model, share, expected])).toEqual([
    ['a:x', 0.7, 0.7],
    ['b:y', 0.3, 0.3],
  ])
  expect(on?.asExpected).toBe(true)
})
test('R42: the variant that is off is what was there before, and not held to the mix', async () => {
  const rollout = await startLiveRollout(half)
  const at = new Date(rollout.clock.now()).toISOString()
  const row = (variant: string, model: string) => ({ flag: 'f', variant, at, model, metrics: { error: 0 } })
  await rollout.observe([row('on', 'a:x'), row('off', 'c:z')])
  const { on, off } = await summaryOf(rollout, '?expect=a:x=1')
  expect([on?.asExpected, off?.asExpected]).toEqual([true, null])
})

const [glm, oss, gemma] = ['z-ai/glm-4.5-air:free', 'openai:gpt-oss-20b', 'google:gemma-3-27b'] as const
const atMost = (where: string, over: number) => ({ metric: 'model', where, over, onBreach: 'notify' }) as const
const errors = { metric: 'error', over: 0.05, onBreach: 'rollback' } as const
const planned = [errors, atMost(glm, 0.8), atMost(oss, 0.4), atMost(gemma, 0.1)]

test.each([
  ['as planned', (i: number) => (i % 10 < 7 ? glm : oss), []],
  ['the old model answers every fourth', (i: number) => (i % 4 === 0 ? gemma : i % 10 < 7 ? glm : oss), [gemma]],
  ['one model answers everything', () => glm, [glm]],
])('R11: the mix of models in the candidate, %s', async (_, modelOf, named) => {
  const rollout = await startLiveRollout({ ...half, guardrails: planned })
  for (let second = 0; second < 12; second++) {
    const at = new Date(rollout.clock.now()).toISOString()
    const rows = []
    for (let i = 0; i < 40; i++) {
      const [on, off] = [await rollout.unitOf('T'), await rollout.unitOf('C')]
      rows.push({ flag: 'f', variant: 'on', unit: on, at, model: modelOf(i), metrics: { error: 0 } })
      rows.push({ flag: 'f', variant: 'off', unit: off, at, model: gemma, metrics: { error: 0 } })
    }
    await rollout.observe(rows)
    await rollout.clock.advance(1000)
  }
  const { items } = (await rollout.send('GET', `${production}/alerts?flag=f`)).body as { items: Alert[] }
  expect([glm, oss, gemma].filter((model) => items.some(({ message }) => message.includes(model)))).toEqual(named)
  expect((await rollout.look()).state).toBe('running')
})
test('R43: health, alerts and a verdict a metric by plain GET', async () => {
  const rollout = await startLiveRollout(half)
  expect((await rollout.send('GET', '/readyz', { key: null })).status).toBe(200)
  expect((await rollout.send('GET', `${production}/alerts`)).body.items).toEqual([])
  expect((await rollout.look()).verdicts.map(({ metric }) => metric)).toEqual(['error', 'latency_ms'])
})
test('R44: completion, stuck work and metrics of one’s own are guarded like errors', async () => {
  const guardrails = [
    { metric: 'completed', under: 0.95, onBreach: 'rollback' } as const,
    { metric: 'stuck', stat: 'count', over: 3, onBreach: 'hold', window: { length: '10s', breach: 1, of: 1 } } as const,
    { metric: 'message_consistency', stat: 'rate', under: 0.9, onBreach: 'hold' } as const,
  ]
  const rollout = await startLiveRollout({ ...half, guardrails })
  const good = () => ({ error: 0, completed: 1, stuck: 0, message_consistency: 1 })
  await rollout.seconds(25, { on: () => ({ ...good(), completed: 0, stuck: 1 }), off: good })
  expect((await rollout.look()).state).toBe('rolled_back')
})
test('R45: failed look-ups are a class of their own', async () => {
  const guardrails = [{ metric: 'fallback', where: 'unknown_model', over: 0.01, onBreach: 'rollback' } as const]
  const rollout = await startLiveRollout({ ...half, guardrails })
  await rollout.seconds(15, { on: () => ({ fallback: 1, 'fallback.unknown_model': 1 }), off: () => ({ fallback: 0 }) })
  expect((await rollout.look()).state).toBe('rolled_back')
})
test('R46: savings and latency are measured against the users beside them', async () => {
  const guardrails = [
    { metric: 'tokens', stat: 'mean', ratioOver: 0.8, onBreach: 'notify' } as const,
    { metric: 'error', over: 0.2, onBreach: 'hold' } as const,
  ]
  const rollout = await startLiveRollout({ ...half, guardrails })
  await rollout.seconds(40, {
    calls: 200,
    on: (user) => ({ error: 0, tokens: 1000 + (user % 50) }),
    off: (user) => ({ error: 0, tokens: 1000 + (user % 50) }),
  })
  expect((await rollout.decisions()).some(({ action }) => action === 'notify')).toBe(true)
})
test('R47: what calls cost, by variant, and a limit on it', async () => {
  const guardrails = [{ metric: 'cost_usd', stat: 'mean', over: 0.001, onBreach: 'rollback' } as const]
  const rollout = await startLiveRollout({ ...half, guardrails })
  await rollout.seconds(30, {
    calls: 200,
    on: () => ({ error: 0, cost_usd: 0.01 }),
    off: () => ({ error: 0, cost_usd: 0 }),
  })
  const { on } = await summaryOf(rollout)
  expect(on?.totalCostUsd).toBeGreaterThan(0)
  expect((await rollout.look()).state).toBe('rolled_back')
})
test.each([
  [0, 'running'],
  [0.00001, 'held'],
])('R47: a cost that is to stay 0 USD: with %d USD a call it is %s', async (cost_usd, state) => {
  const free = {
    metric: 'cost_usd',
    stat: 'mean',
    over: 0,
    onBreach: 'hold',
    window: { length: '5s', breach: 1, of: 1 },
  } as const
  const rollout = await startLiveRollout({ ...half, guardrails: [free] })
  await rollout.seconds(6, {
    calls: 300,
    on: () => ({ error: 0, cost_usd }),
    off: () => ({ error: 0, cost_usd: 0.01 }),
  })
  expect((await rollout.look()).state).toBe(state)
})
test('R48: complaints and quality are metrics that roll back', async () => {
  const guardrails = [{ metric: 'complaint', over: 0.05, onBreach: 'rollback' } as const]
  const rollout = await startLiveRollout({ ...half, guardrails })
  await rollout.seconds(15, { on: () => ({ ...fine(0), complaint: 1 }), off: () => ({ ...fine(0), complaint: 0 }) })
  expect((await rollout.look()).why.sentence).toMatch(/complaint/i)
})
const tooManyComplaints = {
  metric: 'complaint',
  stat: 'count',
  over: 2,
  onBreach: 'hold',
  window: { length: '5s', breach: 1, of: 1 },
} as const
const anyCritical = { ...tooManyComplaints, where: 'critical', over: 0, onBreach: 'rollback' } as const

test('R48: a complaint that a person notes counts for what its user has, and its words stand in the log', async () => {
  const rollout = await startLiveRollout({ ...half, guardrails: [tooManyComplaints, anyCritical] })
  const complain = (body: object) => rollout.send('POST', `${production}/flags/f/complaints`, { body })
  await rollout.seconds(3, {})
  const [before, one, other] = [await summaryOf(rollout), await rollout.unitOf('T'), await rollout.unitOf('C')]
  expect((await complain({ unit: one, text: 'The answer was cut off', id: 'ticket-7' })).body).toEqual({
    flag: 'f',
    variant: 'on',
    rollout: rollout.id,
    duplicate: false,
  })
  expect(await complain({ unit: one, text: 'The answer was cut off', id: 'ticket-7' })).toMatchObject({
    status: 200,
    body: { duplicate: true },
  })
  expect((await complain({ unit: other })).body).toMatchObject({ variant: 'off', rollout: null })
  await rollout.seconds(3, {})
  const { on, off } = await summaryOf(rollout)
  expect([on?.custom['complaint']?.sum, off?.custom['complaint']?.sum]).toEqual([1, 1])
  const calls = (on?.totalCalls ?? 0) + (off?.totalCalls ?? 0)
  expect(calls - (before['on']?.totalCalls ?? 0) - (before['off']?.totalCalls ?? 0)).toBe(120)
  const [entry] = (await rollout.send('GET', `${production}/rollouts/f/log`)).body.entries
  expect(entry.post.complaints).toBe(1)
  expect(entry.notes.map(({ text }: { text: string }) => text)).toEqual([
    'Complaint about "on": The answer was cut off',
  ])
  expect((await rollout.look()).state).toBe('running')
})
test.each([
  ['off', { critical: true }, 'running'],
  ['on', { critical: true }, 'rolled_back'],
  ['on', { topic: 'missing_model' }, 'running'],
])('R48: one complaint about "%s", %o, leaves it %s', async (variant, kind, state) => {
  const rollout = await startLiveRollout({ ...half, guardrails: [tooManyComplaints, anyCritical] })
  await rollout.seconds(1, {})
  const unit = await rollout.unitOf(variant === 'on' ? 'T' : 'C')
  await rollout.send('POST', `${production}/flags/f/complaints`, { body: { unit, ...kind } })
  await rollout.seconds(5, {})
  expect((await rollout.look()).state).toBe(state)
})
test('R48: a complaint of nobody known says what it is about, and one about nothing is refused', async () => {
  const rollout = await startLiveRollout(half)
  const complain = (body: object, flag = 'f') =>
    rollout.send('POST', `${production}/flags/${flag}/complaints`, { body })
  expect((await complain({ variant: 'on', text: 'in Slack: slow since noon' })).status).toBe(201)
  expect(await complain({ text: 'slow' })).toMatchObject({ status: 422, body: { errors: [{ pointer: '/unit' }] } })
  expect((await complain({ unit: 'u', variant: 'nope' })).status).toBe(422)
  expect((await complain({ unit: 'u' }, 'nope')).status).toBe(404)
})
test('R49: old and new side by side over time', async () => {
  const rollout = await startLiveRollout(half)
  await rollout.seconds(5, {})
  const { points } = (await rollout.send('GET', `${production}/rollouts/f/series`)).body
  expect(points[0].candidate.calls).toBeGreaterThan(0)
  expect(points[0].baseline.calls).toBeGreaterThan(0)
})

const guardrailsOf = (template: string): readonly GuardrailInput[] =>
  planTemplates.find(({ name }) => name === template)?.plan.guardrails ?? []
const guard = (template: string, wanted: Partial<GuardrailInput>): GuardrailInput | undefined =>
  guardrailsOf(template).find((rule) =>
    Object.entries(wanted).every(([field, value]) => rule[field as keyof GuardrailInput] === value),
  )

const errorRate = { metric: 'error', stat: 'rate' } as const
const meanTime = { metric: 'latency_ms', stat: 'mean' } as const
const p95Time = { metric: 'latency_ms', stat: 'p95' } as const

/** Target, warning and critical limit of each row, as the guides have them. */
test.each([
  ['R51', 'model-migration', { ...errorRate, over: 0.01, safeBelow: 0.01, onBreach: 'hold' }],
  ['R51', 'model-migration', { ...errorRate, over: 0.05, onBreach: 'rollback' }],
  ['R52', 'data-source', { metric: 'fallback', where: 'unknown_model', over: 0.001, onBreach: 'hold' }],
  ['R52', 'data-source', { metric: 'fallback', where: 'unknown_model', over: 0.01, onBreach: 'rollback' }],
  ['R53', 'execution-mode', { metric: 'error', over: 0.05, onBreach: 'rollback' }],
  ['R54', 'model-migration', { ...meanTime, over: 3000, safeBelow: 2000, onBreach: 'hold' }],
  ['R54', 'model-migration', { ...meanTime, over: 5000, onBreach: 'rollback' }],
  ['R55', 'model-migration', { ...p95Time, over: 5000, safeBelow: 3000, onBreach: 'hold' }],
  ['R55', 'model-migration', { ...p95Time, over: 10_000, onBreach: 'rollback' }],
  ['R56', 'after-enabling', { ...p95Time, over: 10_000, safeBelow: 5000, onBreach: 'rollback' }],
  ['R57', 'model-migration', { ...errorRate, over: 0.01, safeBelow: 0.01, onBreach: 'hold' }],
  ['R57', 'model-migration', { ...errorRate, over: 0.05, onBreach: 'rollback' }],
  ['R58', 'execution-mode', { metric: 'error', over: 0.05, safeBelow: 0.02, onBreach: 'hold' }],
  ['R59', 'after-enabling', { metric: 'completed', under: 0.95, safeAbove: 0.99, onBreach: 'rollback' }],
  ['R60', 'after-enabling', { metric: 'stuck', stat: 'count', over: 3, onBreach: 'rollback' }],
  ['R61', 'data-source', { ...meanTime, over: 100, safeBelow: 50, onBreach: 'hold' }],
  ['R61', 'data-source', { ...meanTime, over: 200, onBreach: 'rollback' }],
  ['R62', 'data-source', { metric: 'fallback', over: 0.01, onBreach: 'hold' }],
  ['R63', 'data-source', { metric: 'cost_deviation', stat: 'mean', over: 0.05, onBreach: 'hold' }],
  ['R63', 'data-source', { metric: 'error', where: 'pricing', over: 0.001, onBreach: 'rollback' }],
  ['R64', 'execution-mode', { ...meanTime, ratioOver: 1.5, safeBelowRatio: 1.1, onBreach: 'hold' }],
  ['R65', 'execution-mode', { metric: 'tokens', stat: 'mean', ratioOver: 0.8, safeBelowRatio: 0.8, onBreach: 'hold' }],
  ['R71', 'after-enabling', { metric: 'error', over: 0.05, safeBelow: 0.01, onBreach: 'rollback' }],
  ['R71', 'after-enabling', { metric: 'completed', under: 0.95, onBreach: 'rollback' }],
  ['R71', 'after-enabling', { metric: 'stuck', stat: 'count', over: 3, onBreach: 'rollback' }],
  ['R71', 'after-enabling', { ...p95Time, ratioOver: 1.5, onBreach: 'hold' }],
] as const)('%s: the template %s has the limit %o', (_, template, wanted) => {
  expect(guard(template, wanted as Partial<GuardrailInput>)).toBeDefined()
})
test('R65a: targets differ by week, and savings are only observed at first', () => {
  expect(guard('execution-mode', { metric: 'error', safeBelow: 0.02 })?.stages).toEqual([0, 2, 3])
  expect(guard('execution-mode', { metric: 'error', safeBelow: 0.03 })?.stages).toEqual([1])
  expect(guard('model-migration', { ...meanTime, safeBelow: 2000 })?.stages).toEqual([2])
  expect(guard('execution-mode', { metric: 'tokens', onBreach: 'notify' })?.stages).toEqual([0, 1])
})
test.each([
  ['models not found', { fallback: 1, 'fallback.unknown_model': 1 }],
  ['pricing errors', { error: 1, 'error.pricing': 1 }],
  ['more than 1 % errors', { error: 1 }],
  ['complaints about missing models', { complaint: 1, 'complaint.missing_model': 1 }],
  ['queries of more than 200 ms', { latency_ms: 900 }],
])('R66: %s roll back at once, whatever time the stage has left', async (_, outcome) => {
  const complaints = { metric: 'complaint', where: 'missing_model', over: 0.001, onBreach: 'rollback' } as const
  const rollout = await startLiveRollout({
    stages: [{ percent: 50, atLeast: '48h' }, { percent: 100 }],
    guardrails: [...guardrailsOf('data-source'), complaints],
  })
  const well = (user: number) => ({ ...fine(user), latency_ms: 20 + (user % 9), complaint: 0, cost_deviation: 0 })
  await rollout.seconds(30, { on: (user) => ({ ...well(user), ...outcome }), off: well })
  expect(await rollout.look()).toMatchObject({ state: 'rolled_back', exposure: { set: 0 } })
})
test('R67: some classes are told and no more', async () => {
  const guardrails = [
    { metric: 'error', over: 0.5, onBreach: 'rollback' } as const,
    { metric: 'error', where: 'transient', over: 0.05, onBreach: 'notify' } as const,
  ]
  const rollout = await startLiveRollout({ ...half, guardrails })
  await rollout.seconds(15, {
    on: (user) => ({ error: user % 4 === 0 ? 1 : 0, 'error.transient': user % 4 === 0 ? 1 : 0 }),
  })
  expect((await rollout.look()).state).toBe('running')
})
test.each([
  ['one model is missing', {}, 'held'],
  ['several are', { 'fallback.several_unknown': 1 }, 'rolled_back'],
])('R67: where %s, few of the users are enough: %o leaves it %s', async (_, classes, state) => {
  const rollout = await startLiveRollout({ ...half, guardrails: [...guardrailsOf('data-source')] })
  const well = { ...fine(0), latency_ms: 20, cost_deviation: 0 }
  const missed = { ...well, fallback: 1, 'fallback.unknown_model': 1, ...classes }
  await rollout.seconds(16, { calls: 800, on: (user) => (user % 180 === 0 ? missed : well), off: () => well })
  expect((await rollout.look()).state).toBe(state)
})
test('R68: an alert has severity, message, action and time, and stays in the history', async () => {
  const rollout = await startLiveRollout({
    ...half,
    guardrails: [{ metric: 'error', over: 0.05, onBreach: 'rollback' }],
  })
  await rollout.seconds(15, { on: failing('error', 2) })
  const [alert] = (await rollout.send('GET', `${production}/alerts?state=all`)).body.items as Alert[]
  expect(alert).toMatchObject({ severity: 'CRITICAL', rollout: rollout.id })
  expect([alert?.message, alert?.action].every((text) => (text ?? '').length > 10)).toBe(true)
  expect(Date.parse(alert?.openedAt ?? '')).toBeGreaterThan(0)
})
test('R69: a critical breach lowers the share by itself, and the log says who', async () => {
  const rollout = await startLiveRollout({
    ...half,
    guardrails: [{ metric: 'error', over: 0.05, onBreach: 'rollback' }],
  })
  await rollout.seconds(15, { on: failing('error', 2) })
  const last = (await rollout.decisions()).at(-1)
  expect([last?.actor.kind, last?.from, last?.to]).toEqual(['engine', 50, 0])
})
test.each([
  ['error', { error: 1, latency_ms: 50 }, /which model or kind of error fails/],
  ['latency_ms', { error: 0, latency_ms: 900 }, /Investigate latency causes/],
  ['tokens', { error: 0, latency_ms: 50, tokens: 1200 }, /calls are batched .* one item a call saves nothing/],
  ['completed', { error: 0, latency_ms: 50, completed: 0 }, /Review recent changes/],
] as const)(
  'R70, R80: an alert about %s says what to look at, what the plan says, and how to go back',
  async (metric, bad, text) => {
    const good = { error: 0, latency_ms: 50, tokens: 500, completed: 1 }
    const runbook = `https://wiki.test/${metric}`
    const window = { length: '1s', breach: 1, of: 1, minSamples: 1 }
    const limits = {
      error: { over: 0.05 },
      latency_ms: { stat: 'mean', ratioOver: 1.5 },
      tokens: { stat: 'mean', ratioOver: 0.8 },
      completed: { under: 0.95 },
    }
    const guardrails = [{ metric, ...limits[metric], onBreach: 'hold', runbook, window }] as GuardrailInput[]
    const rollout = await startLiveRollout({ ...half, guardrails })
    await rollout.seconds(2, { on: () => ({ ...good, ...bad }), off: () => good })
    const [alert] = (await rollout.send('GET', `${production}/alerts`)).body.items as Alert[]
    expect(alert).toMatchObject({ severity: 'CRITICAL', runbook, evidence: { metric } })
    expect(alert?.action).toMatch(text)
    expect(alert?.action).toMatch(/sluice rollout rollback f --env production/)
  },
)
test('R80: what people see has a line that says where to look', () => {
  const page = readFileSync(new URL('../../docs/how-to/when-an-alert-comes.md', import.meta.url), 'utf8')
  for (const symptom of ['not found', 'Errors', 'Slow', 'Costs', 'Reasoning', 'savings', 'the old, or the new'])
    expect(page).toMatch(new RegExp(`^\\| \\*\\*.*${symptom}.*\\*\\* \\| .*\\| .*\\|$`, 'm'))
})
