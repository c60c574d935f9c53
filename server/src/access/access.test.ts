import { expect, test } from 'vitest'
import { migrations } from '../database/migrations/index.ts'
import { describeEachEngine } from '../database/testing/each-engine.ts'
import { ensureEnvironments } from '../environments/environment-store.ts'
import { engineActor } from '../events/event.ts'
import { listEvents } from '../events/event-store.ts'
import { manualClock } from '../ports/manual-clock.ts'
import { systemRandom } from '../ports/random.ts'
import { isWellFormedKey, mintKey } from './key-format.ts'
import { KeyRing } from './key-ring.ts'
import { createKey, listKeys, revokeKey } from './key-store.ts'
import { createSession, createSignInLink, findSession, redeemSignInLink } from './session-store.ts'

test('a key carries its kind, its environment and a check that finds any slip', () => {
  const key = mintKey('server', 'production', systemRandom)
  expect(key).toMatch(/^slc_srv_production_[A-Za-z0-9]{49}$/)
  expect(isWellFormedKey(key)).toBe(true)
  for (let i = 0; i < key.length; i += 1) {
    const slip = key.slice(0, i) + (key[i] === 'a' ? 'b' : 'a') + key.slice(i + 1)
    expect(isWellFormedKey(slip), `a slip at ${i}`).toBe(false)
  }
  expect(isWellFormedKey(mintKey('admin', null, systemRandom))).toBe(true)
})

test('the ring knows live keys and the one from the environment, and nothing else', () => {
  const ring = new KeyRing([], 'x'.repeat(32))
  expect(ring.find('x'.repeat(32))).toMatchObject({ kind: 'admin', environment: null })
  expect(ring.find('x'.repeat(33))).toBeNull()
  expect(ring.find('')).toBeNull()
  expect(ring.find(mintKey('admin', null, systemRandom))).toBeNull()
  expect(new KeyRing([], null).find('')).toBeNull()
})

describeEachEngine('access', (makeDatabase) => {
  const open = async () => {
    const database = await makeDatabase(migrations)
    const parts = { clock: manualClock(), random: systemRandom }
    await database.transaction((transaction) => ensureEnvironments(transaction, 0, parts.random))
    return { database, parts, clock: parts.clock }
  }

  test('a key is stored as a hash, listed without it, and gone when revoked; both are events', async () => {
    const { database, parts } = await open()
    const { key, secret } = await createKey(
      database,
      { kind: 'client', environment: 'demo', name: 'web' },
      engineActor,
      parts,
    )
    const rows = await listKeys(database)
    expect(JSON.stringify(rows)).not.toContain(secret)
    expect(new KeyRing(rows, null).find(secret)).toMatchObject({ kind: 'client', environment: 'demo', id: key.id })
    await revokeKey(database, key.id, engineActor, parts)
    expect(await listKeys(database)).toEqual([])
    await expect(revokeKey(database, key.id, engineActor, parts)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect((await listEvents(database.kysely, 'demo')).map(({ action }) => action)).toEqual(['create', 'revoke'])
  })

  test('a link signs in once, and not after an hour', async () => {
    const { database, parts, clock } = await open()
    const token = await createSignInLink(database, parts)
    expect(await redeemSignInLink(database, token, clock.now())).toBe(true)
    expect(await redeemSignInLink(database, token, clock.now())).toBe(false)
    const late = await createSignInLink(database, parts)
    await clock.advance(3_600_000)
    expect(await redeemSignInLink(database, late, clock.now())).toBe(false)
    expect(await redeemSignInLink(database, 'made-up', clock.now())).toBe(false)
  })

  test('of two who come with one link at the same time, one gets in', async () => {
    const { database, parts, clock } = await open()
    const token = await createSignInLink(database, parts)
    const both = await Promise.all([1, 2].map(() => redeemSignInLink(database, token, clock.now())))
    expect(both.sort()).toEqual([false, true])
  })

  test('a session ends after twelve idle hours, and after seven days at the latest', async () => {
    const { database, parts, clock } = await open()
    const { secret, principal } = await createSession(database, 'admin', parts)
    expect(await findSession(database, secret, clock.now())).toEqual(principal)
    for (let hours = 0; hours < 160; hours += 10) {
      await clock.advance(36_000_000)
      expect(await findSession(database, secret, clock.now()), `after ${hours + 10} h`).not.toBeNull()
    }
    await clock.advance(8 * 3_600_000)
    expect(await findSession(database, secret, clock.now())).toBeNull()
    const idle = await createSession(database, 'admin', parts)
    await clock.advance(12 * 3_600_000)
    expect(await findSession(database, idle.secret, clock.now())).toBeNull()
  })
})
