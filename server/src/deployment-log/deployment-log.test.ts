import { deploymentLogSchema } from '@sluice/contract'
import { expect, test } from 'vitest'
import { rolloutPart } from '../rollouts/rollout-part.ts'
import { startTestServer } from '../testing/test-server.ts'

const production = '/api/v1/environments/production'
const hour = 3_600_000

async function world() {
  const fixture = await startTestServer({ parts: [rolloutPart] })
  const { send } = fixture
  await send('PUT', `${production}/flags/chat`, {
    body: { enabled: true, variants: { on: true, off: false }, off: 'off', serve: 'off' },
  })
  const stages = [
    { percent: 10, atLeast: '48h', gate: 'manual', checklist: ['Feedback is positive'] },
    { percent: 50, atLeast: '48h' },
  ]
  const guardrails = [{ metric: 'error', over: 0.5, onBreach: 'rollback' }]
  const body = { flag: 'chat', block: '10m', checklist: ['Tests passed'], stages, guardrails }
  await send('POST', `${production}/rollouts`, { body })
  const act = (action: string, more = {}) =>
    send('POST', `${production}/rollouts/chat/actions`, { body: { action, reason: 'by hand', ...more } })
  const check = (item: string) =>
    send('POST', `${production}/rollouts/chat/checks`, { body: { item, state: 'passed', note: 'Ann' } })
  const log = async () => deploymentLogSchema.parse((await send('GET', `${production}/rollouts/chat/log`)).body)
  const markdown = async (): Promise<string> => (await send('GET', `${production}/rollouts/chat/log?format=md`)).body
  return { ...fixture, act, check, log, markdown }
}

/** Users whom the rule's sample has let in, found by asking. */
async function assigned(
  { send }: Awaited<ReturnType<typeof world>>,
  variant: string,
  count: number,
): Promise<string[]> {
  const units: string[] = []
  for (let i = 0; units.length < count; i++) {
    const context = { targetingKey: `u${i}` }
    const { body } = await send('POST', '/ofrep/v1/evaluate/flags/chat?environment=production', { body: { context } })
    if (body.variant === variant) units.push(`u${i}`)
  }
  return units
}

test('each stay at a share is an entry: its checks, its first day, how it ended', async () => {
  const rig = await world()
  const { act, check, log, markdown, clock, send } = rig
  await check('tests-passed')
  await act('start', { reason: 'cheaper' })
  const [first = '', second = '', third = '', fourth = ''] = await assigned(rig, 'on', 4)
  const at = new Date(clock.now()).toISOString()
  const row = (unit: string, metrics: object) => ({ flag: 'chat', variant: 'on', unit, at, metrics })
  const observations = [
    row(first, { error: 0, latency_ms: 150 }),
    row(second, { error: 0, latency_ms: 180, complaint: 1 }),
    row(third, { error: 1, latency_ms: 200 }),
    row(fourth, { error: 0, latency_ms: 190 }),
    // Not for the rollout to decide: a request that its rule asks more of.
    { flag: 'chat', variant: 'off', at, metrics: { error: 0 } },
  ]
  await send('POST', `${production}/observations`, { body: { id: 'first-day', observations } })
  await clock.advance(2 * hour)
  expect((await log()).entries).toMatchObject([
    {
      phase: '10 %',
      engineer: { kind: 'key' },
      reason: 'cheaper',
      endedAt: null,
      pre: [{ text: 'Tests passed', state: 'passed', note: 'Ann' }],
      deployment: [
        { text: 'Share set to 10 %' },
        { text: 'Rollout verified', note: '100 % of the 4 calls that it decides had the candidate' },
      ],
      post: { hours: 2, complete: false, errorRate: 0.25, avgResponseTime: 180, totalRequests: 4, complaints: 1 },
      decision: null,
    },
  ])
  await clock.advance(30 * hour)
  await check('feedback-is-positive')
  await act('proceed', { reason: 'good | so *far*' })
  const [ten, fifty] = (await log()).entries
  expect(ten).toMatchObject({
    post: { hours: 24, complete: true, totalRequests: 4 },
    decision: { kind: 'proceed', by: { kind: 'key' } },
  })
  expect(fifty).toMatchObject({ phase: '50 %', pre: [{ text: 'Feedback is positive', state: 'passed' }] })
  expect(fifty?.post).toMatchObject({ errorRate: null, avgResponseTime: null, totalRequests: 0 })
  await act('rollback', { to: 10, reason: 'slow answers' })
  expect((await log()).entries.map(({ phase, decision }) => [phase, decision?.kind])).toEqual([
    ['10 %', 'proceed'],
    ['50 %', 'rollback'],
    ['10 %', undefined],
  ])
  const text = await markdown()
  expect(text.split('\n')).toEqual(
    expect.arrayContaining([
      '**Phase:** 50 %  ',
      '### Pre-Deployment',
      '- [x] Tests passed: Ann',
      '### Post-Deployment (24h)',
      '- [x] Error rate: 25.00 %',
      '- [x] Avg response time: 180 ms',
      '- [x] Total requests: 4',
      '- [x] User complaints: 1',
      '- [ ] Hold current phase',
    ]),
  )
  expect(text).toContain('- [x] Rollback: ')
  expect(text).toContain('good \\| so \\*far\\*')
})

test('notes keep their earlier wordings', async () => {
  const { act, check, log, markdown, send } = await world()
  await check('tests-passed')
  await act('start')
  const note = (body: object) => send('POST', `${production}/rollouts/chat/notes`, { body })
  const first = await note({ text: 'Two users asked about the tone.' })
  expect(first.status).toBe(201)
  await note({ text: 'Cache warmed.' })
  await note({ text: 'Three users asked about the tone.', replaces: first.body.decision.id })
  const unknown = await note({ text: 'x', replaces: 'ev_none' })
  expect([unknown.status, unknown.body.errors[0].pointer]).toEqual([422, '/replaces'])
  const [entry] = (await log()).entries
  expect(entry?.notes).toMatchObject([
    { text: 'Three users asked about the tone.', earlier: [{ text: 'Two users asked about the tone.' }] },
    { text: 'Cache warmed.', earlier: [] },
  ])
  expect(await markdown()).toContain('- Three users asked about the tone. (')
})
