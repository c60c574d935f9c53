import { describe, expect, test } from 'vitest'
import { createClient } from './create-client.ts'
import { withFlags } from './scoped-flags.ts'
import { createTestClient } from './test-client.ts'
import { plainFlag } from './testing/fake-server.ts'
import { lineLogger, testKey } from './testing/fast-client.ts'

const user = { targetingKey: 'user_1' }

describe('createTestClient', () => {
  test('gives everybody the variants it is told', async () => {
    const client = createTestClient({ 'patch-mode': 'on', dark: false, limits: { variant: 'high', value: { max: 9 } } })
    expect(client.isEnabled('patch-mode', user)).toBe(true)
    expect(client.isEnabled('dark')).toBe(false)
    expect(client.value('limits', user, { max: 1 })).toEqual({ max: 9 })
    expect(client.variant('limits', user, 'low')).toBe('high')
    expect(client.isEnabled('unheard-of', user)).toBe(false)
    client.set({ 'patch-mode': 'off', dark: null })
    expect(await client.run('patch-mode', user, { on: () => 1, off: () => 2 })).toBe(2)
    expect(client.details('dark', user, false).errorCode).toBe('FLAG_NOT_FOUND')
    expect(await client.ready()).toEqual({ source: 'server' })
  })

  test('shows the rows that would have been sent', async () => {
    const client = createTestClient({ 'patch-mode': 'on' }, { now: () => 0 })
    await client.run('patch-mode', user, { on: (call) => call.record({ output_tokens: 5 }), off: () => {} })
    const row = { flag: 'patch-mode', variant: 'on', unit: 'user_1', attempt: 1, visit: 1, revision: 1 }
    const at = '1970-01-01T00:00:00.000Z'
    expect(client.recorded()).toEqual([
      { ...row, at, metrics: {} },
      { ...row, at, metrics: { output_tokens: 5, error: 0, fallback: 0, latency_ms: 0 } },
    ])
  })

  test('tells listeners what has changed', () => {
    const client = createTestClient({ dark: false })
    const heard: string[][] = []
    client.on('change', ({ flags }) => heard.push(flags))
    client.set({ dark: true })
    expect(heard).toEqual([['dark']])
  })
})

describe('withFlags', () => {
  const flags = { 'patch-mode': plainFlag('off'), limits: { ...plainFlag('off'), variants: { off: 1, high: 9 } } }
  const snapshot = { schema: 1, env: 'production', epoch: 'e1', revision: 1, flagCount: 2, flags }
  const connect = () =>
    createClient({ url: 'http://127.0.0.1:1', key: testKey, bootstrap: snapshot, logger: lineLogger() })

  test('holds for what runs inside, whatever it awaits, and for nothing beside it', async () => {
    const client = connect()
    const later = async () => {
      await new Promise((resolve) => setTimeout(resolve, 5))
      return client.isEnabled('patch-mode', user)
    }
    const seen = await Promise.all([
      withFlags({ 'patch-mode': 'on' }, later),
      later(),
      withFlags({ 'patch-mode': 'on' }, () => withFlags({ 'patch-mode': false, limits: 'high' }, later)),
    ])
    expect(seen).toEqual([true, false, false])
    expect(withFlags({ limits: 'high' }, () => client.value('limits', user, 0))).toBe(9)
    expect(withFlags({ unheard: true }, () => client.details('unheard', user, false))).toMatchObject({
      value: true,
      reason: 'FORCED',
      error: null,
    })
    expect(client.isEnabled('patch-mode', user)).toBe(false)
    await client.close()
  })

  test('a real client reports nothing of it, a test client records it', async () => {
    const real = connect()
    const tested = createTestClient({ 'patch-mode': 'off' })
    await withFlags({ 'patch-mode': 'on' }, async () => {
      for (const client of [real, tested])
        expect(await client.run('patch-mode', user, { on: () => 'new', off: () => 'old' })).toBe('new')
    })
    expect(real.status().rows.waiting).toBe(0)
    expect(tested.recorded().map(({ variant }) => variant)).toEqual(['on', 'on'])
    await real.close()
  })
})
