import type { FlagRecord } from '@sluice/contract'
import { expect, test } from 'vitest'
import { failing, startLiveRollout } from '../testing/live-rollout.ts'
import { serverParts } from '../server-parts.ts'
import { startTestServer } from '../testing/test-server.ts'
import type { TestServer } from '../testing/test-server.ts'
import { rollUpDays } from '../metrics/roll-up-days.ts'
import { listFlags } from './flag-store.ts'
import { staleFlags } from './stale-flags.ts'

const production = '/api/v1/environments/production'
const day = 86_400_000
const flag = { enabled: true, variants: { on: true, off: false }, off: 'off', serve: 'off' }

/** The flags that would be stale if it were so many days later. */
async function staleIn(days: number, { server, clock }: TestServer) {
  const db = server.shell.database.kysely
  const found = await staleFlags(db, 'production', await listFlags(db, 'production'), clock.now() + days * day)
  return Object.fromEntries([...found].map(([key, { code }]) => [key, code]))
}

test('a flag is unread when nobody has reported a call of it for 30 days', async () => {
  const fixture = await startTestServer({ parts: serverParts })
  const { send, clock } = fixture
  for (const key of ['called', 'forgotten']) await send('PUT', `${production}/flags/${key}`, { body: flag })
  await send('PUT', `${production}/flags/permanent`, { body: { ...flag, kind: 'ops' } })
  const at = new Date(clock.now() + 3_600_000).toISOString()
  await clock.advance(3_600_000)
  const observations = [{ flag: 'called', variant: 'off', at, metrics: { error: 0 } }]
  await send('POST', `${production}/observations`, { body: { id: 'b1', observations } })
  await rollUpDays(fixture.server.shell.database)
  expect(await staleIn(29.9, fixture)).toEqual({})
  expect(await staleIn(29.97, fixture)).toEqual({ forgotten: 'unread' })
  expect(await staleIn(31, fixture)).toEqual({ called: 'unread', forgotten: 'unread' })
})

test('a flag is expired past its own date, whatever its kind', async () => {
  const fixture = await startTestServer({ parts: serverParts })
  const expires = new Date(fixture.clock.now() + day).toISOString()
  await fixture.send('PUT', `${production}/flags/dated`, { body: { ...flag, expires, kind: 'ops' } })
  expect(await staleIn(0.9, fixture)).toEqual({})
  expect(await staleIn(1, fixture)).toEqual({ dated: 'expired' })
  await fixture.clock.advance(1000)
})

test.each([
  ['completed', 0, { f: 'completed' }],
  ['rolled back', 2, { f: 'unread' }],
])('a rollout that was %s long ago', async (_, every, found) => {
  const rollout = await startLiveRollout({
    stages: [
      { percent: 50, atLeast: '5s' },
      { percent: 100, atLeast: '5s' },
    ],
  })
  await rollout.seconds(40, every ? { calls: 100, on: failing('error', every) } : { calls: 100 })
  expect((await rollout.look()).state).toBe(every ? 'rolled_back' : 'completed')
  expect(await staleIn(1, rollout)).toEqual({})
  expect(await staleIn(32, rollout)).toEqual(found)
  const record = (await rollout.send('GET', `${production}/flags/f`)).body as FlagRecord
  expect(record.stale).toBeNull()
})
