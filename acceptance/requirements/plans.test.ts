// Staged plans: what the guides do with calendars, Markdown and shell loops.
import { planTemplates } from '@sluice/contract'
import type { GuardrailInput, Rollout } from '@sluice/contract'
import { expect, test } from 'vitest'
import { serverParts } from '../../server/src/server-parts.ts'
import { failing, startLiveRollout } from '../../server/src/testing/live-rollout.ts'
import { startTestServer } from '../../server/src/testing/test-server.ts'

const production = '/api/v1/environments/production'
const boolean = { enabled: true, variants: { on: true, off: false }, off: 'off', serve: 'off' }

async function planned(input: object): Promise<Rollout> {
  const { send } = await startTestServer({ parts: serverParts })
  await send('PUT', `${production}/flags/f`, { body: boolean })
  const made = await send('POST', `${production}/rollouts`, { body: { flag: 'f', ...input } })
  if (made.status !== 201) throw new Error(JSON.stringify(made.body))
  return made.body
}

const stagesOf = ({ plan }: Rollout): string[] => plan.stages.map(({ percent, atLeast }) => `${percent}/${atLeast}`)
const weekly = planTemplates
  .find(({ name }) => name === 'execution-mode')
  ?.plan.guardrails?.filter(({ metric, stages = [0] }) => metric !== 'tokens' && stages.includes(0))
  .map((rule) => (rule.stages ? { ...rule, stages: [0] } : rule)) as GuardrailInput[]
const all = [{ percent: 50, atLeast: '1h' }, { percent: 100 }]

test('R20: 1, 10, 50, 100 % in a week, and three days at 100; done is a true 100 %', async () => {
  const rollout = await startLiveRollout({ stages: [{ percent: 100, atLeast: '8s' }] })
  await rollout.seconds(4, { calls: 60 })
  expect((await rollout.look()).exposure.set).toBe(95)
  await rollout.seconds(15, { calls: 60 })
  expect(await rollout.look()).toMatchObject({ state: 'completed', exposure: { set: 100 } })
  expect(stagesOf(await planned({ template: 'data-source' }))).toEqual(['1/2h', '10/24h', '50/48h', '100/72h'])
})
test('R21: staging, then 10, 50, 100 % with 48 h and a person at each gate', async () => {
  expect(stagesOf(await planned({ template: 'model-staging' }))).toEqual(['100/2h'])
  const rollout = await planned({ template: 'model-migration' })
  expect(stagesOf(rollout)).toEqual(['10/48h', '50/48h', '100/168h'])
  expect(rollout.plan.stages.slice(0, 2).map(({ gate }) => gate)).toEqual(['manual', 'manual'])
})
test('R22: 10, 20, 50, 100 % weekly', async () => {
  expect(stagesOf(await planned({ template: 'execution-mode' }))).toEqual(['10/168h', '20/168h', '50/168h', '100/336h'])
})
test.each([
  [0.01, 'below the target of 2 % it goes on', 20, 'running'],
  [0.035, 'from 2 to 5 % it stays', 10, 'running'],
  [0.12, 'beyond 5 % it goes back', 0, 'rolled_back'],
])('R23, B22: in its first week Patch Mode has %d errors: %s', async (rate, _, percent, state) => {
  const week = { percent: 10, atLeast: '30s' }
  const rollout = await startLiveRollout({
    template: 'execution-mode',
    stages: [week, { percent: 20 }] as never,
    guardrails: weekly,
    checklist: [],
  })
  const calls = (share: number) => {
    let count = 0
    return (user: number) => ({ error: (count++ * 7) % 1000 < 1000 * share ? 1 : 0, latency_ms: 100 + (user % 7) })
  }
  await rollout.seconds(45, { calls: 300, on: calls(rate), off: calls(0.01) })
  expect(await rollout.look()).toMatchObject({ state, exposure: { set: percent } })
  if (percent !== 10) return
  expect((await rollout.look()).waitingFor).toMatchObject([
    { sentence: expect.stringMatching(/^errors below 2 %: 3\.\d+ % so far/) },
  ])
  expect((await rollout.act('proceed', { to: 15, reason: 'a little more' })).status).toBe(200)
  expect((await rollout.look()).exposure.set).toBe(15)
})
test('R25: at a gate a person decides; a critical breach waits for nobody', async () => {
  const guardrails = [{ metric: 'error', over: 0.05, onBreach: 'rollback' } as const]
  const stages = [{ percent: 50, atLeast: '2s', gate: 'manual' as const }, { percent: 100 }]
  const rollout = await startLiveRollout({ guardrails, stages })
  await rollout.seconds(6, {})
  expect((await rollout.look()).state).toBe('awaiting_decision')
  await rollout.seconds(15, { on: failing('error', 2) })
  expect((await rollout.look()).state).toBe('rolled_back')
})
test('R26: a rollback to 0 is final, one to less holds there', async () => {
  const rollout = await startLiveRollout({ stages: all })
  await rollout.act('rollback', { to: 10, reason: 'half of it' })
  expect(await rollout.look()).toMatchObject({ state: 'held', exposure: { set: 10 } })
  await rollout.act('rollback', { reason: 'all of it' })
  expect(await rollout.look()).toMatchObject({ state: 'rolled_back', exposure: { set: 0 } })
  expect((await rollout.act('resume')).status).toBe(409)
})
test('R29: limits differ by stage, and the template has the guide’s', async () => {
  const template = (await planned({ template: 'model-migration' })).plan.guardrails
  const meanTargets = template.filter(
    ({ metric, stat, onBreach }) => metric === 'latency_ms' && stat === 'mean' && onBreach === 'hold',
  )
  expect(meanTargets.map(({ safeBelow, stages }) => [safeBelow, stages])).toEqual([
    [3000, undefined],
    [2000, [2]],
  ])
  const guardrails = [
    { metric: 'error', over: 0.05, onBreach: 'rollback' },
    { metric: 'latency_ms', stat: 'mean', over: 3000, onBreach: 'hold', stages: [0] },
    { metric: 'latency_ms', stat: 'mean', over: 2000, onBreach: 'hold', stages: [1] },
  ]
  const { plan } = await planned({ stages: all, guardrails })
  expect(plan.guardrails.map(({ stages }) => stages)).toEqual([undefined, [0], [1]])
})
test('R31: a suite runs at every stage through one door, and a missing or old answer keeps it closed', async () => {
  const suite = { text: 'Validation suite', command: 'npm test', maxAge: '24h' }
  const rollout = await startLiveRollout({
    stages: [
      { percent: 10, atLeast: '1s', checklist: [suite] },
      { percent: 100, checklist: [suite] },
    ],
  })
  await rollout.seconds(5, {})
  expect((await rollout.look()).waitingFor.map(({ code }) => code)).toContain('checklist')
  const { checklist } = await rollout.look()
  expect(checklist.map(({ stage, by }) => [stage, by])).toEqual([
    [0, 'command'],
    [1, 'command'],
  ])
})
test('R35: a rollback is served at the very next evaluation', async () => {
  const rollout = await startLiveRollout({
    stages: [{ percent: 100, holdback: 0, atLeast: '1h' }],
    guardrails: [{ metric: 'error', over: 0.5, onBreach: 'rollback' }],
  })
  const value = async () =>
    (
      await rollout.send('POST', '/ofrep/v1/evaluate/flags/f?environment=production', {
        body: { context: { targetingKey: 'u' } },
      })
    ).body.value
  expect(await value()).toBe(true)
  await rollout.act('rollback', { reason: 'now' })
  expect(await value()).toBe(false)
})
test.each(planTemplates.map(({ name }) => name))(
  'R100: the template %s is a plan that can be started',
  async (name) => {
    expect((await planned({ template: name })).state).toBe('draft')
  },
)

