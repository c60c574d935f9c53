// What a plan says is to happen, over HTTP: nothing here reaches into the server.
import { describe, expect, test } from 'vitest'
import type { Rollout } from '@sluice/contract'
import { failing, startLiveRollout } from '../testing/live-rollout.ts'

const stages = [
  { percent: 10, atLeast: '3s' },
  { percent: 50, atLeast: '3s' },
  { percent: 100, atLeast: '3s' },
]
const errors = { metric: 'error', ratioOver: 1, onBreach: 'rollback' } as const
const codes = ({ waitingFor }: Rollout) => waitingFor.map(({ code }) => code)
const told = async (rollout: Awaited<ReturnType<typeof startLiveRollout>>) =>
  (await rollout.decisions()).map(({ action, from, to }) => [action, from, to])

describe('the last stage', () => {
  test('leaves the holdback on the baseline until the end', async () => {
    const rollout = await startLiveRollout({ stages, guardrails: [errors] })
    for (let i = 0; i < 40 && (await rollout.look()).exposure.set < 95; i++) await rollout.seconds(1, {})
    expect(await rollout.look()).toMatchObject({ state: 'running', exposure: { set: 95 }, stage: { percent: 100 } })
    await rollout.seconds(8, { calls: 100 })
    expect(await rollout.look()).toMatchObject({ state: 'completed', exposure: { set: 100 } })
  })

  test('can still be rolled back when it is over, and taken over no more', async () => {
    const rollout = await startLiveRollout({ stages: [{ percent: 50, atLeast: '1s' }], guardrails: [errors] })
    await rollout.seconds(5, {})
    expect((await rollout.look()).state).toBe('completed')
    expect(await rollout.act('takeover', { to: 20 })).toMatchObject({ status: 409 })
    expect(await rollout.act('rollback')).toMatchObject({ status: 200, body: { rollout: { state: 'rolled_back' } } })
  })
})

describe('a breach that holds', () => {
  test('is latched: neither health nor proceed gets past it, and resuming is an attempt with fresh evidence', async () => {
    const rollout = await startLiveRollout({ stages, guardrails: [{ ...errors, onBreach: 'hold' }] })
    await rollout.seconds(3, { calls: 200, on: failing('error') })
    expect(codes(await rollout.look())).toContain('breach')
    await rollout.seconds(20, {})
    const held = await rollout.look()
    expect(held).toMatchObject({ state: 'held', attempt: 1, exposure: { set: 10 }, why: { code: 'HELD_BREACH' } })
    const refused = await rollout.act('proceed', { reason: 'trust me' })
    expect([refused.status, refused.body.detail]).toEqual([409, expect.stringMatching(/^Not past a breach/)])
    const resumed = await rollout.act('resume', { reason: 'fixed' })
    expect(resumed.body.rollout).toMatchObject({ state: 'running', attempt: 2, exposure: { set: 10 } })
    expect(resumed.body.rollout.verdicts[0].harm.logE).toBeCloseTo(Math.log(0.95), 3)
    await rollout.seconds(3, { calls: 200, on: failing('error') })
    expect(await rollout.look()).toMatchObject({ state: 'held', attempt: 2, why: { code: 'HELD_BREACH' } })
    await rollout.act('resume')
    await rollout.seconds(8, { calls: 60 })
    expect((await rollout.look()).attempt).toBe(3)
    expect((await rollout.look()).exposure.set).toBeGreaterThan(10)
  })

  test('lowers to the stage before with step-back and stays there, guards on', async () => {
    const fallbacks = { metric: 'fallback', ratioOver: 1, onBreach: 'step-back' } as const
    const rollout = await startLiveRollout({ stages, guardrails: [fallbacks, errors] })
    for (let i = 0; i < 30 && (await rollout.look()).exposure.set < 50; i++) await rollout.seconds(1, {})
    await rollout.seconds(2, { calls: 60, on: failing('fallback') })
    expect(await rollout.look()).toMatchObject({ state: 'held', exposure: { set: 10 }, stage: { index: 0 } })
    await rollout.seconds(15, {})
    expect(await rollout.look()).toMatchObject({ state: 'held', exposure: { set: 10 } })
    await rollout.seconds(4, { calls: 300, on: failing('error') })
    expect((await told(rollout)).slice(-2)).toEqual([
      ['step-back', 50, 10],
      ['rollback', 10, 0],
    ])
    expect(await rollout.look()).toMatchObject({ state: 'rolled_back', exposure: { set: 0 } })
  })
})

