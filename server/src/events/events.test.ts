import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { migrations } from '../database/migrations/index.ts'
import { describeEachEngine } from '../database/testing/each-engine.ts'
import type { Database } from '../ports/database.ts'
import { manualClock } from '../ports/manual-clock.ts'
import { seededRandom } from '../ports/seeded-random.ts'
import { appendEvent } from './append-event.ts'
import { canonicalJson } from './canonical-json.ts'
import { type EventInput, engineActor } from './event.ts'
import { listEvents, verifyChain } from './event-store.ts'

const event = (id: string, more: Partial<EventInput> = {}): EventInput => ({
  actor: engineActor,
  subject: { kind: 'flag', id },
  action: 'update',
  ...more,
})

describeEachEngine('the event log', (makeDatabase) => {
  const parts = { clock: manualClock(), random: seededRandom(1) }
  const append = (database: Database, scope: string, input: EventInput) =>
    database.transaction((transaction) => appendEvent(transaction, scope, input, parts))

  test('numbers events from 1 in each scope and gives them back as they were', async () => {
    const database = await makeDatabase(migrations)
    await append(
      database,
      'demo',
      event('a', {
        from: 'v1',
        to: 'v2',
        reason: 'why not',
        evidence: { b: 1, a: [null, 'ü😀'] },
        revision: 7,
        why: { code: 'x', sentence: 'Because.' },
      }),
    )
    await append(database, 'demo', event('b'))
    await append(database, 'staging', event('a'))
    const [first, second] = await listEvents(database.kysely, 'demo')
    expect(first).toMatchObject({
      seq: 1,
      from: 'v1',
      to: 'v2',
      reason: 'why not',
      evidence: { b: 1, a: [null, 'ü😀'] },
      revision: 7,
      why: { code: 'x', sentence: 'Because.' },
    })
    expect(second).toMatchObject({ seq: 2, previousHash: first?.hash })
    expect(await listEvents(database.kysely, 'staging')).toHaveLength(1)
    expect(await listEvents(database.kysely, 'demo', { after: 1 })).toHaveLength(1)
    expect(await listEvents(database.kysely, 'demo', { subject: { kind: 'flag', id: 'a' } })).toHaveLength(1)
  })

  test('leaves no trace of a transaction that failed, nor a gap in the numbers', async () => {
    const database = await makeDatabase(migrations)
    const failing = database.transaction(async (transaction) => {
      await appendEvent(transaction, 'demo', event('a'), parts)
      throw new Error('undo')
    })
    await expect(failing).rejects.toThrow('undo')
    expect((await append(database, 'demo', event('b'))).seq).toBe(1)
    expect(await verifyChain(database.kysely, 'demo')).toMatchObject({ state: 'whole', count: 1 })
  })

  test('lines up writers that come at the same time', async () => {
    const database = await makeDatabase(migrations)
    await append(database, 'demo', event('first'))
    await Promise.all(Array.from({ length: 8 }, (_, i) => append(database, 'demo', event(`f${i}`))))
    expect(await verifyChain(database.kysely, 'demo')).toMatchObject({ state: 'whole', count: 9 })
  })

  test('refuses to change or delete an event', async () => {
    const database = await makeDatabase(migrations)
    await append(database, 'demo', event('a'))
    const update = database.kysely.updateTable('events').set({ reason: 'another' }).execute()
    await expect(update).rejects.toThrow(/append-only/)
    await expect(database.kysely.deleteFrom('events').execute()).rejects.toThrow(/append-only/)
    expect(await verifyChain(database.kysely, 'demo')).toMatchObject({ state: 'whole', count: 1 })
  })

  test('shows an event that was changed, and a tail that was cut off, by somebody who took the triggers away', async () => {
    const database = await makeDatabase(migrations)
    for (const id of ['a', 'b', 'c']) await append(database, 'demo', event(id))
    await dropTriggers(database)
    await database.kysely.updateTable('events').set({ reason: 'forged' }).where('seq', '=', 2).execute()
    expect(await verifyChain(database.kysely, 'demo')).toEqual({ state: 'broken', brokenAt: 2 })
    await database.kysely.updateTable('events').set({ reason: null }).where('seq', '=', 2).execute()
    expect(await verifyChain(database.kysely, 'demo')).toMatchObject({ state: 'whole' })
    await database.kysely.deleteFrom('events').where('seq', '=', 3).execute()
    expect(await verifyChain(database.kysely, 'demo')).toEqual({ state: 'broken', brokenAt: 3 })
  })
})

async function dropTriggers({ engine, kysely }: Database): Promise<void> {
  const names =
    engine === 'sqlite' ? ['events_no_update', 'events_no_delete'] : ['events_no_change', 'events_no_truncate']
  for (const name of names)
    await (
      engine === 'sqlite' ? sql`drop trigger ${sql.ref(name)}` : sql`drop trigger ${sql.ref(name)} on events`
    ).execute(kysely)
}

describe('canonical JSON', () => {
  test('orders names by code units at every depth and leaves lists alone', () => {
    expect(canonicalJson({ b: [3, 1], a: { d: 1, c: null }, é: 1, Z: 2 })).toBe(
      '{"Z":2,"a":{"c":null,"d":1},"b":[3,1],"é":1}',
    )
  })

  test('leaves out what is undefined, as JSON does', () => {
    expect(canonicalJson({ a: undefined, b: [undefined] })).toBe('{"b":[null]}')
  })
})
