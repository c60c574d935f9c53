import { ErrorCode, OpenFeature, ProviderEvents } from '@openfeature/web-sdk'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { SluiceWebProvider } from './openfeature-web.ts'
import { FakePage, resolved } from './testing/fake-page.ts'
import { until } from './testing/fast-client.ts'

let page: FakePage

beforeEach(() => {
  page = new FakePage()
  page.answer = ({ targetingKey, plan }) => [
    resolved('chat', targetingKey === 'ann' && plan !== 'free' ? 'on' : 'off'),
    resolved('limits', 'high', { max: 9 }),
  ]
})
afterEach(async () => {
  await OpenFeature.close()
  await OpenFeature.clearContexts()
  vi.unstubAllGlobals()
})

test.each(['before', 'after'])('takes the context that was set %s the provider', async (when) => {
  const provider = new SluiceWebProvider(page.open())
  if (when === 'before') await OpenFeature.setContext({ targetingKey: 'ann', since: new Date(0) })
  await OpenFeature.setProviderAndWait(provider)
  if (when === 'after') await OpenFeature.setContext({ targetingKey: 'ann', since: new Date(0) })
  const openFeature = OpenFeature.getClient()
  expect(openFeature.getBooleanDetails('chat', false)).toMatchObject({
    value: true,
    variant: 'on',
    reason: 'SPLIT',
    flagMetadata: { reason: 'RULE', rule: 'r', revision: 1 },
  })
  expect(openFeature.getObjectValue('limits', {})).toEqual({ max: 9 })
  expect(openFeature.getNumberDetails('chat', 7)).toMatchObject({ value: 7, errorCode: ErrorCode.TYPE_MISMATCH })
  expect(openFeature.getNumberDetails('nowhere', 7)).toMatchObject({ value: 7, errorCode: ErrorCode.FLAG_NOT_FOUND })
  expect(page.asked.at(-1)).toEqual({ targetingKey: 'ann', since: '1970-01-01T00:00:00.000Z' })
})

test('keeps the client’s own context where OpenFeature has none', async () => {
  await OpenFeature.setProviderAndWait(new SluiceWebProvider(page.open({ context: { targetingKey: 'ann' } })))
  expect(OpenFeature.getClient().getBooleanValue('chat', false)).toBe(true)
})

test('reconciles when the context changes, and tells of changes', async () => {
  await OpenFeature.setContext({ targetingKey: 'ann' })
  await OpenFeature.setProviderAndWait(new SluiceWebProvider(page.open()))
  const openFeature = OpenFeature.getClient()
  const heard: unknown[] = []
  openFeature.addHandler(ProviderEvents.Reconciling, () => heard.push('reconciling'))
  openFeature.addHandler(ProviderEvents.ContextChanged, () => heard.push('context'))
  await OpenFeature.setContext({ targetingKey: 'ann', plan: 'free' })
  expect(openFeature.getBooleanValue('chat', true)).toBe(false)
  expect(heard).toEqual(['reconciling', 'context'])

  const changed = new Promise((resolve) =>
    openFeature.addHandler(ProviderEvents.ConfigurationChanged, (event) => resolve(event?.flagsChanged)),
  )
  page.answer = () => [resolved('chat', 'on'), resolved('limits', 'high', { max: 9 })]
  page.notify()
  expect(await changed).toEqual(['chat'])
  expect(openFeature.getBooleanValue('chat', false)).toBe(true)
})

test('without a server it is an error that ends by itself', async () => {
  page.status = 0
  const provider = new SluiceWebProvider(page.open({ initTimeoutMs: 10 }, { pollMs: 20 }))
  await expect(OpenFeature.setProviderAndWait(provider)).rejects.toThrow('No flags are loaded')
  page.status = 200
  await until(() => OpenFeature.getClient().providerStatus === 'READY')
})

test('an event becomes observations of the flags that this user was given', async () => {
  const client = page.open()
  await OpenFeature.setContext({ targetingKey: 'ann' })
  await OpenFeature.setProviderAndWait(new SluiceWebProvider(client))
  const openFeature = OpenFeature.getClient()
  openFeature.getBooleanValue('chat', false)
  openFeature.track('quality', { value: 0.5 })
  await client.flush()
  expect(page.rows).toMatchObject([{ flag: 'chat', variant: 'on', unit: 'ann', metrics: { quality: 0.5 } }])
})
