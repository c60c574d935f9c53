import { trainSchema } from '@sluice/contract'
import type { Rollout } from '@sluice/contract'
import { expect, test } from 'vitest'
import { rolloutPart } from '../rollouts/rollout-part.ts'
import { RolloutRunner } from '../rollouts/rollout-runner.ts'
import { startTestServer } from '../testing/test-server.ts'

const base = '/api/v1/environments'
const boolean = { enabled: false, variants: { on: true, off: false }, off: 'off', serve: 'off' }

async function world(config = {}) {
  const fixture = await startTestServer({ parts: [rolloutPart] }, config)
  const { send } = fixture
  const flag = (key: string, more = {}, environment = 'production') =>
    send('PUT', `${base}/${environment}/flags/${key}`, { body: { ...boolean, ...more } })
  const plan = async (input: { flag: string } & Record<string, unknown>, environment = 'production') =>
    (await send('POST', `${base}/${environment}/rollouts`, { body: input })).body as Rollout
  const act = (key: string, action: string, more = {}, environment = 'production') =>
    send('POST', `${base}/${environment}/rollouts/${key}/actions`, { body: { action, reason: 'by hand', ...more } })
  const get = async (key: string, environment = 'production') =>
    (await send('GET', `${base}/${environment}/rollouts/${key}`)).body as Rollout
  /** Takes a rollout to its end by hand. */
  const complete = async (key: string, environment = 'production') => {
    for (let left = 10; left > 0 && (await get(key, environment)).state !== 'completed'; left -= 1)
      await act(key, 'proceed', {}, environment)
  }
  const trains = async () => trainSchema.array().parse((await send('GET', `${base}/production/train`)).body.items)
  return { ...fixture, flag, plan, act, get, complete, trains }
}

const absolute = { guardrails: [{ metric: 'error', over: 0.05, onBreach: 'rollback' }] }

test('B25: a start waits for the flags before it, and follows by itself when they have completed', async () => {
  const { flag, plan, act, get, complete, trains } = await world()
  await flag('retry', { description: 'Retry what failed for a moment', risk: 'low', rollbackImpact: 'None' })
  await flag('workflow', { risk: 'high', rollbackImpact: 'Reverts to direct' })
  await plan({ flag: 'retry', ...absolute })
  await plan({ flag: 'workflow', after: ['retry'], ...absolute })
  const armed = await act('workflow', 'start')
  expect(armed.status).toBe(200)
  expect(armed.body.rollout).toMatchObject({
    state: 'draft',
    exposure: { set: 0 },
    armed: { reason: 'by hand' },
    waitingFor: [{ code: 'after', sentence: 'the rollout of "retry", not started yet, completes' }],
  })
  const [train] = await trains()
  expect(train).toMatchObject({
    state: 'waiting',
    cars: [
      { flag: 'retry', purpose: 'Retry what failed for a moment', risk: 'low', rollbackImpact: 'None' },
      { flag: 'workflow', risk: 'high', after: ['retry'], rollbackImpact: 'Reverts to direct' },
    ],
  })
  await act('retry', 'start')
  expect(await get('workflow')).toMatchObject({ state: 'draft', exposure: { set: 0 } })
  await complete('retry')
  expect(await get('workflow')).toMatchObject({ state: 'running', exposure: { set: 1 }, armed: null })
  expect((await trains())[0]).toMatchObject({ state: 'moving' })
})

test('a hold stops the train, a rollback lowers that flag alone and stops it, and the next success sets it going again', async () => {
  const { flag, plan, act, get, complete, trains, send, clock } = await world()
  for (const key of ['a', 'b', 'c']) await flag(key)
  await plan({ flag: 'a', ...absolute })
  await plan({ flag: 'b', after: ['a'], ...absolute })
  await plan({ flag: 'c', after: ['b'], ...absolute })
  for (const key of ['c', 'b', 'a']) await act(key, 'start')
  await complete('a')
  expect([(await get('b')).state, (await get('c')).state]).toEqual(['running', 'draft'])
  await act('b', 'hold')
  expect((await trains())[0]).toMatchObject({ state: 'stopped' })
  await act('b', 'rollback')
  expect((await get('c')).waitingFor[0]?.sentence).toBe('a new rollout of "b" completes: the last one was rolled back')
  expect((await get('a')).exposure.set).toBe(100)
  expect((await get('c')).exposure.set).toBe(0)
  expect((await trains())[0]?.sentence).toMatch(/^Stopped at "b"/)
  await clock.advance(1000)
  await send('POST', `${base}/production/rollouts?start=true`, { body: { flag: 'b', ...absolute, reason: 'mended' } })
  await complete('b')
  expect((await get('c')).state).toBe('running')
})

