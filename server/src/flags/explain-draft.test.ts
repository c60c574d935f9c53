import { beforeEach, expect, test } from 'vitest'
import { serverParts } from '../server-parts.ts'
import { type TestServer, startTestServer, tenth } from '../testing/test-server.ts'

const flags = '/api/v1/environments/demo/flags'
let fixture: TestServer
beforeEach(async () => {
  fixture = await startTestServer({ parts: serverParts })
})
const explain = (key: string, flag: object, context: object = { targetingKey: 'user_9', plan: 'pro' }) =>
  fixture.send('POST', `${flags}/${key}/explain`, { body: { context, flag } })
const forPros = { ...tenth, rules: [{ id: 'pros', if: { segment: 'pros' }, serve: 'on' }] }

test('a draft is explained as it would be answered once it is stored, and is not stored', async () => {
  const pro = { if: { attr: 'plan', op: 'regex', values: ['^pro'] } }
  await fixture.send('PUT', '/api/v1/environments/demo/segments/pros', { body: pro })
  await fixture.send('PUT', `${flags}/f`, { body: tenth })
  const { status, body } = await explain('f', forPros)
  expect([status, body.outcome.variant, body.outcome.rule]).toEqual([200, 'on', 'pros'])
  expect((await fixture.send('GET', `${flags}/f`)).body).toMatchObject({ version: 1, flag: tenth })
  expect((await explain('not-there-yet', forPros)).body.outcome.variant).toBe('on')
  expect((await fixture.send('GET', `${flags}/not-there-yet`)).status).toBe(404)
  const child = { ...tenth, serve: 'on', rules: [], requires: [{ flag: 'f', variants: ['on'] }] }
  expect((await explain('child', child)).body.outcome.reason).toBe('REQUIRES')
})

test('what a write would refuse is refused, with its place in the request', async () => {
  const { status, body } = await explain('f', forPros)
  expect([status, body.errors[0].pointer]).toEqual([422, '/flag/rules/0/if/segment'])
  expect((await explain('f', { ...tenth, off: 7 })).body.errors[0].pointer).toBe('/flag/off')
  const { rules: _, ...plain } = tenth
  await fixture.send('PUT', `${flags}/f`, { body: plain })
  await fixture.send('POST', '/api/v1/environments/demo/rollouts?start=true', { body: { flag: 'f', reason: 'go' } })
  const { flag } = (await fixture.send('GET', `${flags}/f`)).body
  const moved = flag.rules.map((rule: { sample: object }) => ({ ...rule, sample: { ...rule.sample, share: 77_000 } }))
  expect((await explain('f', { ...flag, rules: moved })).status).toBe(409)
})
