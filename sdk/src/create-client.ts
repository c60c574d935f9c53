import { CacheFile, fingerprintOf } from './cache-file.ts'
import { readOptions } from './client-options.ts'
import type { ClientOptions, ClientSettings } from './client-options.ts'
import { connectClient } from './connect-client.ts'
import type { SnapshotCache } from './snapshot-cache.ts'
import { fetchTransport } from './fetch-transport.ts'
import { flushAtExit } from './flush-at-exit.ts'
import { unitHash } from './hash-unit.ts'
import { messageOf } from './logger.ts'
import type { QuietLog } from './logger.ts'
import { nodeRegex } from './node-regex.ts'
import { unrefTransport } from './node-transport.ts'
import { scoped } from './scoped-flags.ts'
import type { SluiceClient } from './sluice-client.ts'
import { defaultTiming } from './timing.ts'
import type { Timing } from './timing.ts'

/**
 * A client of one environment. Returns at once and connects in the background; flags from `cacheFile` or `bootstrap`
 * answer until the server does, and the last good set for ever after.
 *
 * Throws SluiceError `INVALID_OPTION` for wrong options, and nothing afterwards.
 */
export function createClient(options: ClientOptions = {}): SluiceClient {
  const settings = readOptions(options, process.env)
  return startClient({ ...settings, regex: settings.regex ?? nodeRegex }, defaultTiming)
}

/** `createClient` with checked options and other waiting times; for tests. */
export function startClient(settings: ClientSettings, timing: Timing): SluiceClient {
  return connectClient(
    settings,
    (log) => ({
      name: 'node',
      transport: settings.fetch === null ? unrefTransport : fetchTransport(settings.fetch),
      variables: process.env,
      hash: unitHash(settings.hashUnits),
      cache: cacheOf(settings, settings.cacheFile, log),
      modelsCache: settings.models && cacheOf(settings, settings.cacheFile && `${settings.cacheFile}.models`, log),
      starts: 'at-once',
      over: scoped,
      atExit: flushAtExit,
    }),
    timing,
  )
}

function cacheOf({ environment, key }: ClientSettings, cacheFile: string | null, log: QuietLog): SnapshotCache | null {
  if (cacheFile === null) return null
  return new CacheFile(cacheFile, { environment, keyFingerprint: fingerprintOf(key) }, (thrown) =>
    log.warn('cacheFile', `the cache file could not be written: ${messageOf(thrown)}`),
  )
}