describe('a person', () => {
  test('rolls back in part: it holds there with guards on, and goes on only when a person says so', async () => {
    const rollout = await startLiveRollout({ stages, guardrails: [errors] })
    for (let i = 0; i < 30 && (await rollout.look()).exposure.set < 50; i++) await rollout.seconds(1, {})
    expect(await rollout.act('rollback', { to: 60 })).toMatchObject({ status: 409 })
    expect(await rollout.act('rollback', { to: 5, reason: 'careful' })).toMatchObject({ status: 200 })
    await rollout.seconds(15, {})
    expect(await rollout.look()).toMatchObject({ state: 'held', exposure: { set: 5 }, why: { code: 'HELD_PERSON' } })
    expect(await rollout.act('resume')).toMatchObject({ status: 200, body: { rollout: { attempt: 1 } } })
    for (let i = 0; i < 30 && (await rollout.look()).exposure.set < 10; i++) await rollout.seconds(1, { calls: 80 })
    expect(await rollout.look()).toMatchObject({ exposure: { set: 10 }, stage: { index: 0 } })
    await rollout.act('hold')
    await rollout.seconds(3, { calls: 200, on: failing('error') })
    expect(await rollout.look()).toMatchObject({ state: 'rolled_back', exposure: { set: 0 } })
    expect(await rollout.act('resume')).toMatchObject({ status: 409 })
    expect(await rollout.act('takeover', { to: 5 })).toMatchObject({ status: 409 })
  })

  test('goes on to less than the next stage, never to more', async () => {
    const rollout = await startLiveRollout({ stages, guardrails: [errors] })
    for (const to of [10, 51, 5]) expect(await rollout.act('proceed', { to })).toMatchObject({ status: 409 })
    expect(await rollout.act('proceed', { to: 15 })).toMatchObject({ status: 200 })
    expect(await rollout.look()).toMatchObject({ state: 'running', exposure: { set: 15 }, stage: { index: 0 } })
    await rollout.seconds(8, {})
    expect(await told(rollout)).toEqual(expect.arrayContaining([['proceed', 15, 50]]))
    for (const action of ['hold', 'resume'])
      expect(await rollout.act(action, { to: 5 })).toMatchObject({
        status: 422,
        body: { errors: [{ pointer: '/to' }] },
      })
  })

  test('takes over: the share is theirs, the rollout is over, and the flag is free', async () => {
    const rollout = await startLiveRollout({ stages, guardrails: [errors] })
    expect(await rollout.act('takeover')).toMatchObject({ status: 422, body: { errors: [{ pointer: '/to' }] } })
    const taken = await rollout.act('takeover', { to: 25, reason: 'launch day' })
    expect(taken.body.rollout).toMatchObject({ state: 'superseded', exposure: { set: 25 } })
    await rollout.seconds(3, { calls: 100, on: failing('error') })
    expect(await rollout.look()).toMatchObject({ state: 'superseded', exposure: { set: 25 } })
    for (const action of ['hold', 'resume', 'proceed', 'rollback', 'start'])
      expect((await rollout.act(action)).status).toBe(409)
    const patch = { rules: [{ id: 'rollout', serve: 'on', sample: { share: 0 } }] }
    expect(await rollout.send('PATCH', '/api/v1/environments/production/flags/f', { body: patch })).toMatchObject({
      status: 200,
    })
  })

  test('opens a manual gate, when all else is met', async () => {
    const gated = [{ percent: 10, atLeast: '2s', gate: 'manual' as const }, ...stages.slice(1)]
    const rollout = await startLiveRollout({ stages: gated, guardrails: [errors] })
    await rollout.seconds(1, {})
    expect((await rollout.look()).state).toBe('running')
    await rollout.seconds(10, {})
    expect(await rollout.look()).toMatchObject({ state: 'awaiting_decision', exposure: { set: 10 } })
    expect((await rollout.look()).why.sentence).toMatch(/a person opens the gate to 50 %/)
    await rollout.act('proceed', { reason: 'looks good' })
    expect(await rollout.look()).toMatchObject({ state: 'running', exposure: { set: 50 } })
  })
})

