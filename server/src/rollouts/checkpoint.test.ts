import { expect, test } from 'vitest'
import type { PlanInput } from '@sluice/contract'
import { armOf } from '@sluice/core/evaluation'
import { describeEachEngine } from '../database/testing/each-engine.ts'
import { migrations } from '../database/migrations/index.ts'
import { ensureEnvironments } from '../environments/environment-store.ts'
import { commitFlagChange } from '../flags/flag-service.ts'
import { findFlag } from '../flags/flag-store.ts'
import { reloadSnapshot } from '../flags/publish-snapshot.ts'
import { SnapshotCache } from '../flags/snapshot-cache.ts'
import { ingestObservations } from '../observations/ingest-observations.ts'
import { pruneObservations } from '../observations/prune-observations.ts'
import type { Database } from '../ports/database.ts'
import { silentLogger } from '../ports/logger.ts'
import { manualClock } from '../ports/manual-clock.ts'
import { seededRandom } from '../ports/seeded-random.ts'
import { readRecording } from './recording.ts'
import { RolloutRunner } from './rollout-runner.ts'
import { noFleet } from './runner-parts.ts'
import type { RunnerParts } from './runner-parts.ts'

const env = 'production'
const actor = { kind: 'person', id: 'p', name: 'Ada' } as const
const day = 86_400_000
const plan: PlanInput = {
  flag: 'f',
  block: '1s',
  timeout: '3s',
  stages: [{ percent: 30, atLeast: '1h' }],
  guardrails: [
    { metric: 'error', ratioOver: 1, onBreach: 'hold' },
    { metric: 'latency_ms', stat: 'mean', ratioOver: 1.5 },
  ],
}

async function rig(database: Database) {
  const clock = manualClock()
  const random = seededRandom(7)
  await database.transaction((transaction) => ensureEnvironments(transaction, clock.now(), random))
  const cache = new SnapshotCache()
  await reloadSnapshot(env, database, cache)
  const audience = { patch() {}, put() {} }
  const rolloutAudience = { rollout() {}, decision() {} }
  const shell = { database, clock, random, cache, logger: silentLogger, environments: [env] }
  const parts: RunnerParts = { ...shell, audience, rolloutAudience, instances: noFleet }
  const flag = { enabled: true, variants: { on: true, off: false }, off: 'off', serve: 'off' }
  await commitFlagChange({ environment: env, key: 'f', actor, change: () => ({ flag }) }, parts)
  const runner = new RolloutRunner(parts)
  const { id } = await runner.create(env, plan, { actor, start: true, dryRun: false })
  let batch = 0
  /** A second of calls of 120 users who come back, some of whom fail. */
  const second = async (to: RolloutRunner) => {
    const sample = (await findFlag(database.kysely, env, 'f'))?.flag.rules?.[0]?.sample
    const observations = Array.from({ length: 40 }, (_, i) => {
      const user = (batch * 17 + i * i) % 120
      const variant = sample && armOf(sample, `u${user}`) === 'T' ? 'on' : 'off'
      const metrics = { error: (batch * 40 + i) % 23 === 0 ? 1 : 0, latency_ms: 50 + ((user * 31) % 97) }
      return { flag: 'f', variant, unit: `u${user}`, at: new Date(clock.now()).toISOString(), metrics }
    })
    await ingestObservations({ environment: env, id: `b${(batch += 1)}`, observations, isPublic: false }, parts, to)
    await clock.advance(1000)
  }
  const rows = async () =>
    Number(
      (
        await database.kysely
          .selectFrom('observations')
          .select((eb) => eb.fn.countAll().as('n'))
          .executeTakeFirst()
      )?.n,
    )
  return { clock, parts, runner, id, second, rows }
}

async function count(database: Database, table: 'checkpoints' | 'observation_batches' | 'sealed_blocks') {
  const counted = await database.kysely
    .selectFrom(table)
    .select((eb) => eb.fn.countAll().as('n'))
    .executeTakeFirst()
  return Number(counted?.n)
}

describeEachEngine('the ledger of a running rollout', (makeDatabase) => {
  test('goes on from its checkpoint after a restart, though the rows before it are gone', async () => {
    const play = async (restarts: boolean) => {
      const { parts, runner: first, id, second, rows } = await rig(await makeDatabase(migrations))
      let runner = first
      for (let i = 0; i < 33; i++) await second(runner)
      if (restarts) {
        await pruneObservations(parts.database, parts.clock.now() + day)
        await runner.close()
        runner = new RolloutRunner(parts)
        await runner.start()
      }
      const kept = await rows()
      for (let i = 0; i < 30; i++) await second(runner)
      const { state, totals } = await runner.find(env, id)
      return { kept, state, totals }
    }
    const [stayed, restarted] = [await play(false), await play(true)]
    expect(stayed.kept).toBe(1320)
    // The rows since the last checkpoint are needed, and no more of them than there are units or 200 and a block.
    expect(restarted.kept).toBeLessThanOrEqual(240)
    expect(restarted.kept).toBeGreaterThan(0)
    expect(restarted.state).toEqual(stayed.state)
    expect(restarted.totals).toEqual(stayed.totals)
  })

  test('keeps the rows it needs, however old, and all rows that are young', async () => {
    const { parts, runner, id, second, rows } = await rig(await makeDatabase(migrations))
    for (let i = 0; i < 4; i++) await second(runner)
    expect(await pruneObservations(parts.database, parts.clock.now() + day)).toBe(0)
    for (let i = 0; i < 10; i++) await second(runner)
    expect(await pruneObservations(parts.database, parts.clock.now() - day)).toBe(0)
    expect(await rows()).toBe(560)
    await runner.act(env, id, { action: 'rollback' }, actor)
    expect(await pruneObservations(parts.database, parts.clock.now() + day)).toBe(560)
    expect(await rows()).toBe(0)
    for (const table of ['checkpoints', 'observation_batches', 'sealed_blocks'] as const)
      expect([table, await count(parts.database, table)]).toEqual([table, 0])
    const record = await runner.find(env, id)
    await expect(readRecording(record, parts.database.kysely, null, 10)).rejects.toThrow(/was deleted/)
  })

  test('keeps what a rollout needs that was lowered after it had completed', async () => {
    const { parts, runner, id, second } = await rig(await makeDatabase(migrations))
    for (let left = 5; left > 0 && (await runner.find(env, id)).state.ended === null; left -= 1)
      await runner.act(env, id, { action: 'proceed' }, actor)
    await runner.act(env, id, { action: 'rollback', to: 5 }, actor)
    for (let i = 0; i < 12; i++) await second(runner)
    const kept = async () => [await count(parts.database, 'checkpoints'), await count(parts.database, 'sealed_blocks')]
    const before = await kept()
    expect(before[0]).toBe(1)
    await pruneObservations(parts.database, parts.clock.now() + day)
    expect(await kept()).toEqual(before)
  })
})
