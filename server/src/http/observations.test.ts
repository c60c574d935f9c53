import { expect, test } from 'vitest'
import { serverParts } from '../server-parts.ts'
import { startTestServer } from '../testing/test-server.ts'

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