describe('time', () => {
  test('over the longest duration holds for a person, who may go on without proof', async () => {
    const rollout = await startLiveRollout({ stages, guardrails: [errors], advance: 'proof', maxDuration: '30s' })
    await rollout.seconds(29, { calls: 8 })
    expect(await rollout.look()).toMatchObject({ state: 'running', exposure: { set: 10 } })
    await rollout.seconds(2, { calls: 8 })
    expect(await rollout.look()).toMatchObject({ state: 'held', why: { code: 'HELD_MAX_DURATION' } })
    expect((await rollout.look()).waitingFor[0]?.sentence).toMatch(/30 s are over/)
    await rollout.seconds(60, { calls: 8 })
    expect((await rollout.look()).exposure.set).toBe(10)
    expect((await rollout.act('proceed')).body.decision).toMatchObject({ to: 50, why: { code: 'PERSON' } })
    expect(await rollout.look()).toMatchObject({ state: 'held', exposure: { set: 50 } })
  })

  test('the stages do not have is refused, by name', async () => {
    const { send } = await startLiveRollout({ guardrails: [errors] })
    await send('PUT', '/api/v1/environments/production/flags/g', {
      body: { enabled: true, variants: { on: 1, off: 0 }, off: 'off', serve: 'off' },
    })
    const body = { flag: 'g', stages, maxDuration: '9s' }
    const answer = await send('POST', '/api/v1/environments/production/rollouts', { body })
    expect([answer.status, answer.body.errors[0].pointer]).toEqual([422, '/maxDuration'])
  })

  test('after a warning begins anew', async () => {
    const window = { length: '2s', breach: 2, of: 3, minSamples: 5 }
    const guardrails = [{ metric: 'error', over: 0.5, test: 'window', window, onBreach: 'rollback' } as const]
    const plan = { stages: [{ percent: 50, atLeast: '6s' }, ...stages.slice(2)], guardrails }
    const calm = await startLiveRollout(plan)
    await calm.seconds(20, {})
    expect((await calm.look()).exposure.set).toBeGreaterThan(50)
    const rollout = await startLiveRollout({ ...plan, afterWarning: '30s' })
    await rollout.seconds(2, { on: failing('error') })
    await rollout.seconds(20, {})
    expect(await rollout.look()).toMatchObject({ state: 'held', exposure: { set: 50 }, why: { code: 'HELD_WARNING' } })
    expect((await rollout.look()).waitingFor[0]?.sentence).toMatch(/without early signs of harm \(at least 30 s/)
    await rollout.seconds(30, {})
    expect((await rollout.look()).exposure.set).toBeGreaterThan(50)
  })
})

describe('silence of the candidate', () => {
  // Few calls: many of one side alone would be a broken sample as well.
  const silent = { arms: 'C', calls: 4 }
  const plan = (onNoData: 'ignore' | 'notify' | 'hold' | 'step-back' | 'rollback') => ({
    stages: stages.map((stage) => ({ ...stage, atLeast: '6s' })),
    guardrails: [{ ...errors, noDataAfter: '3s', onNoData }],
  })
  const atFifty = async (onNoData: Parameters<typeof plan>[0]) => {
    const rollout = await startLiveRollout(plan(onNoData))
    for (let i = 0; i < 40 && (await rollout.look()).exposure.set < 50; i++) await rollout.seconds(1, {})
    await rollout.seconds(1, {})
    return rollout
  }

  test('holds, and ends by itself', async () => {
    const rollout = await atFifty('hold')
    await rollout.seconds(9, silent)
    expect(await rollout.look()).toMatchObject({ state: 'held', exposure: { set: 50 }, why: { code: 'HELD_NO_DATA' } })
    await rollout.seconds(1, {})
    expect((await rollout.look()).state).toBe('running')
  })

  test.each(['ignore', 'notify'] as const)('with %s neither holds nor opens anything', async (policy) => {
    const rollout = await atFifty(policy)
    await rollout.seconds(9, silent)
    expect(await rollout.look()).toMatchObject({ state: 'running', exposure: { set: 50 } })
    const notices = (await rollout.decisions()).filter(({ action }) => action === 'notify')
    expect(notices.map(({ why }) => why.sentence)).toEqual(
      policy === 'notify' ? [expect.stringMatching(/no data from the candidate/)] : [],
    )
    await rollout.seconds(3, {})
    expect((await rollout.look()).exposure.set).toBeGreaterThan(50)
  })

  test('steps back with step-back, and waits for a person', async () => {
    const rollout = await atFifty('step-back')
    await rollout.seconds(5, silent)
    expect((await told(rollout)).at(-1)).toEqual(['step-back', 50, 10])
    await rollout.seconds(30, {})
    expect(await rollout.look()).toMatchObject({ state: 'held', attempt: 1, exposure: { set: 10 } })
    await rollout.act('resume', { reason: 'the exporter was down' })
    await rollout.seconds(10, {})
    expect((await rollout.look()).exposure.set).toBe(50)
  })

  test('rolls back with rollback', async () => {
    const rollout = await atFifty('rollback')
    await rollout.seconds(5, silent)
    expect(await rollout.look()).toMatchObject({ state: 'rolled_back', exposure: { set: 0 } })
    expect((await rollout.look()).why.sentence).toMatch(/^Rolled back: errors: no data from the candidate/)
  })
})

test('rows of a visit that is over are shown and change no verdict', async () => {
  const rollout = await startLiveRollout({ stages, guardrails: [errors] })
  for (let i = 0; i < 30 && (await rollout.look()).exposure.set < 50; i++) await rollout.seconds(1, {})
  await rollout.seconds(1, {})
  const before = await rollout.look()
  const late = Array.from({ length: 200 }, (_, i) => ({
    flag: 'f',
    variant: 'on',
    unit: `late${i}`,
    at: new Date(rollout.clock.now()).toISOString(),
    metrics: { error: 1 },
    attempt: 1,
    visit: 1,
  }))
  expect((await rollout.observe(late)).status).toBe(202)
  await rollout.clock.advance(1000)
  const after = await rollout.look()
  expect(after.uncounted.late - before.uncounted.late).toBe(200)
  expect(after.verdicts.map(({ harm, candidate }) => [harm, candidate.units])).toEqual(
    before.verdicts.map(({ harm, candidate }) => [harm, candidate.units]),
  )
})
