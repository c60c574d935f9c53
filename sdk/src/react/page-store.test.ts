import { afterEach, expect, test } from 'vitest'
import { createTestClient } from '../test-client.ts'
import { FakeServer, plainFlag } from '../testing/fake-server.ts'
import { fastClient, until } from '../testing/fast-client.ts'
import { pageStore } from './page-store.ts'

const server = new FakeServer()
const user = { targetingKey: 'ann' }
afterEach(() => server.stop())

test('a value that is an object stays one object for React while the flag does, and is nobody else’s', async () => {
  const limits = { ...plainFlag('off'), variants: { high: { max: 9 }, off: { max: 1 } }, serve: 'high' }
  server.flags = { limits }
  await server.start()
  const client = fastClient(server.url)
  await client.ready()
  const { live } = pageStore(client, user)
  const first = live.value('limits', { max: 0 })
  expect(first).toEqual({ max: 9 })
  expect(live.value('limits', { max: 0 })).toBe(first)
  const details = live.details('limits', { max: 0 })
  expect(details.value).toBe(first)
  expect(live.details('limits', { max: 0 }).metadata).toBe(details.metadata)
  expect(client.value('limits', user, { max: 0 })).not.toBe(first)
  await until(() => server.streams === 1)
  server.patch({ limits: { ...limits, serve: 'off' } })
  await until(() => live.variant('limits', 'high') === 'off')
  expect(live.value('limits', { max: 0 })).toEqual({ max: 1 })
  await client.close()
})

test('so it does with the client of tests', () => {
  const { live } = pageStore(createTestClient({ chat: { variant: 'on', value: { max: 9 } } }), user)
  const { value, metadata } = live.details('chat', {})
  expect(live.details('chat', {}).value).toBe(value)
  expect(live.details('chat', {}).metadata).toBe(metadata)
})
