import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Rollout } from '@sluice/contract'
import { expect, onTestFinished, test } from 'vitest'
import { rolloutPart } from '../rollouts/rollout-part.ts'
import { startTestServer } from '../testing/test-server.ts'

const production = '/api/v1/environments/production'

async function world(plan: Record<string, unknown>) {
  const fixture = await startTestServer({ parts: [rolloutPart] }, { internalHosts: ['127.0.0.1'] })
  const { send } = fixture
  const flag = { enabled: true, variants: { on: true, off: false }, off: 'off', serve: 'off' }
  await send('PUT', `${production}/flags/chat`, { body: flag })
  const planned = await send('POST', `${production}/rollouts`, { body: { flag: 'chat', ...plan } })
  const act = (action: string, more = {}) =>
    send('POST', `${production}/rollouts/chat/actions`, { body: { action, reason: 'by hand', ...more } })
  const check = (item: string, state = 'passed', more = {}) =>
    send('POST', `${production}/rollouts/chat/checks`, { body: { item, state, ...more } })
  const get = async () => (await send('GET', `${production}/rollouts/chat`)).body as Rollout
  return { ...fixture, planned, act, check, get }
}

const second = {
  block: '1s',
  timeout: '1s',
  advance: 'quiet',
  guardrails: [{ metric: 'error', over: 0.5, onBreach: 'rollback' }],
}

/** So many good calls of both arms, in the second that begins now. */
async function calls({ send, clock }: Awaited<ReturnType<typeof world>>, count: number) {
  const snapshot = (await send('GET', `${production}/flags/chat`)).body
  const at = new Date(clock.now()).toISOString()
  const observations = []
  for (let i = 0; i < count; i++) {
    const unit = `user_${i}`
    const { body } = await send('POST', '/ofrep/v1/evaluate/flags/chat?environment=production', {
      body: { context: { targetingKey: unit } },
    })
    observations.push({ flag: 'chat', variant: body.variant, unit, at, metrics: { error: 0, latency_ms: 100 } })
  }
  expect(snapshot).toBeDefined()
  const sent = await send('POST', `${production}/observations`, { body: { id: `b-${clock.now()}`, observations } })
  expect(sent.status).toBe(202)
}

test('R28: a start waits for its checklist, and follows when the last item is ticked', async () => {
  const { act, check, get } = await world({ checklist: ['Team told', { text: 'Rollback tested', id: 'rehearsed' }] })
  expect((await act('start')).body.rollout).toMatchObject({ state: 'draft', exposure: { set: 0 } })
  await check('team-told')
  expect((await get()).waitingFor.map(({ sentence }) => sentence)).toEqual(['"Rollback tested" on the checklist'])
  const done = await check('rehearsed', 'passed', { note: '40 s' })
  expect(done.body.rollout).toMatchObject({
    state: 'running',
    exposure: { set: 1 },
    checklist: [
      { id: 'team-told', stage: -1, by: 'person', state: 'passed' },
      { id: 'rehearsed', state: 'passed', note: '40 s' },
    ],
  })
})

test('a failed item keeps a stage closed, to people too, until it is passed or skipped with a reason', async () => {
  const stages = [{ percent: 10, checklist: [{ text: 'Suite passes', command: 'npm test' }] }, { percent: 100 }]
  const { act, check, get } = await world({ ...second, stages })
  await act('start')
  await check('suite-passes', 'failed', { exitCode: 1, output: 'ok\nnot ok 2' })
  const refused = await act('proceed')
  expect(refused.status).toBe(409)
  expect(refused.body.detail).toBe('Not done yet: "Suite passes" on the checklist (failed: exit code 1; ok\nnot ok 2).')
  const silent = await check('suite-passes', 'skipped')
  expect(silent.body.errors).toMatchObject([{ pointer: '/note' }])
  await check('suite-passes', 'skipped', { note: 'the suite itself is broken' })
  await act('proceed')
  expect((await get()).exposure.set).toBe(95)
  // Lowering never waits for a list.
  expect((await act('rollback')).status).toBe(200)
})

test('an open item keeps the engine from the next stage, and its time does not start anew', async () => {
  const stages = [
    { percent: 50, atLeast: '3s', checklist: ['Looked at the answers'] },
    { percent: 100, atLeast: '1h' },
  ]
  const rig = await world({ ...second, stages })
  await rig.act('start')
  for (let i = 0; i < 6; i++) {
    await calls(rig, 20)
    await rig.clock.advance(1000)
  }
  expect(await rig.get()).toMatchObject({
    state: 'awaiting_decision',
    exposure: { set: 50 },
    waitingFor: [{ code: 'checklist', sentence: '"Looked at the answers" on the checklist' }],
  })
  await rig.check('looked-at-the-answers')
  await calls(rig, 20)
  await rig.clock.advance(1000)
  expect((await rig.get()).exposure.set).toBe(95)
})

