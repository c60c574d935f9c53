import { expect, test } from 'vitest'
import { migrations } from '../database/migrations/index.ts'
import { describeEachEngine } from '../database/testing/each-engine.ts'
import { ensureEnvironments } from '../environments/environment-store.ts'
import { engineActor } from '../events/event.ts'
import { silentLogger } from '../ports/logger.ts'
import { manualClock } from '../ports/manual-clock.ts'
import { seededRandom } from '../ports/seeded-random.ts'
import { tenth } from '../testing/test-server.ts'
import type { FlagEdit } from './edit-flag.ts'
import { applyEdit } from './flag-service.ts'
import { listFlags } from './flag-store.ts'
import { reloadSnapshot } from './publish-snapshot.ts'
import { SnapshotCache } from './snapshot-cache.ts'

describeEachEngine('edits that come at the same time', (makeDatabase) => {
  const open = async () => {
    const [clock, random] = [manualClock(), seededRandom(1)]
    const database = await makeDatabase(migrations)
    await database.transaction((transaction) => ensureEnvironments(transaction, 0, random))
    const cache = new SnapshotCache()
    await reloadSnapshot('demo', database, cache)
    const audience = { patch: () => {}, put: () => {} }
    const parts = { database, cache, audience, clock, random, logger: silentLogger }
    const edit = (key: string, change: FlagEdit) =>
      applyEdit({ environment: 'demo', key, edit: change, actor: engineActor, reason: null, reshuffle: false }, parts)
    for (const key of ['a', 'b']) await edit(key, { kind: 'replace', body: tenth })
    /** Both at once: how each ended, and which flags are left. */
    const both = async (first: Promise<unknown>, second: Promise<unknown>) => {
      const ends = await Promise.allSettled([first, second])
      const refusals = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []))
      return { refusals, flags: await listFlags(database.kysely, 'demo') }
    }
    return { edit, both }
  }
  const requiring = (flag: string): FlagEdit => ({ kind: 'merge', body: { requires: [{ flag }] } })

  test('make no two flags wait for each other', async () => {
    const { edit, both } = await open()
    const { refusals, flags } = await both(edit('a', requiring('b')), edit('b', requiring('a')))
    expect(refusals).toMatchObject([{ code: 'UNPROCESSABLE', errors: [{ pointer: '/requires/0/flag' }] }])
    expect(flags.filter(({ flag }) => flag.requires)).toHaveLength(1)
  })

  test('take no flag away from one that requires it', async () => {
    const { edit, both } = await open()
    const { refusals, flags } = await both(edit('a', requiring('b')), edit('b', { kind: 'delete' }))
    expect(refusals).toHaveLength(1)
    const [a, b] = flags
    expect([a?.flag.requires, b?.key]).toBeOneOf([
      [[{ flag: 'b' }], 'b'],
      [undefined, undefined],
    ])
  })

  test('see a flag that was made a moment before', async () => {
    const { edit, both } = await open()
    const { refusals, flags } = await both(edit('c', { kind: 'replace', body: tenth }), edit('a', requiring('c')))
    expect(flags.map(({ key }) => key)).toEqual(['a', 'b', 'c'])
    // On PostgreSQL either may come first; whoever required what was not there yet was told.
    for (const refusal of refusals) expect(refusal).toMatchObject({ code: 'UNPROCESSABLE' })
    expect(flags[0]?.flag.requires !== undefined).toBe(refusals.length === 0)
  })
})