test('what is armed stays armed over a restart of its runner, and a hold takes it back', async () => {
  const { flag, plan, act, get } = await world()
  for (const key of ['a', 'b']) await flag(key)
  await plan({ flag: 'b', after: ['a'], ...absolute })
  await act('b', 'start')
  const held = await act('b', 'hold')
  expect(held.body.rollout).toMatchObject({ state: 'draft', armed: null })
  expect((await get('b')).waitingFor.map(({ code }) => code)).toEqual(['after', 'start'])
})

test('what cannot start any more says why, and keeps neither others nor the server from starting', async () => {
  const { flag, plan, act, get, complete, send, server, clock } = await world()
  for (const key of ['a', 'b', 'c']) await flag(key)
  await plan({ flag: 'a', ...absolute })
  for (const key of ['b', 'c']) {
    await plan({ flag: key, after: ['a'], ...absolute })
    await act(key, 'start')
  }
  await flag('b', { variants: { other: 1, off: 0 } })
  await act('a', 'start')
  await complete('a')
  expect(await get('a')).toMatchObject({ state: 'completed' })
  expect(await get('c')).toMatchObject({ state: 'running' })
  expect(await get('b')).toMatchObject({ state: 'draft', armed: null })
  const { body } = await send('GET', `${base}/production/rollouts/b/decisions`)
  expect(body.items.at(-1)).toMatchObject({
    why: { sentence: expect.stringMatching(/^It does not start by itself: The flag has changed/) },
  })
  const again = new RolloutRunner({ ...server.shell, clock, rolloutAudience: { rollout() {}, decision() {} } })
  await expect(again.start()).resolves.toBeUndefined()
  await again.close()
})

test('a flag switched off after its start was armed is not switched on by itself', async () => {
  const { flag, plan, act, get, complete, send } = await world()
  for (const key of ['a', 'b']) await flag(key)
  await plan({ flag: 'a', ...absolute })
  await plan({ flag: 'b', after: ['a'], ...absolute })
  await act('b', 'start')
  for (const enabled of [true, false])
    await send('PATCH', `${base}/production/flags/b`, {
      body: { enabled },
      headers: { 'content-type': 'application/merge-patch+json' },
    })
  await act('a', 'start')
  await complete('a')
  expect(await get('b')).toMatchObject({ state: 'draft', armed: null })
  expect((await send('GET', `${base}/production/flags/b`)).body.flag.enabled).toBe(false)
  expect((await act('b', 'start')).body.rollout).toMatchObject({ state: 'running' })
})

test('production waits until staging has passed with the same candidate', async () => {
  const { flag, plan, act, get, complete } = await world()
  for (const environment of ['staging', 'production'])
    await flag('model', { variants: { old: 'o', v1: '1', v2: '2' }, off: 'old', serve: 'old' }, environment)
  await plan({ flag: 'model', candidate: 'v1', ...absolute }, 'staging')
  await plan({ flag: 'model', candidate: 'v2', after: ['staging/model'], ...absolute })
  await act('model', 'start')
  await act('model', 'start', {}, 'staging')
  await complete('model', 'staging')
  expect(await get('model')).toMatchObject({
    state: 'draft',
    waitingFor: [{ sentence: 'a rollout of "v2" completes in "staging/model": the last one was of "v1"' }],
  })
})

test('a plan that waits for itself is refused', async () => {
  const { flag, send } = await world()
  await flag('a')
  for (const after of ['a', 'production/a']) {
    const refused = await send('POST', `${base}/production/rollouts`, { body: { flag: 'a', after: [after] } })
    expect(refused.status).toBe(422)
    expect(refused.body.errors).toMatchObject([{ pointer: '/after/0' }])
  }
})