test('an answer of before its stage, or one that is too old, does not count', async () => {
  const stages = [
    { percent: 10 },
    { percent: 50, checklist: [{ text: 'Smoke', command: 'smoke', maxAge: '1h' }] },
    { percent: 100 },
  ]
  const { act, check, get, clock } = await world({ ...second, block: '10m', stages })
  await act('start')
  await check('smoke')
  await clock.advance(60_000)
  await act('proceed')
  expect((await get()).checklist[0]?.state).toBe('open')
  await check('smoke')
  expect((await get()).checklist[0]?.state).toBe('passed')
  await clock.advance(3_700_000)
  expect((await get()).checklist[0]?.state).toBe('open')
  expect((await act('proceed')).status).toBe(409)
})

test('an address and a figure are looked at by the server itself', async () => {
  let status = 503
  const service = createServer((_, response) => response.writeHead(status).end())
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void service.close())
  const url = `http://127.0.0.1:${(service.address() as AddressInfo).port}/health`
  const figure = { text: '30 calls', id: 'calls', metric: 'calls', above: 30 }
  const stages = [{ percent: 50, checklist: [figure] }, { percent: 100 }]
  const rig = await world({ ...second, checklist: [{ text: 'Healthy', url }], stages })
  await rig.act('start')
  await rig.clock.advance(10_000)
  expect((await rig.get()).waitingFor[0]?.sentence).toBe('"Healthy" on the checklist (failed: it answered 503)')
  status = 204
  await rig.clock.advance(10_000)
  expect(await rig.get()).toMatchObject({ state: 'running', checklist: [{ state: 'passed' }, { state: 'open' }] })
  await calls(rig, 40)
  await rig.clock.advance(10_000)
  expect((await rig.get()).checklist[1]).toMatchObject({ state: 'failed' })
  await calls(rig, 100)
  await rig.clock.advance(10_000)
  expect((await rig.get()).checklist[1]).toMatchObject({ state: 'passed', actor: { kind: 'engine' } })
})

test.each([
  [{ checklist: [{ text: 'x', url: 'https://a.example', command: 'y' }] }, '/checklist/0'],
  [{ checklist: [{ text: 'x', metric: 'calls' }] }, '/checklist/0'],
  [{ checklist: [{ text: 'x', above: 3 }] }, '/checklist/0/metric'],
  [
    {
      checklist: [
        { text: 'x', id: 'a' },
        { text: 'y', id: 'a' },
      ],
    },
    '/checklist/1/id',
  ],
])('an item that nobody could answer is refused: %j', async (plan, pointer) => {
  const { planned } = await world(plan)
  expect(planned.status).toBe(422)
  expect(planned.body.errors).toMatchObject([{ pointer }])
})

test('after a breach the next start says what was wrong and what has changed', async () => {
  const stages = [{ percent: 50, atLeast: '1h' }, { percent: 100 }]
  const rig = await world({ ...second, stages })
  const { send, clock } = rig
  await rig.act('start')
  for (let round = 0; round < 20 && (await rig.get()).state === 'running'; round++) {
    const observations = []
    for (let i = 0; i < 40; i++) {
      const unit = `user_${round}_${i}`
      const context = { targetingKey: unit }
      const { body } = await send('POST', '/ofrep/v1/evaluate/flags/chat?environment=production', { body: { context } })
      const error = body.variant === 'on' ? 1 : 0
      observations.push({
        flag: 'chat',
        variant: body.variant,
        unit,
        at: new Date(clock.now()).toISOString(),
        metrics: { error },
      })
    }
    await send('POST', `${production}/observations`, { body: { id: `r-${round}`, observations } })
    await clock.advance(1000)
  }
  expect((await rig.get()).state).toBe('rolled_back')
  const silent = await send('POST', `${production}/rollouts?start=true`, { body: { flag: 'chat', ...second, stages } })
  expect(silent.status).toBe(422)
  expect(silent.body.errors).toMatchObject([{ pointer: '/reason' }])
  const body = { flag: 'chat', ...second, stages, reason: 'the prompt was cut off; it is whole now' }
  expect((await send('POST', `${production}/rollouts?start=true`, { body })).body.state).toBe('running')
})
