import { flagRecordSchema, snapshotSchema } from '@sluice/contract'
import { describe, expect, test } from 'vitest'
import { startTestServer, tenth } from '../testing/test-server.ts'

const path = '/api/v1/environments/demo/flags/patch-mode'

test('a flag is made, read, changed and deleted, each time with its version', async () => {
  const { send } = await startTestServer()
  const made = await send('PUT', `${path}?reason=try%20it`, { body: tenth })
  expect(made).toMatchObject({ status: 201, body: { version: 1, revision: 1, flag: tenth, rollout: null } })
  expect(flagRecordSchema.parse(made.body)).toBeTruthy()
  expect(made.headers.get('etag')).toBe('"v1"')
  const patched = await send('PATCH', path, {
    body: { enabled: false },
    headers: { 'x-sluice-reason': Buffer.from('für alle').toString('latin1') },
  })
  expect(patched).toMatchObject({ status: 200, body: { version: 2, flag: { ...tenth, enabled: false } } })
  expect((await send('GET', path)).body).toEqual(patched.body)
  expect((await send('DELETE', path)).status).toBe(204)
  expect((await send('GET', path)).status).toBe(404)
  const events = (await send('GET', '/api/v1/environments/demo/events')).body.items
  expect(events.map(({ action, reason }: Record<string, unknown>) => [action, reason])).toEqual([
    ['create', 'try it'],
    ['disable', 'für alle'],
    ['delete', null],
  ])
})

test('keys with slashes, colons and letters of any script are ordinary', async () => {
  const { send } = await startTestServer()
  for (const key of ['openrouter:z-ai/glm-4.5-air:free', '日本', '50%', 'a b?c#d', 'toString']) {
    const address = `/api/v1/environments/demo/flags/${encodeURIComponent(key)}`
    expect((await send('PUT', address, { body: tenth })).body.key).toBe(key)
    expect((await send('GET', address)).body.key).toBe(key)
  }
  expect((await send('GET', '/api/v1/environments/demo/flags/hasOwnProperty')).status).toBe(404)
})

describe('versions', () => {
  test('If-Match lets only the present version be changed, and shows it otherwise', async () => {
    const { send } = await startTestServer()
    await send('PUT', path, { body: tenth })
    const late = await send('PATCH', path, { body: { description: 'x' }, headers: { 'if-match': '"v7"' } })
    expect(late).toMatchObject({ status: 412, body: { code: 'VERSION_CONFLICT', current: { version: 1 } } })
    const good = await send('PATCH', path, { body: { description: 'x' }, headers: { 'if-match': '"v1"' } })
    expect(good.body.version).toBe(2)
    expect((await send('DELETE', path, { headers: { 'if-match': '"v1"' } })).status).toBe(412)
    expect((await send('PUT', `${path}2`, { body: tenth, headers: { 'if-match': '"v1"' } })).status).toBe(412)
  })

  test('of two who changed the same version, one is told', async () => {
    const { send } = await startTestServer()
    await send('PUT', path, { body: tenth })
    const both = ['a', 'b'].map((description) =>
      send('PATCH', path, { body: { description }, headers: { 'if-match': '"v1"' } }),
    )
    expect((await Promise.all(both)).map(({ status }) => status).sort()).toEqual([200, 412])
  })

  test('If-None-Match: * creates and never replaces', async () => {
    const { send } = await startTestServer()
    const headers = { 'if-none-match': '*' }
    expect((await send('PUT', path, { body: tenth, headers })).status).toBe(201)
    expect(await send('PUT', path, { body: tenth, headers })).toMatchObject({
      status: 409,
      body: { code: 'ALREADY_EXISTS' },
    })
  })

  test('the same again changes nothing', async () => {
    const { send } = await startTestServer()
    await send('PUT', path, { body: tenth })
    expect(await send('PUT', path, { body: tenth })).toMatchObject({ status: 200, body: { version: 1, revision: 1 } })
  })
})

test('a salt is minted once and kept when a later write leaves it out', async () => {
  const { send } = await startTestServer()
  const body = { ...tenth, rules: [{ id: 'rollout', sample: { share: 10_000 }, serve: 'on' }] }
  const made = await send('PUT', path, { body })
  const { salt } = made.body.flag.rules[0].sample
  expect(salt).toMatch(/^[A-Za-z0-9]{15}$/)
  const raised = await send('PUT', path, {
    body: { ...body, rules: [{ id: 'rollout', sample: { share: 20_000 }, serve: 'on' }] },
  })
  expect(raised.body.flag.rules[0].sample).toEqual({ share: 20_000, salt })
  const other = { rules: [{ id: 'rollout', sample: { share: 20_000, salt: 'another' }, serve: 'on' }] }
  expect(await send('PATCH', path, { body: other })).toMatchObject({ status: 409, body: { code: 'STATE_CONFLICT' } })
  expect((await send('PATCH', `${path}?reshuffle=true`, { body: other })).body.flag.rules[0].sample.salt).toBe(
    'another',
  )
})

test('the snapshot answers 304 until something changes, and its text is that of the schema', async () => {
  const { send, makeKey } = await startTestServer()
  const key = await makeKey('server', 'demo')
  await send('PUT', path, { body: tenth })
  const first = await send('GET', '/api/v1/environments/demo/snapshot', { key })
  expect(snapshotSchema.parse(first.body)).toMatchObject({
    env: 'demo',
    revision: 1,
    flagCount: 1,
    flags: { 'patch-mode': tenth },
  })
  const etag = first.headers.get('etag') ?? ''
  expect(etag).toBe(`"${first.body.epoch}-1"`)
  const again = await send('GET', '/api/v1/environments/demo/snapshot', { key, headers: { 'if-none-match': etag } })
  expect(again).toMatchObject({ status: 304, body: '' })
  await send('PATCH', path, { body: { enabled: false } })
  const changed = await send('GET', '/api/v1/environments/demo/snapshot', { key, headers: { 'if-none-match': etag } })
  expect(changed).toMatchObject({ status: 200, body: { revision: 2 } })
})

test('explain tells the steps and the outcome', async () => {
  const { send, makeKey } = await startTestServer()
  await send('PUT', path, { body: tenth })
  const answer = await send('POST', `${path}/explain`, {
    key: await makeKey('server', 'demo'),
    body: { context: { targetingKey: 'user_9' } },
  })
  expect(answer).toMatchObject({
    status: 200,
    body: { flag: 'patch-mode', revision: 1, outcome: { variant: 'off', reason: 'SERVE' } },
  })
  expect(answer.body.steps.some(({ sentence }: { sentence: string }) => sentence.includes('61.544 %'))).toBe(true)
  expect((await send('POST', `${path}2/explain`, { body: { context: {} } })).status).toBe(404)
})

test('SDKs that name themselves are listed with the revision they were given', async () => {
  const { send, makeKey, clock } = await startTestServer()
  const key = await makeKey('server', 'demo')
  const headers = { 'x-sluice-instance': 'i1', 'x-sluice-sdk': 'node/0.1.0' }
  await send('GET', '/api/v1/environments/demo/snapshot', { key, headers })
  const { items } = (await send('GET', '/api/v1/environments/demo/instances')).body
  expect(items).toEqual([
    {
      id: 'i1',
      sdk: 'node/0.1.0',
      revision: 0,
      connectedAt: '2026-11-20T00:00:00.000Z',
      lastSeenAt: '2026-11-20T00:00:00.000Z',
    },
  ])
  await clock.advance(301_000)
  expect((await send('GET', '/api/v1/environments/demo/instances')).body.items).toEqual([])
})
