// Numbers nobody should send, over HTTP: refused by name, or counted to verdicts that are defined; nothing throws or passes.
import { describe, expect, test } from 'vitest'
import { rolloutSchema } from '@sluice/contract'
import type { PlanInput, Rollout } from '@sluice/contract'
import { failing, fine, startLiveRollout } from '../testing/live-rollout.ts'
import type { LiveRollout, Outcomes } from '../testing/live-rollout.ts'

const stages = [
  { percent: 50, atLeast: '3s' },
  { percent: 100, atLeast: '3s' },
]
const plan: Partial<PlanInput> = {
  stages,
  advance: 'proof',
  guardrails: [
    { metric: 'error', ratioOver: 1, onBreach: 'hold' },
    { metric: 'error', over: 0.05, onBreach: 'hold' },
    { metric: 'latency_ms', stat: 'mean', ratioOver: 1.5 },
    { metric: 'latency_ms', stat: 'mean', over: 1000 },
    { metric: 'latency_ms', stat: 'p95', ratioOver: 1.5 },
    { metric: 'latency_ms', stat: 'p95', over: 1000 },
    { metric: 'latency_ms', stat: 'mean', ratioUnder: 0.8 },
    { metric: 'error', over: 0.05, test: 'window', window: { length: '2s', minSamples: 5 } },
  ],
}

/** The rollout as it is shown, sound by the schema of the wire: every number is one, every sentence says something. */
async function seen(rollout: LiveRollout): Promise<Rollout> {
  const view = await rollout.look()
  expect(rolloutSchema.safeParse(view).error).toBeUndefined()
  for (const { sentence } of [...view.verdicts, ...view.waitingFor, view.why])
    expect(sentence).not.toMatch(/NaN|undefined|Infinity/)
  return view
}

const words = ({ verdicts }: Rollout) => verdicts.map(({ verdict }) => verdict)
const comparisons = ({ verdicts }: Rollout) => verdicts.filter(({ compare }) => compare === 'ratio')

test('a row with a number that is none is refused by name, and the good rows of its batch are kept', async () => {
  const rollout = await startLiveRollout(plan)
  const row = (metrics: string) =>
    `{"flag":"f","variant":"off","unit":"u","at":"2026-11-20T00:00:00Z","metrics":${metrics}}`
  const bad = [
    ['{"latency_ms":-1}', '/metrics/latency_ms'],
    ['{"latency_ms":1e400}', '/metrics/latency_ms'],
    ['{"latency_ms":-1e400}', '/metrics/latency_ms'],
    ['{"latency_ms":"NaN"}', '/metrics/latency_ms'],
    ['{"latency_ms":null}', '/metrics/latency_ms'],
    ['{"latency_ms":1e16}', '/metrics/latency_ms'],
    ['{"error":0.5}', '/metrics/error'],
    ['{"error":-1}', '/metrics/error'],
    ['{"quality":1.5}', '/metrics/quality'],
  ] as const
  const raw = (id: string, rows: readonly string[]) =>
    rollout.send('POST', '/api/v1/environments/production/observations', {
      raw: `{"id":"${id}","observations":[${rows.join(',')}]}`,
    })
  const mixed = await raw('mixed', [...bad.map(([metrics]) => row(metrics)), row('{"latency_ms":1e12,"error":0}')])
  expect(mixed).toMatchObject({ status: 202, body: { accepted: 1 } })
  expect(mixed.body.rejected.map(({ pointer }: { pointer: string }) => pointer)).toEqual(
    bad.map(([, pointer]) => pointer),
  )
  expect(await raw('bad', [row('{"latency_ms":-1}')])).toMatchObject({ status: 422 })
  await rollout.clock.advance(1000)
  await seen(rollout)
})

describe('a rollout', () => {
  test('of no traffic at all has no data, and stays', async () => {
    const rollout = await startLiveRollout(plan)
    await rollout.seconds(30, { calls: 0 })
    const view = await seen(rollout)
    expect(new Set(words(view))).toEqual(new Set(['no_data']))
    expect([view.state, view.exposure.set, view.why.code]).toEqual(['held', 50, 'HELD_NO_DATA'])
  })

  test.each([
    ['a candidate without a baseline', 'T'],
    ['a baseline without a candidate', 'C'],
  ])('of %s passes no comparison, and stays', async (_, arms) => {
    const rollout = await startLiveRollout(plan)
    await rollout.seconds(30, { calls: 60, arms })
    const view = await seen(rollout)
    expect(comparisons(view).map(({ verdict }) => verdict)).toEqual(comparisons(view).map(() => 'no_data'))
    expect([view.state, view.exposure.set]).toEqual(['held', 50])
  })

  const latency =
    (value: number): Outcomes =>
    (user) => ({ ...fine(user), latency_ms: value })

  test.each([
    ['a baseline of zero', 0, 0],
    ['a candidate of a trillion', 1e12, 100],
    ['a baseline of a trillion', 100, 1e12],
    ['a trillion on both sides', 1e12, 1e12],
    ['the smallest number', Number.MIN_VALUE, Number.MIN_VALUE],
  ])('with %s for latency gives verdicts that are numbers', async (_, on, off) => {
    const rollout = await startLiveRollout(plan)
    await rollout.seconds(20, { calls: 60, on: latency(on), off: latency(off) })
    const view = await seen(rollout)
    expect(words(view)).not.toContain('no_data')
    if (off === 0)
      for (const { metric, verdict, direction } of comparisons(view))
        if (metric === 'latency_ms' && direction === 'over') expect(verdict).not.toBe('pass')
    if (on > 1000 * Math.max(1, off)) expect(view.waitingFor.map(({ code }) => code)).toContain('breach')
  })

  test('of ten calls of one user that fail is measured; of ten users it is rolled back', async () => {
    const alone = { stages, guardrails: [{ metric: 'error', over: 0.05, onBreach: 'rollback' as const }] }
    const send = async (unitOf: (i: number) => string) => {
      const rollout = await startLiveRollout(alone)
      const at = new Date(rollout.clock.now()).toISOString()
      const row = { flag: 'f', variant: 'on', at, attempt: 1, visit: 1, arm: 'T' }
      const rows = Array.from({ length: 10 }, (_, i) => ({ ...row, unit: unitOf(i), metrics: { error: 1 } }))
      expect((await rollout.observe(rows)).status).toBe(202)
      await rollout.clock.advance(1000)
      return seen(rollout)
    }
    expect(await send(() => 'one')).toMatchObject({
      state: 'running',
      verdicts: [{ candidate: { units: 1, events: 1 } }],
    })
    expect(await send((i) => `u${i}`)).toMatchObject({ state: 'rolled_back', exposure: { set: 0 } })
  })

  test('whose candidate fails after ten thousand good calls is rolled back at once', async () => {
    const rollout = await startLiveRollout({
      stages: [{ percent: 50, atLeast: '1h' }],
      guardrails: [{ metric: 'error', ratioOver: 1, onBreach: 'rollback' }],
    })
    await rollout.seconds(20, { calls: 500 })
    expect((await seen(rollout)).state).toBe('running')
    await rollout.seconds(1, { calls: 40, on: failing('error') })
    expect((await seen(rollout)).state).toBe('rolled_back')
  })
})
