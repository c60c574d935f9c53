import { expect, test } from 'vitest'
import { serverParts } from '../server-parts.ts'
import { startTestServer, tenth } from '../testing/test-server.ts'

test('an id that a database cannot keep is refused, and no batch taken for another', async () => {
  const { send, clock } = await startTestServer({ parts: serverParts })
  const row = { flag: 'f', variant: 'on', unit: 'u', at: new Date(clock.now()).toISOString(), metrics: { error: 0 } }
  for (const id of ['a\0b', 'a\ud800b', 'a\udc00b']) {
    const { status, body } = await send('POST', '/api/v1/environments/production/observations', {
      body: { id, observations: [row] },
    })
    expect([id, status, body.errors?.[0]?.pointer]).toEqual([id, 422, '/id'])
  }
})

test('a unit stays who it was when an older copy of the database was put back', async () => {
  const { server, send, clock } = await startTestServer({ parts: serverParts })
  const base = '/api/v1/environments/production'
  await send('PUT', `${base}/flags/f`, { body: tenth })
  const row = { flag: 'f', variant: 'on', unit: 'u', at: new Date(clock.now()).toISOString(), metrics: { error: 0 } }
  const observe = (id: string) => send('POST', `${base}/observations`, { body: { id, observations: [row] } })
  await observe('before')
  const { epoch } = (await send('GET', `${base}/snapshot`)).body
  const ahead = await send('GET', `${base}/snapshot`, { headers: { 'if-none-match': `"${epoch}-9"` } })
  expect(ahead.body.epoch).not.toBe(epoch)
  await observe('after')
  const kept = await server.shell.database.kysely.selectFrom('observations').select('unit').execute()
  expect(kept).toHaveLength(2)
  expect(kept[0]).toEqual(kept[1])
})
