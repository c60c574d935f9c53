import type { Flag, RolloutMark } from '@sluice/core/evaluation'
import { expect, test } from 'vitest'
import { migrations } from '../database/migrations/index.ts'
import { describeEachEngine } from '../database/testing/each-engine.ts'
import { ensureEnvironments, listEnvironments } from '../environments/environment-store.ts'
import { engineActor } from '../events/event.ts'
import { listEvents, verifyChain } from '../events/event-store.ts'
import type { Database } from '../ports/database.ts'
import { manualClock } from '../ports/manual-clock.ts'
import { seededRandom } from '../ports/seeded-random.ts'
import { tenth } from '../testing/test-server.ts'
import { type FlagChange, changeFlag } from './change-flag.ts'
import { findFlag, listFlags } from './flag-store.ts'

const mark: RolloutMark = { id: 'ro_1', rule: 'rollout', attempt: 1, visit: 1, timeoutMs: 60_000 }

describeEachEngine('changing a flag', (makeDatabase) => {
  const parts = { clock: manualClock(), random: seededRandom(1) }
  const open = async (): Promise<Database> => {
    const database = await makeDatabase(migrations)
    await database.transaction((transaction) => ensureEnvironments(transaction, 0, parts.random))
    return database
  }
  const change = (database: Database, more: Partial<FlagChange>) =>
    database.transaction((transaction) =>
      changeFlag(
        transaction,
        { environment: 'demo', key: 'f', actor: engineActor, change: () => ({ flag: tenth }), ...more },
        parts,
      ),
    )

  test('bumps version and revision, tells one event and what to publish', async () => {
    const database = await open()
    const made = await change(database, { reason: 'new' })
    expect(made).toMatchObject({
      changed: true,
      before: null,
      flag: { version: 1, revision: 1 },
      publication: { from: 0, revision: 1, key: 'f', flag: tenth },
    })
    const killed = await change(database, {
      change: (current) => ({ flag: { ...(current?.flag as Flag), enabled: false } }),
    })
    expect(killed).toMatchObject({
      changed: true,
      flag: { version: 2, revision: 2 },
      event: { action: 'disable', from: 'v1', to: 'v2', revision: 2 },
    })
    expect(await listEvents(database.kysely, 'demo')).toMatchObject([
      { action: 'create', reason: 'new', subject: { kind: 'flag', id: 'f' } },
      { action: 'disable', evidence: { before: { enabled: true }, after: { enabled: false } } },
    ])
    const revisions = (await listEnvironments(database.kysely)).map(({ name, revision }) => `${name} ${revision}`)
    expect(revisions).toEqual(['demo 2', 'production 0', 'staging 0'])
  })

  test('writes nothing when nothing differs', async () => {
    const database = await open()
    await change(database, {})
    expect(await change(database, { change: () => ({ flag: structuredClone(tenth) }) })).toMatchObject({
      changed: false,
      flag: { version: 1 },
    })
    expect(await listEvents(database.kysely, 'demo')).toHaveLength(1)
  })

  test('keeps the mark of a rollout over other edits, and tells snapshots of it', async () => {
    const database = await open()
    await change(database, { change: () => ({ flag: tenth, rollout: mark }) })
    const edited = await change(database, { change: () => ({ flag: { ...tenth, description: 'x' } }) })
    expect(edited).toMatchObject({ changed: true, flag: { rollout: mark }, publication: { flag: { rollout: mark } } })
    const ended = await change(database, { change: (current) => ({ flag: current?.flag as Flag, rollout: null }) })
    expect(ended).toMatchObject({ changed: true, flag: { rollout: null } })
  })

  test('tells the event of the caller instead of its own, with the revision filled in', async () => {
    const database = await open()
    const event = {
      actor: engineActor,
      subject: { kind: 'rollout', id: 'ro_1' },
      action: 'proceed',
      from: '1',
      to: '10',
    }
    await change(database, { event })
    expect(await listEvents(database.kysely, 'demo')).toMatchObject([{ ...event, revision: 1 }])
  })

  test('leaves everything as it was when the change refuses, or the transaction fails later', async () => {
    const database = await open()
    const refusal = change(database, {
      change: () => {
        throw new Error('no')
      },
    })
    await expect(refusal).rejects.toThrow('no')
    const late = database.transaction(async (transaction) => {
      await changeFlag(
        transaction,
        { environment: 'demo', key: 'f', actor: engineActor, change: () => ({ flag: tenth }) },
        parts,
      )
      throw new Error('late')
    })
    await expect(late).rejects.toThrow('late')
    expect(await listFlags(database.kysely, 'demo')).toEqual([])
    expect(await listEvents(database.kysely, 'demo')).toEqual([])
  })

  test('counts on when a deleted flag comes back, so that an old ETag never fits', async () => {
    const database = await open()
    await change(database, {})
    expect(await change(database, { change: () => null })).toMatchObject({
      changed: true,
      flag: null,
      publication: { flag: null },
    })
    expect(await findFlag(database.kysely, 'demo', 'f')).toBeNull()
    expect(await change(database, { change: () => null })).toEqual({ changed: false, flag: null })
    expect(await change(database, {})).toMatchObject({ before: null, flag: { version: 3 } })
  })

  test('gives writers that come at the same time revisions of their own, without a gap', async () => {
    const database = await open()
    const results = await Promise.all(Array.from({ length: 6 }, (_, i) => change(database, { key: `f${i}` })))
    const revisions = results.map((result) => (result.changed ? result.publication.revision : 0))
    expect(revisions.sort()).toEqual([1, 2, 3, 4, 5, 6])
    expect(await verifyChain(database.kysely, 'demo')).toMatchObject({ state: 'whole', count: 6 })
  })

  test('names only the changed fields of flags too large for the log', async () => {
    const database = await open()
    const include = Array.from({ length: 3000 }, (_, i) => ({ unit: `user_${i}_${'x'.repeat(20)}`, variant: 'on' }))
    await change(database, { change: () => ({ flag: { ...tenth, include } }) })
    await change(database, { change: () => ({ flag: { ...tenth, include, enabled: false } }) })
    expect((await listEvents(database.kysely, 'demo'))[1]?.evidence).toMatchObject({ changed: ['enabled'] })
  })
})
