import { ErrorCode, OpenFeature, ProviderEvents } from '@openfeature/server-sdk'
import type { Hook } from '@openfeature/server-sdk'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { SluiceProvider } from './openfeature.ts'
import { createTestClient } from './test-client.ts'
import { FakeServer, plainFlag, rolloutFlag } from './testing/fake-server.ts'
import { fastClient, until } from './testing/fast-client.ts'

const user = { targetingKey: 'user_1' }
const server = new FakeServer()

beforeEach(async () => {
  server.flags = {
    'patch-mode': plainFlag('on'),
    ruled: rolloutFlag(100_000),
    killed: { ...plainFlag('on'), enabled: false },
    nothing: { ...plainFlag('on'), enabled: false, off: null },
    limits: { ...plainFlag('off'), variants: { high: { max: 9 }, off: { max: 1 } }, serve: 'high' },
    born: {
      ...plainFlag('off'),
      rules: [{ id: 'late', if: { attr: 'since', op: 'after', values: ['2026-01-01T00:00:00Z'] }, serve: 'on' }],
    },
  }
  server.rows.length = 0
  await server.start()
})
afterEach(async () => {
  await OpenFeature.close()
  await server.stop().catch(() => {})
})

async function connect(...args: Parameters<typeof fastClient> extends [string, ...infer Rest] ? Rest : never) {
  const client = fastClient(server.url, ...args)
  await OpenFeature.setProviderAndWait(new SluiceProvider(client))
  return { client, openFeature: OpenFeature.getClient() }
}

test('gives values of every type with OpenFeature’s reasons, and ours in the metadata', async () => {
  const { openFeature } = await connect()
  expect(await openFeature.getBooleanDetails('ruled', false, user)).toMatchObject({
    value: true,
    variant: 'on',
    reason: 'SPLIT',
    flagMetadata: { reason: 'RULE', rule: 'rollout', revision: server.revision },
  })
  expect(await openFeature.getObjectValue('limits', {}, user)).toEqual({ max: 9 })
  expect(await openFeature.getBooleanDetails('patch-mode', false, user)).toMatchObject({ reason: 'STATIC' })
  expect(await openFeature.getBooleanDetails('killed', true, user)).toMatchObject({ value: false, reason: 'DISABLED' })
  expect(await openFeature.getBooleanDetails('nothing', true, user)).toMatchObject({ value: true, reason: 'DISABLED' })
  expect(await openFeature.getStringDetails('patch-mode', 'x', user)).toMatchObject({
    value: 'x',
    reason: 'ERROR',
    errorCode: ErrorCode.TYPE_MISMATCH,
  })
  expect(await openFeature.getNumberDetails('nowhere', 7, user)).toMatchObject({
    value: 7,
    errorCode: ErrorCode.FLAG_NOT_FOUND,
  })
})

test('takes the context of API, client and call, with dates as rules compare them', async () => {
  const { openFeature } = await connect()
  expect(await openFeature.getBooleanValue('born', false, { ...user, since: new Date('2026-05-01') })).toBe(true)
  // An object of the application, such as a request, may lead back to itself.
  const request: Record<string, never> = {}
  Object.assign(request, { request, all: [request] })
  const around = { ...user, request, since: new Date('2026-05-01') }
  expect(await openFeature.getBooleanDetails('born', false, around)).toMatchObject({ value: true, variant: 'on' })
  OpenFeature.setContext({ since: new Date('2025-05-01') })
  expect(await openFeature.getBooleanValue('born', true, user)).toBe(false)
  OpenFeature.setContext({})
})

test('runs hooks around an evaluation, the error stage for an error', async () => {
  const { openFeature } = await connect()
  const stages: string[] = []
  const hook: Hook = {
    before: ({ flagKey }) => void stages.push(`before ${flagKey}`),
    after: (_, { variant }) => void stages.push(`after ${variant}`),
    error: (_, thrown) => void stages.push(`error ${(thrown as Error).name}`),
    finally: () => void stages.push('finally'),
  }
  await openFeature.getBooleanValue('patch-mode', false, user, { hooks: [hook] })
  await openFeature.getBooleanValue('nowhere', false, user, { hooks: [hook] })
  expect(stages).toEqual([
    'before patch-mode',
    'after on',
    'finally',
    'before nowhere',
    expect.stringMatching(/^error/),
    'finally',
  ])
})

test('tells of changes, of silence and of its end', async () => {
  const { openFeature, client } = await connect({}, { staleMs: 1000 })
  const heard: unknown[] = []
  openFeature.addHandler(ProviderEvents.ConfigurationChanged, (event) => heard.push(event?.flagsChanged))
  openFeature.addHandler(ProviderEvents.Stale, () => heard.push('stale'))
  await until(() => server.streams === 1)
  server.patch({ 'patch-mode': plainFlag('off') })
  await until(() => heard.length === 1)
  expect(heard).toEqual([['patch-mode']])
  await server.stop()
  await until(() => heard.length === 2)
  expect([openFeature.providerStatus, heard[1]]).toEqual(['STALE', 'stale'])
  expect(await openFeature.getBooleanDetails('patch-mode', true, user)).toMatchObject({
    value: false,
    reason: 'STALE',
    flagMetadata: { reason: 'SERVE' },
  })
  await server.start()
  await until(() => openFeature.providerStatus === 'READY')
  expect(client.status().state).toBe('ready')
})

test('without a server it is an error that ends by itself; with a bootstrap it is ready, then stale', async () => {
  const snapshot = server.snapshot()
  await server.stop()
  const client = fastClient(server.url, { initTimeoutMs: 30 })
  await expect(OpenFeature.setProviderAndWait(new SluiceProvider(client))).rejects.toThrow('No flags are loaded')
  const openFeature = OpenFeature.getClient()
  expect(await openFeature.getBooleanValue('patch-mode', false, user)).toBe(false)
  await server.start()
  await until(() => openFeature.providerStatus === 'READY')
  expect(await openFeature.getBooleanValue('patch-mode', false, user)).toBe(true)

  await server.stop()
  await OpenFeature.setProviderAndWait(
    new SluiceProvider(fastClient(server.url, { initTimeoutMs: 30, bootstrap: snapshot })),
  )
  expect(await OpenFeature.getClient().getBooleanValue('patch-mode', false, user)).toBe(true)
  await until(() => OpenFeature.getClient().providerStatus === 'STALE')
})

test('an event becomes observations of the flags that its user was given, or of the one it names', async () => {
  const client = createTestClient({ chat: 'on', search: 'off', other: 'on' }, { now: () => 1000 })
  await OpenFeature.setProviderAndWait(new SluiceProvider(client))
  const openFeature = OpenFeature.getClient()
  await openFeature.getBooleanValue('chat', false, user)
  await openFeature.getBooleanValue('search', true, user)
  await openFeature.getBooleanValue('other', false, { targetingKey: 'user_2' })
  const before = client.recorded().length
  openFeature.track('quality', user, { value: 0.8, model: 'm1', latency_ms: 40 })
  openFeature.track('complaint', user, { flag: 'other' })
  openFeature.track('complaint', { targetingKey: 'nobody' })
  const rows = client.recorded().slice(before)
  expect(rows.map(({ flag, variant, model, metrics }) => [flag, variant, model, metrics])).toEqual([
    ['chat', 'on', 'm1', { quality: 0.8, latency_ms: 40 }],
    ['search', 'off', 'm1', { quality: 0.8, latency_ms: 40 }],
    ['other', 'on', undefined, { complaint: 1 }],
  ])
})
