// The protocol’s own clients against our server.
import { OFREPProvider } from '@openfeature/ofrep-provider'
import { OFREPWebProvider } from '@openfeature/ofrep-web-provider'
import { OpenFeature as OpenFeatureServer } from '@openfeature/server-sdk'
import { OpenFeature as OpenFeatureWeb } from '@openfeature/web-sdk'
import type { Provider } from '@openfeature/web-sdk'
import { EventSource } from 'eventsource'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type TestServer, startTestServer, tenth } from '../../testing/test-server.ts'

const user = { targetingKey: 'user_1', plan: 'pro' }
const forPros = {
  ...tenth,
  client: true,
  rules: [{ id: 'r', if: { attr: 'plan', op: 'in', values: ['pro'] }, serve: 'on' }],
}
let fixture: TestServer

beforeEach(async () => {
  fixture = await startTestServer()
  vi.stubGlobal('EventSource', EventSource)
})
afterEach(async () => {
  await OpenFeatureServer.close()
  await OpenFeatureWeb.close()
  vi.unstubAllGlobals()
})

const put = async (name: string, flag: object) =>
  expect((await fixture.send('PUT', `/api/v1/environments/demo/flags/${name}`, { body: flag })).status).toBeLessThan(
    300,
  )
const headers = async (kind: 'server' | 'client'): Promise<[string, string][]> => [
  ['Authorization', `Bearer ${await fixture.makeKey(kind, 'demo')}`],
]

test('the server provider evaluates one flag at a time', async () => {
  await put('f', forPros)
  await put('limits', { ...tenth, variants: { on: { max: 9 }, off: { max: 1 } }, rules: [], serve: 'on' })
  const provider = new OFREPProvider({ baseUrl: fixture.server.url, headers: await headers('server') })
  await OpenFeatureServer.setProviderAndWait(provider)
  const client = OpenFeatureServer.getClient()
  expect(await client.getBooleanDetails('f', false, user)).toMatchObject({
    value: true,
    variant: 'on',
    reason: 'TARGETING_MATCH',
    flagMetadata: { rule: 'r', reason: 'RULE' },
  })
  expect(await client.getObjectValue('limits', {}, user)).toEqual({ max: 9 })
  expect(await client.getBooleanDetails('nowhere', true, user)).toMatchObject({
    value: true,
    errorCode: 'FLAG_NOT_FOUND',
  })
  expect(await client.getStringDetails('f', 'x', user)).toMatchObject({ value: 'x', errorCode: 'TYPE_MISMATCH' })
})

test('the web provider evaluates all, follows its context, and hears of a kill switch at once', async () => {
  await put('f', forPros)
  const provider = new OFREPWebProvider({
    baseUrl: fixture.server.url,
    headers: await headers('client'),
    cacheMode: 'disabled',
  })
  await OpenFeatureWeb.setContext(user)
  // Its types predate `exactOptionalPropertyTypes`.
  await OpenFeatureWeb.setProviderAndWait(provider as Provider)
  const client = OpenFeatureWeb.getClient()
  expect(client.getBooleanDetails('f', false)).toMatchObject({ value: true, variant: 'on', reason: 'TARGETING_MATCH' })
  await OpenFeatureWeb.setContext({ ...user, plan: 'free' })
  expect(client.getBooleanValue('f', true)).toBe(false)
  await OpenFeatureWeb.setContext(user)
  expect(client.getBooleanValue('f', false)).toBe(true)
  await expect.poll(() => fixture.server.shell.hub.count).toBe(1)

  // Its event may be of what it fetched when its stream opened: the value is what counts. It would poll after 30 s.
  await put('f', { ...forPros, enabled: false })
  await expect
    .poll(() => client.getBooleanDetails('f', true), { timeout: 5000 })
    .toMatchObject({ value: false, reason: 'DISABLED' })
  expect(client.getBooleanDetails('nowhere', true)).toMatchObject({ value: true, errorCode: 'FLAG_NOT_FOUND' })
})
