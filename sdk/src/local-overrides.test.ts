import { describe, expect, test } from 'vitest'
import { buildClient } from './build-client.ts'
import { createClock } from './clock.ts'
import { FlagStore } from './flag-store.ts'
import { LocalOverrides } from './local-overrides.ts'
import { createQuietLog } from './logger.ts'
import type { Observation } from './observation.ts'
import { Observer } from './observer.ts'
import { createResolver } from './resolver.ts'
import { plainFlag, rolloutFlag } from './testing/fake-server.ts'
import { lineLogger } from './testing/fast-client.ts'

function clientWith(variables: Record<string, string>) {
  const flags = {
    'patch-mode': rolloutFlag(0),
    killed: { ...plainFlag('off'), enabled: false },
    'same-name': plainFlag('off'),
    'same.name': plainFlag('off'),
    broken: { ...plainFlag('off'), serve: 'no such variant' },
  }
  const store = new FlagStore('production')
  store.accept({ schema: 1, env: 'production', epoch: 'e', revision: 1, flagCount: 5, flags }, 'server')
  const logger = lineLogger()
  const clock = createClock(null)
  const log = createQuietLog(logger, clock.now)
  const rows: Observation[] = []
  const observer = new Observer({ hash: null, add: (row) => void rows.push(row) })
  const resolver = createResolver(store, new LocalOverrides(variables, log), clock.now)
  return {
    client: buildClient({ resolver, observer, clock, log, timeoutMs: null, isStale: () => false }),
    rows,
    logger,
  }
}

const user = { targetingKey: 'user_1' }

describe('SLUICE_FORCE_…', () => {
  test('decides the flag, and is never observed', async () => {
    const { client, rows } = clientWith({ SLUICE_FORCE_PATCH_MODE: 'on' })
    expect(client.isEnabled('patch-mode', user)).toBe(true)
    expect(client.details('patch-mode', user, false)).toMatchObject({ reason: 'FORCED', variant: 'on' })
    expect(await client.run('patch-mode', user, { on: () => 1, off: () => 2 })).toBe(1)
    client.track(user, { flag: 'patch-mode', error: 0 })
    expect(rows).toEqual([])
  })

  test('yields to the kill switch and to a flag that cannot be read', () => {
    const { client } = clientWith({ SLUICE_FORCE_KILLED: 'on', SLUICE_FORCE_BROKEN: 'on' })
    expect(client.details('killed', user, false)).toMatchObject({ value: false, reason: 'OFF' })
    expect(client.details('broken', user, false)).toMatchObject({ value: false, reason: 'ERROR' })
  })

  test('is ignored with a line in the log when it means no flag, two flags or no variant', () => {
    const { client, logger } = clientWith({
      SLUICE_FORCE_UNKNOWN: 'on',
      SLUICE_FORCE_SAME_NAME: 'on',
      SLUICE_FORCE_PATCH_MODE: 'purple',
    })
    expect(client.isEnabled('same-name', user)).toBe(false)
    expect(client.isEnabled('same.name', user)).toBe(false)
    expect(client.isEnabled('patch-mode', user)).toBe(false)
    expect(logger.lines).toHaveLength(3)
    expect(logger.lines.join()).toContain('same-name or same.name')
  })
})
