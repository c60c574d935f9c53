import { expect, test } from 'vitest'
import { serverParts } from '../server-parts.ts'
import { startTestServer } from '../testing/test-server.ts'

const base = '/api/v1/environments/production'

test('an action with If-Match is refused when the rollout has moved on since it was seen, and changes nothing', async () => {
  const { send } = await startTestServer({ parts: serverParts })
  const flag = { enabled: true, variants: { on: true, off: false }, off: 'off', serve: 'off' }
  await send('PUT', `${base}/flags/patch-mode`, { body: flag })
  const { id } = (await send('POST', `${base}/rollouts`, { body: { flag: 'patch-mode' } })).body
  const seen = await send('GET', `${base}/rollouts/${id}`)
  const etag = seen.headers.get('etag') ?? ''
  const act = (action: string, headers: Record<string, string> = {}) =>
    send('POST', `${base}/rollouts/${id}/actions`, { body: { action, reason: 'test' }, headers })

  expect(await act('start', { 'if-match': etag })).toMatchObject({
    status: 200,
    body: { rollout: { state: 'running' } },
  })
  const refused = await act('proceed', { 'if-match': etag })
  expect(refused).toMatchObject({
    status: 412,
    body: { code: 'VERSION_CONFLICT', current: { state: 'running', exposure: { set: 1 } } },
  })
  expect((await send('GET', `${base}/rollouts/${id}`)).body.exposure.set).toBe(1)
  expect((await act('hold')).status).toBe(200)
})

test('a flag names the rollout that ran, not a draft of the same instant that was refused its start', async () => {
  const { send } = await startTestServer({ parts: serverParts })
  const flag = { enabled: true, variants: { on: true, off: false }, off: 'off', serve: 'off' }
  for (let i = 0; i < 8; i++) {
    await send('PUT', `${base}/flags/flag-${i}`, { body: flag })
    const { id } = (await send('POST', `${base}/rollouts`, { body: { flag: `flag-${i}` } })).body
    await send('POST', `${base}/rollouts`, { body: { flag: `flag-${i}` } })
    for (const action of ['start', 'rollback'])
      await send('POST', `${base}/rollouts/${id}/actions`, { body: { action, reason: 'test' } })
    expect((await send('GET', `${base}/rollouts/flag-${i}`)).body).toMatchObject({ id, state: 'rolled_back' })
  }
})
