import { expect, test } from 'vitest'
import { armOf } from '@sluice/core/evaluation'
import type { Flag } from '@sluice/core/evaluation'
import type { DecisionEvent, PlanInput } from '@sluice/contract'
import { describeEachEngine } from '../database/testing/each-engine.ts'
import { migrations } from '../database/migrations/index.ts'
import { ensureEnvironments } from '../environments/environment-store.ts'
import { commitFlagChange } from '../flags/flag-service.ts'
import { findFlag } from '../flags/flag-store.ts'
import type { StoredFlag } from '../flags/flag-store.ts'
import { reloadSnapshot } from '../flags/publish-snapshot.ts'
import { SnapshotCache } from '../flags/snapshot-cache.ts'
import { ingestObservations } from '../observations/ingest-observations.ts'
import type { Database } from '../ports/database.ts'
import { manualClock } from '../ports/manual-clock.ts'
import { seededRandom } from '../ports/seeded-random.ts'
import { SimulatedClock } from '../simulation/simulated-clock.ts'
import { decisionsOf } from './decisions-of.ts'
import { RolloutRunner } from './rollout-runner.ts'
import { noFleet } from './runner-parts.ts'
import type { RunnerParts } from './runner-parts.ts'
import { StoreWatch } from './store-watch.ts'

const actor = { kind: 'person', id: 'p', name: 'Ada' } as const
const env = 'production'
const quietLogger = { debug() {}, info() {}, warn() {}, error() {} } as never

async function rig(database: Database) {
  const clock = manualClock()
  const random = seededRandom(1)
  await database.transaction((transaction) => ensureEnvironments(transaction, clock.now(), random))
  const decisions: DecisionEvent[] = []
  const cache = new SnapshotCache()
  await reloadSnapshot(env, database, cache)
  const parts: RunnerParts = {
    database,
    clock,
    random,
    cache,
    logger: quietLogger,
    audience: { patch() {}, put() {} },
    environments: ['production'],
    instances: noFleet,
    rolloutAudience: { rollout() {}, decision: (_, decision) => decisions.push(decision) },
  }
  const flag = { enabled: true, variants: { on: true, off: false }, off: 'off', serve: 'off' }
  await commitFlagChange({ environment: env, key: 'patch-mode', actor, change: () => ({ flag }) }, parts)
  const runner = new RolloutRunner(parts)
  return { clock, parts, runner, decisions }
}

type Rig = Awaited<ReturnType<typeof rig>>

const plan: PlanInput = {
  flag: 'patch-mode',
  block: '1s',
  timeout: '1s',
  stages: [
    { percent: 10, atLeast: '5s' },
    { percent: 50, atLeast: '5s' },
    { percent: 100, atLeast: '5s' },
  ],
  guardrails: [{ metric: 'error', ratioOver: 1, onBreach: 'rollback' }],
}

let sent = 0
/** One second of traffic: calls of fresh users, each on the side the sample gives it; `visit` as an SDK would say it. */
async function traffic(
  { parts, runner, clock }: Rig,
  calls: number,
  failing: { on: number; off: number },
  visit?: number,
) {
  const stored = await findFlag(parts.database.kysely, env, 'patch-mode')
  const sample = stored?.flag.rules?.find(({ id }) => id === 'rollout')?.sample
  const observations = Array.from({ length: calls }, () => {
    sent += 1
    const variant = sample && armOf(sample, `u${sent}`) === 'T' ? 'on' : 'off'
    const error = (sent * 7919) % 1000 < failing[variant] * 1000 ? 1 : 0
    return {
      flag: 'patch-mode',
      variant,
      unit: `u${sent}`,
      at: new Date(clock.now()).toISOString(),
      ...(visit === undefined ? {} : { visit }),
      metrics: { error, latency_ms: 100 },
    }
  })
  await ingestObservations({ environment: env, id: `batch-${sent}`, observations, isPublic: false }, parts, runner)
}

const share = async ({ parts }: Rig) =>
  (await findFlag(parts.database.kysely, env, 'patch-mode'))?.flag.rules?.[0]?.sample?.share

