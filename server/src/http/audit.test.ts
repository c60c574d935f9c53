import { auditListSchema } from '@sluice/contract'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { startTestServer, tenth } from '../testing/test-server.ts'

async function startWithChanges() {
  const started = await startTestServer()
  const { send, clock } = started
  await send('PUT', '/api/v1/environments/demo/flags/a?reason=first', { body: tenth })
  await clock.advance(1000)
  await send('PUT', '/api/v1/environments/staging/flags/b', { body: tenth })
  await send('POST', '/api/v1/models?reason=new', { body: { id: 'acme:one', name: 'One', status: 'active' } })
  return started
}

test('every change of all environments and of none stands in one list, the newest first', async () => {
  const { send } = await startWithChanges()
  const { body } = await send('GET', '/api/v1/audit')
  const { items } = auditListSchema.parse(body)
  const changes = items.filter(({ subject }) => subject.kind === 'flag' || subject.kind === 'model')
  expect(changes.map(({ environment, subject }) => `${environment} ${subject.id}`).toSorted()).toEqual([
    'demo a',
    'null acme:one',
    'staging b',
  ])
  expect(items.map(({ at }) => at)).toEqual(
    items
      .map(({ at }) => at)
      .toSorted()
      .toReversed(),
  )
  expect(items.find(({ subject }) => subject.id === 'a')).toMatchObject({ reason: 'first' })
})

test('pages follow each other without a gap, also within one millisecond', async () => {
  const { send } = await startWithChanges()
  const whole = (await send('GET', '/api/v1/audit')).body.items
  const seen: unknown[] = []
  let path = '/api/v1/audit?limit=1'
  for (;;) {
    const { body } = await send('GET', path)
    seen.push(...body.items)
    if (body.next === undefined) break
    path = `/api/v1/audit?limit=1&before=${body.next}`
  }
  expect(seen).toEqual(whole)
  expect(whole.length).toBeGreaterThan(2)
})

test('it is narrowed by environment, kind, subject and actor', async () => {
  const { send } = await startWithChanges()
  const ids = async (query: string) =>
    (await send('GET', `/api/v1/audit?${query}`)).body.items.map(
      (event: { subject: { id: string } }) => event.subject.id,
    )
  expect(await ids('environment=staging&kind=flag')).toEqual(['b'])
  expect(await ids('environment=none&kind=model')).toEqual(['acme:one'])
  expect(await ids('subject=a')).toEqual(['a'])
  expect(await ids('kind=flag&actor=nobody-there')).toEqual([])
  expect((await send('GET', '/api/v1/audit?environment=nowhere')).status).toBe(404)
  expect((await send('GET', '/api/v1/audit?before=x')).status).toBe(400)
})

test('an altered event breaks its chain, and the check says where', async () => {
  const { send, server } = await startWithChanges()
  const states = async () =>
    (await send('GET', '/api/v1/audit/verify')).body.items.map(
      ({ environment, state }: { environment: string; state: string }) => `${environment} ${state}`,
    )
  expect(await states()).toEqual(['demo whole', 'production whole', 'staging whole', 'null whole'])
  const { kysely } = server.shell.database
  await sql`drop trigger events_no_update`.execute(kysely)
  await kysely.updateTable('events').set({ reason: 'nicer' }).where('subject_id', '=', 'a').execute()
  expect(await states()).toEqual(['demo broken', 'production whole', 'staging whole', 'null whole'])
})
