import type { PlanInput } from '@sluice/contract'
import { expect, test } from 'vitest'
import { startLiveRollout } from '../testing/live-rollout.ts'

const path = '/api/v1/environments/production'
const guardrails: PlanInput['guardrails'] = [{ metric: 'error', over: 0.5, onBreach: 'rollback' }]
const codes = ({ waitingFor }: { waitingFor: readonly { code: string }[] }) => waitingFor.map(({ code }) => code)

test('no stage opens while SDKs that still report hold the flags of before; one that is gone keeps nobody waiting', async () => {
  const stages = [{ percent: 10, atLeast: '2s' }, { percent: 50, atLeast: '2s' }, { percent: 100 }]
  const rollout = await startLiveRollout({ stages, guardrails })
  const poll = (id: string) => rollout.send('GET', `${path}/snapshot`, { headers: { 'x-sluice-instance': id } })
  let batch = 0
  const report = (id: string) => {
    const row = { flag: 'f', variant: 'off', at: new Date(rollout.clock.now()).toISOString(), metrics: { error: 0 } }
    const body = { id: `${id}-${(batch += 1)}`, observations: [row] }
    return rollout.send('POST', `${path}/observations`, { headers: { 'x-sluice-instance': id }, body })
  }
  await poll('lives')
  await poll('ends')
  await rollout.seconds(3, {})
  expect((await rollout.look()).exposure.set).toBe(50)

  await report('lives')
  await rollout.seconds(6, {})
  const waiting = await rollout.look()
  expect(waiting).toMatchObject({ state: 'running', exposure: { set: 50 } })
  expect(waiting.waitingFor).toEqual([
    { code: 'stale_sdks', sentence: '1 of 1 SDKs fetch the flags: they still serve those of before' },
  ])

  await poll('lives')
  await rollout.seconds(1, {})
  expect((await rollout.look()).exposure.set).toBe(95)
})

test('a page that reports is no SDK to wait for', async () => {
  const rollout = await startLiveRollout({ stages: [{ percent: 10, atLeast: '1h' }], guardrails })
  const key = await rollout.makeKey('client', 'production')
  const row = { flag: 'f', variant: 'off', at: new Date(rollout.clock.now()).toISOString(), metrics: { error: 0 } }
  const body = { id: 'page', observations: [row] }
  await rollout.send('POST', `${path}/observations`, { key, headers: { 'x-sluice-instance': 'page' }, body })
  expect((await rollout.send('GET', `${path}/instances`)).body.items).toEqual([])
  expect(codes(await rollout.look())).not.toContain('stale_sdks')
})
