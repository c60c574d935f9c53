import { describe, expect, test } from 'vitest'
import { createTestClient } from './test-client.ts'

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
})