test.each([
  [
    'R74',
    'model-staging',
    'All tests passed|Response times|Documentation|Models validated|Fallback model|Monitoring|Secrets',
  ],
  [
    'R76',
    'data-source',
    'Costs match|several models|Reasoning|Image|Thinking|selector|misses a model|Every model|imported and exported',
  ],
  ['R77', 'execution-mode', 'Integration tests|included and excluded|Dashboard|alerts tested|Rollback tested'],
  ['R79', 'model-migration', 'Feedback is positive|Documentation updated|Team trained'],
  ['R81', 'model-staging', 'Chat answers well|E-mail draft reads well'],
])('%s: the template %s asks for what its guide ticks', async (_, template, wanted) => {
  const items = (await planned({ template })).checklist.map(({ text }) => text)
  for (const text of wanted.split('|')) expect(items.filter((item) => item.includes(text))).not.toEqual([])
})

test('R73: the items before each flag stand in its template', () => {
  const template = planTemplates.find(({ name }) => name === 'after-enabling')
  expect(template?.plan.checklist).toEqual([
    'Monitoring dashboard works',
    'Alert thresholds are set',
    'Runbook reviewed',
    'Rollback tested',
    'Team notified',
  ])
})
test('R75: the deployment log has the headings of the guide, filled in', async () => {
  const rollout = await startLiveRollout({ stages: all })
  await rollout.seconds(3, {})
  const text = (await rollout.send('GET', `${production}/rollouts/f/log?format=md`)).body as string
  for (const heading of [
    '**Phase:** 50 %',
    '**Time:**',
    '**Engineer:**',
    '### Pre-Deployment',
    '### Deployment',
    '### Post-Deployment',
    '- [ ] Total requests:',
    '### Decision',
    '**Notes:**',
  ])
    expect(text).toContain(heading)
})
test('R78: after a breach the next start says what was wrong and what has changed', async () => {
  const rollout = await startLiveRollout({
    reason: 'it costs less',
    stages: all,
    guardrails: [{ metric: 'error', over: 0.05, onBreach: 'rollback' }],
  })
  await rollout.seconds(15, { on: failing('error', 2) })
  const again = (reason?: string) =>
    rollout.send('POST', `${production}/rollouts?start=true`, { body: { flag: 'f', reason } })
  expect((await again()).body.errors[0].pointer).toBe('/reason')
  expect((await again('it costs less')).body.errors[0].message).toContain('what its plan said before')
  expect((await again('the prompt was cut; it is whole')).status).toBe(201)
})