describeEachEngine('a running rollout', (makeDatabase) => {
  const start = async (input: PlanInput = plan) => {
    const all = await rig(await makeDatabase(migrations))
    const rollout = await all.runner.create(env, input, { actor, start: true, dryRun: false })
    return { ...all, rollout }
  }

  test('needs nothing but a flag, and the answer says all that was chosen', async () => {
    const { rollout } = await start({ flag: 'patch-mode' })
    expect(rollout.plan).toMatchObject({
      candidate: 'on',
      baseline: 'off',
      rule: 'rollout',
      advance: 'quiet',
      block: '10s',
    })
    expect(rollout.plan.stages.map(({ percent, atLeast }) => [percent, atLeast])).toEqual([
      [1, '1h'],
      [10, '24h'],
      [50, '24h'],
      [100, '24h'],
    ])
    expect(rollout.notes.join(' ')).toMatch(/Advance on quiet: no traffic/)
    expect([rollout.state, rollout.exposure.set]).toEqual(['running', 1])
  })

  test('rolls a failing candidate back when the block that proves it is sealed, in one event', async () => {
    const all = await start()
    for (let second = 0; second < 30 && (await share(all)) !== 0; second++) {
      await traffic(all, 200, { on: 0.3, off: 0.01 })
      await all.clock.advance(1000)
    }
    const stored = await findFlag(all.parts.database.kysely, env, 'patch-mode')
    expect([stored?.flag.rules?.[0]?.sample?.share, stored?.rollout]).toEqual([0, null])
    const log = await decisionsOf(all.parts.database.kysely, env, all.rollout.id)
    expect(log.map(({ action }) => action)).toEqual(['start', 'rollback'])
    expect(log[1]).toMatchObject({ from: 10, to: 0, actor: { kind: 'engine' }, revision: stored?.revision })
    expect(log[1]?.verdicts[0]?.interval[0]).toBeGreaterThanOrEqual(1)
    expect(all.decisions.map(({ action }) => action)).toEqual(['start', 'rollback'])
    expect(all.runner.view(await all.runner.find(env, all.rollout.id)).state).toBe('rolled_back')
  })

  test('takes equal arms through every stage to the end', async () => {
    const all = await start()
    for (let second = 0; second < 40; second++) {
      await traffic(all, 100, { on: 0.02, off: 0.02 })
      await all.clock.advance(1000)
    }
    const log = await decisionsOf(all.parts.database.kysely, env, all.rollout.id)
    expect(log.map(({ action, to }) => [action, to])).toEqual([
      ['start', 10],
      ['proceed', 50],
      ['proceed', 95],
      ['complete', 100],
    ])
  })

  test('waits in silence and says since when', async () => {
    const all = await start()
    await all.clock.advance(120_000)
    const view = all.runner.view(await all.runner.find(env, all.rollout.id))
    expect([view.state, view.exposure.set, view.waitingFor[0]?.code]).toEqual(['held', 10, 'no_data'])
    expect(view.waitingFor[0]?.sentence).toMatch(/no data from either side since \d\d:\d\d:\d\d UTC/)
  })

  test('a person holds, and nothing moves until a person resumes', async () => {
    const all = await start()
    await all.runner.act(env, all.rollout.id, { action: 'hold', reason: 'lunch' }, actor)
    for (let second = 0; second < 20; second++) {
      await traffic(all, 50, { on: 0.02, off: 0.02 })
      await all.clock.advance(1000)
    }
    expect(await share(all)).toBe(10_000)
    await all.runner.act(env, all.rollout.id, { action: 'resume', reason: 'back' }, actor)
    for (let second = 0; second < 40 && (await share(all)) !== 50_000; second++) {
      await traffic(all, 50, { on: 0.02, off: 0.02 })
      await all.clock.advance(1000)
    }
    expect(await share(all)).toBe(50_000)
  })

  test('a batch counts once, and rows of the wrong side never', async () => {
    const all = await start()
    const row = (unit: string, variant: string) => ({
      flag: 'patch-mode',
      variant,
      unit,
      at: new Date(all.clock.now()).toISOString(),
      metrics: { error: 1 },
    })
    const batch = {
      environment: env,
      id: 'same',
      observations: Array.from({ length: 60 }, (_, i) => row(`w${i}`, 'on')),
      isPublic: false,
    }
    expect(await ingestObservations(batch, all.parts, all.runner)).toMatchObject({ accepted: 60 })
    expect(await ingestObservations(batch, all.parts, all.runner)).toMatchObject({ accepted: 60, duplicate: true })
    await all.clock.advance(1000)
    const { exposure, uncounted } = all.runner.view(await all.runner.find(env, all.rollout.id))
    expect(exposure.units + uncounted.mismatch).toBe(60)
    expect(uncounted.mismatch).toBeGreaterThan(40)
  })

  test('goes on after a restart as if nothing had happened', async () => {
    const database = await makeDatabase(migrations)
    const stay = await rig(database)
    const rollout = await stay.runner.create(
      env,
      { ...plan, stages: [{ percent: 10, atLeast: '1h' }] },
      { actor, start: true, dryRun: false },
    )
    for (let second = 0; second < 10; second++) {
      await traffic(stay, 60, { on: 0.02, off: 0.02 })
      await stay.clock.advance(1000)
    }
    await traffic(stay, 60, { on: 0.02, off: 0.02 })
    const before = await stay.runner.find(env, rollout.id)
    await stay.runner.close()
    const again = new RolloutRunner(stay.parts)
    await again.start()
    expect((await again.find(env, rollout.id)).state).toEqual(before.state)
    await stay.clock.advance(1000)
    const after = again.view(await again.find(env, rollout.id))
    expect(after.exposure.units + after.exposure.baselineUnits).toBe(660)
    expect(after.exposure.calls + after.exposure.baselineCalls).toBe(660)
  })

  test('edits of lists and of other flags leave the evidence as it was', async () => {
    const all = await start({ ...plan, stages: [{ percent: 10, atLeast: '1h' }] })
    await traffic(all, 200, { on: 0.1, off: 0.05 })
    await all.clock.advance(1000)
    const before = (await all.runner.find(env, all.rollout.id)).state
    for (let i = 0; i < 50; i++) {
      await commitFlagChange(
        {
          environment: env,
          key: `other-${i}`,
          actor,
          change: () => ({ flag: { enabled: true, variants: { a: 1 }, off: 'a', serve: 'a' } }),
        },
        all.parts,
      )
      await commitFlagChange(
        {
          environment: env,
          key: 'patch-mode',
          actor,
          change: (now) => now && { flag: { ...now.flag, include: [{ unit: `vip-${i}`, variant: 'on' }] } },
        },
        all.parts,
      )
    }
    await all.clock.advance(1000)
    const after = (await all.runner.find(env, all.rollout.id)).state
    expect([after.visit, after.attempt, after.evidence[0]?.harm]).toEqual([
      before.visit,
      before.attempt,
      before.evidence[0]?.harm,
    ])
  })

  test('a restart counts no settled unit twice', async () => {
    const all = await start({ ...plan, stages: [{ percent: 50, atLeast: '1h' }] })
    await traffic(all, 200, { on: 0.02, off: 0.02 })
    await all.clock.advance(4000)
    const before = (await all.runner.find(env, all.rollout.id)).state
    await all.runner.close()
    const again = new RolloutRunner(all.parts)
    await again.start()
    await all.clock.advance(1000)
    const after = (await again.find(env, all.rollout.id)).state
    expect([after.block, after.evidence[0]?.safe]).toEqual([before.block + 1, before.evidence[0]?.safe])
  })

  test('what runs on a flag is moved by nothing else: no draft, no rollout of the past', async () => {
    const all = await start()
    const past = all.rollout.id
    for (let second = 0; second < 40; second++) {
      await traffic(all, 100, { on: 0.02, off: 0.02 })
      await all.clock.advance(1000)
    }
    const closeRule = (now: StoredFlag | null) =>
      now && { flag: { ...now.flag, rules: [{ id: 'rollout', serve: 'on', sample: { share: 0, salt: 's' } }] } }
    await commitFlagChange({ environment: env, key: 'patch-mode', actor, change: closeRule }, all.parts)
    const draft = await all.runner.create(env, plan, { actor, start: false, dryRun: false })
    const running = await all.runner.create(env, plan, { actor, start: true, dryRun: false })
    for (const [id, action] of [
      [past, 'rollback'],
      [past, 'takeover'],
      [draft.id, 'takeover'],
      [draft.id, 'start'],
    ] as const)
      await expect(all.runner.act(env, id, { action, to: 0 }, actor)).rejects.toThrow(running.id)
    expect([await share(all), (await all.runner.find(env, 'patch-mode')).id]).toEqual([10_000, running.id])
  })

  test('a kill switch pulled while a step is on its way to the database wins', async () => {
    const database = await makeDatabase(migrations)
    const all = await rig(database)
    let kills = false
    const kill = (now: StoredFlag | null) => now && { flag: { ...now.flag, enabled: false } }
    const slow: Database = {
      ...database,
      async transaction(work, options) {
        if (kills) await commitFlagChange({ environment: env, key: 'patch-mode', actor, change: kill }, all.parts)
        kills = false
        return database.transaction(work, options)
      },
    }
    const runner = new RolloutRunner({ ...all.parts, database: slow })
    const { id } = await runner.create(env, plan, { actor, start: true, dryRun: false })
    for (let second = 0; second < 20; second++) {
      await traffic({ ...all, runner }, 100, { on: 0.02, off: 0.02 })
      kills = second === 4
      await all.clock.advance(1000)
    }
    expect([await share(all), (await runner.find(env, id)).state.stage]).toEqual([10_000, 0])
  })

  test('what was committed though nobody heard so is served, and goes on', async () => {
    const database = await makeDatabase(migrations)
    const all = await rig(database)
    let isLost = false
    const lossy: Database = {
      ...database,
      async transaction(work, options) {
        const done = await database.transaction(work, options)
        if (isLost) throw new Error('The connection was lost.')
        return done
      },
    }
    const parts = { ...all.parts, database: lossy }
    const runner = new RolloutRunner(parts)
    const { id } = await runner.create(env, plan, { actor, start: false, dryRun: false })
    isLost = true
    await expect(runner.act(env, id, { action: 'start' }, actor)).rejects.toThrow('The connection was lost.')
    isLost = false
    const served = () => all.parts.cache.get(env)?.flags['patch-mode']?.rollout?.id
    expect(served()).toBeUndefined()
    await new StoreWatch(runner, parts).look()
    expect(served()).toBe(id)
    await all.clock.advance(3000)
    expect((await runner.find(env, id)).state.block).toBe(3)
  })

  test('a draft starts only on a flag that still fits its plan', async () => {
    const all = await rig(await makeDatabase(migrations))
    const draft = await all.runner.create(env, plan, { actor, start: false, dryRun: false })
    const change = async (flag: Flag | null) => {
      await commitFlagChange({ environment: env, key: 'patch-mode', actor, change: () => flag && { flag } }, all.parts)
    }
    const starts = () => all.runner.act(env, draft.id, { action: 'start' }, actor)
    await change({ enabled: true, variants: { blue: 1, off: 0 }, off: 'off', serve: 'off' })
    await expect(starts()).rejects.toMatchObject({ code: 'UNPROCESSABLE', errors: [{ pointer: '/candidate' }] })
    await change(null)
    await expect(starts()).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect((await all.runner.find(env, draft.id)).state.stage).toBe(-1)
  })

  test('goes on judging when the clock is set back, and lets the time it shows count for nothing', async () => {
    const database = await makeDatabase(migrations)
    const all = await rig(database)
    const clock = new SimulatedClock()
    const parts = { ...all.parts, clock }
    const runner = new RolloutRunner(parts)
    const { id } = await runner.create(env, plan, { actor, start: true, dryRun: false })
    clock.pass(1000)
    clock.set(-3_600_000)
    for (let second = 0; second < 30 && (await share(all)) !== 0; second++) {
      await traffic({ ...all, clock: clock as never, parts, runner }, 200, { on: second < 10 ? 0 : 0.5, off: 0 }, 1)
      clock.pass(1000)
      await Promise.all(clock.due().map((run) => run()))
      if (second === 9) expect(await share(all)).toBe(10_000)
    }
    expect((await runner.find(env, id)).state.ended).toBe('rolled_back')
  })

  test('of the rollouts of a flag the one that runs is meant, though the clock makes another look newer', async () => {
    const all = await rig(await makeDatabase(migrations))
    const clock = new SimulatedClock()
    const runner = new RolloutRunner({ ...all.parts, clock })
    await runner.create(env, plan, { actor, start: false, dryRun: false })
    clock.set(-7_200_000)
    const { id } = await runner.create(env, plan, { actor, start: true, dryRun: false })
    expect((await runner.find(env, 'patch-mode')).id).toBe(id)
  })
})
