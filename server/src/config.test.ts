import { describe, expect, test } from 'vitest'
import { ConfigError, readConfig } from './config.ts'

const faultsOf = (environment: Record<string, string>): readonly string[] => {
  try {
    readConfig(environment)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.faults
    throw error
  }
}

test('with nothing set it listens on loopback, port 4400, with an embedded database', () => {
  expect(readConfig({})).toEqual({
    internalHosts: [],
    port: 4400,
    host: '127.0.0.1',
    databaseUrl: 'sqlite:.sluice/sluice.db',
    adminKey: null,
    publicUrl: null,
    allowHttp: false,
    logLevel: 'info',
    demo: false,
    retentionMs: 30 * 86_400_000,
  })
})

test.each(['30', '12h', 'for ever', '-1d'])('SLUICE_RETENTION=%s is refused', (SLUICE_RETENTION) => {
  expect(faultsOf({ SLUICE_RETENTION })[0]).toMatch(/set it to "1d" or more/)
})

test('every fault is named at once, with what to do', () => {
  const faults = faultsOf({
    PORT: '70000',
    SLUICE_ADMIN_KEY: 'short',
    SLUICE_LOG_LEVEL: 'loud',
    SLUICE_DEMO: 'yes',
    SLUICE_PUBLIC_URL: 'x',
  })
  expect(faults).toHaveLength(5)
  expect(faults.join('\n')).toMatch(/PORT is "70000": set it to a whole number/)
  expect(faults.join('\n')).toMatch(/SLUICE_ADMIN_KEY has 5 characters: give it 32 or more/)
  expect(faults.join('\n')).not.toContain('short')
})

test.each(['-1', '4400.5', 'http', '1e3', ' 99999 '])('PORT=%s is refused', (PORT) => {
  expect(faultsOf({ PORT })).toHaveLength(1)
})

describe('a host beyond loopback', () => {
  test.each(['0.0.0.0', '::', '10.0.0.5', 'example.com', '127.example.com'])('%s alone is refused', (HOST) => {
    expect(faultsOf({ HOST })[0]).toMatch(/SLUICE_PUBLIC_URL.*SLUICE_ALLOW_HTTP=on/)
  })

  test('is allowed behind https, or when plain HTTP is asked for', () => {
    expect(faultsOf({ HOST: '0.0.0.0', SLUICE_PUBLIC_URL: 'https://sluice.example.com' })).toEqual([])
    expect(faultsOf({ HOST: '0.0.0.0', SLUICE_ALLOW_HTTP: 'on' })).toEqual([])
    expect(faultsOf({ HOST: '0.0.0.0', SLUICE_PUBLIC_URL: 'http://sluice.example.com' })).toHaveLength(1)
  })

  test.each(['127.0.0.1', '127.8.9.1', 'localhost', '::1', '[::1]'])('%s is loopback', (HOST) => {
    expect(faultsOf({ HOST })).toEqual([])
  })

  test('in the brackets of a URL is taken without them, as sockets want it', () => {
    expect(readConfig({ HOST: '[::1]' }).host).toBe('::1')
  })
})
