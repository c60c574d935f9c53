import { expect, test } from 'vitest'
import { migrations } from '../database/migrations/index.ts'
import { describeEachEngine } from '../database/testing/each-engine.ts'
import { type IdempotentRequest, answerOnce } from './idempotency.ts'
import { json } from './route.ts'
import { rolloutPart } from '../rollouts/rollout-part.ts'
import { startTestServer, tenth } from '../testing/test-server.ts'

const request: IdempotentRequest = {
  principal: 'key_1',
  key: 'k',
  method: 'POST',
  address: '/x',
  body: { a: 1, b: 2 },
  nowMs: 0,
}

describeEachEngine('an idempotency key', (makeDatabase) => {
  test('does a request once and gives the same answer again', async () => {
    const database = await makeDatabase(migrations)
    let count = 0
    const perform = async () => json({ count: (count += 1) }, 201)
    expect(await (await answerOnce(database, request, perform)).json()).toEqual({ count: 1 })
    const again = await answerOnce(database, { ...request, body: { b: 2, a: 1 } }, perform)
    expect([again.status, again.headers.get('idempotent-replayed'), await again.json()]).toEqual([
      201,
      'true',
      { count: 1 },
    ])
    await answerOnce(database, { ...request, principal: 'key_2' }, perform)
    await answerOnce(database, { ...request, nowMs: 86_400_000 }, perform)
    expect(count).toBe(3)
  })

  test('is refused with another body', async () => {
    const database = await makeDatabase(migrations)
    await answerOnce(database, request, async () => json({}))
    const other = answerOnce(database, { ...request, body: { a: 2 } }, async () => json({}))
    await expect(other).rejects.toMatchObject({ code: 'KEY_REUSED' })
  })

  test('is refused while the first is under way', async () => {
    const database = await makeDatabase(migrations)
    const nested = answerOnce(database, request, async () => answerOnce(database, request, async () => json({})))
    await expect(nested).rejects.toMatchObject({ code: 'STATE_CONFLICT' })
  })

  test('may be tried again after a failure or a refusal', async () => {
    const database = await makeDatabase(migrations)
    await expect(answerOnce(database, request, () => Promise.reject(new Error('lost')))).rejects.toThrow('lost')
    expect((await answerOnce(database, request, async () => json({}, 409))).status).toBe(409)
    expect((await answerOnce(database, request, async () => json({}, 201))).status).toBe(201)
  })
})

test('over HTTP, a rollout sent twice with one key is one rollout', async () => {
  const { send } = await startTestServer({ parts: [rolloutPart] })
  await send('PUT', '/api/v1/environments/demo/flags/f', { body: { ...tenth, rules: [] } })
  const path = '/api/v1/environments/demo/rollouts'
  const sent = { body: { flag: 'f' }, headers: { 'idempotency-key': 'once' } }
  const [first, second] = [await send('POST', path, sent), await send('POST', path, sent)]
  expect(first.status).toBe(201)
  expect(second).toMatchObject({ status: 201, body: { id: first.body.id } })
  expect(second.headers.get('idempotent-replayed')).toBe('true')
  expect((await send('GET', path)).body.items).toHaveLength(1)
  expect((await send('POST', path, { ...sent, body: { flag: 'g' } })).status).toBe(422)
})
