import { buildClient } from './build-client.ts'
import { CacheFile, fingerprintOf, readCacheFile } from './cache-file.ts'
import { readOptions } from './client-options.ts'
import type { ClientOptions, ClientSettings } from './client-options.ts'
import { createClock } from './clock.ts'
import { Emitter } from './emitter.ts'
import { FlagStore } from './flag-store.ts'
import type { FlagOrigin } from './flag-store.ts'
import { flushAtExit } from './flush-at-exit.ts'
import { LocalOverrides } from './local-overrides.ts'
import { fetchTransport } from './fetch-transport.ts'
import { unitHash } from './hash-unit.ts'
import { createQuietLog, messageOf } from './logger.ts'
import { unrefTransport } from './node-transport.ts'
import type { QuietLog } from './logger.ts'
import { ObservationQueue } from './observation-queue.ts'
import { ObservationSender } from './observation-sender.ts'
import { Observer } from './observer.ts'
import { createResolver } from './resolver.ts'
import { SnapshotSource } from './snapshot-source.ts'
import type { SluiceClient } from './sluice-client.ts'
import { defaultTiming } from './timing.ts'
import type { Timing } from './timing.ts'
import { sdkVersion } from './version.ts'

/**
 * A client of one environment. Returns at once and connects in the background; flags from `cacheFile` or `bootstrap`
 * answer until the server does, and the last good set for ever after.
 *
 * Throws SluiceError `INVALID_OPTION` for wrong options, and nothing afterwards.
 */
export function createClient(options: ClientOptions = {}): SluiceClient {
  return startClient(readOptions(options), defaultTiming)
}

/** `createClient` with checked options and other waiting times; for tests. */
export function startClient(settings: ClientSettings, timing: Timing): SluiceClient {
  const clock = createClock(settings.now)
  const log = createQuietLog(settings.logger, clock.now)
  const emitter = new Emitter((thrown) => log.error('listener', `a listener failed: ${messageOf(thrown)}`))
  const cacheOwner = { environment: settings.environment, keyFingerprint: fingerprintOf(settings.key) }
  const cache =
    settings.cacheFile === null
      ? null
      : new CacheFile(settings.cacheFile, cacheOwner, (thrown) =>
          log.warn('cacheFile', `the cache file could not be written: ${messageOf(thrown)}`),
        )
  const store = new FlagStore(settings.environment)
  if (settings.cacheFile !== null) load(readCacheFile(settings.cacheFile, cacheOwner), 'cache', store, log)
  load(settings.bootstrap, 'bootstrap', store, log)

  const baseUrl = `${settings.url}/api/v1/environments/${encodeURIComponent(settings.environment)}`
  const headers = {
    authorization: `Bearer ${settings.key}`,
    'x-sluice-instance': crypto.randomUUID(),
    'x-sluice-sdk': `node/${sdkVersion}`,
  }
  const transport = settings.fetch === null ? unrefTransport : fetchTransport(settings.fetch)
  const connection = { baseUrl, headers, transport, timing, log, now: clock.now }
  const source = new SnapshotSource({ ...connection, store, emitter, onChange: () => cache?.write(store.snapshot) })

  const queue = new ObservationQueue()
  let isClosed = false
  const observer = new Observer({ hash: unitHash(settings.hashUnits), add: (row) => void (isClosed || queue.add(row)) })
  const sender = new ObservationSender({
    ...connection,
    url: `${baseUrl}/observations`,
    queue,
    flushIntervalMs: settings.flushIntervalMs,
    onFlush: () => observer.newWindow(),
  })
  const stopFlushingAtExit = flushAtExit(() => sender.flush())
  source.start()
  sender.start()

  const ready = whenReady(source.settled, settings.initTimeoutMs, () => store.origin)
  return {
    ...buildClient({
      resolver: createResolver(store, new LocalOverrides(process.env, log), clock.now),
      observer,
      clock,
      log,
      timeoutMs: settings.timeoutMs,
      isStale: () => source.state !== 'ready',
    }),
    ready,
    on: (event, listener) => emitter.on(event, listener),
    status: () => ({
      state: source.state,
      source: store.origin,
      environment: settings.environment,
      revision: store.snapshot?.revision ?? null,
      lastSyncAt: source.lastSyncMs === null ? null : new Date(source.lastSyncMs).toISOString(),
      rows: { waiting: queue.waiting, dropped: queue.dropped },
    }),
    flush: () => sender.flush(),
    close: async () => {
      if (isClosed) return
      isClosed = true
      stopFlushingAtExit()
      source.close()
      await Promise.all([sender.flush(), within(timing.closeMs, cache?.settled())])
      sender.close()
    },
  }
}

function load(found: unknown, origin: 'cache' | 'bootstrap', store: FlagStore, log: QuietLog): void {
  if (found === null) return
  const acceptance = store.accept(found, origin)
  if (acceptance.outcome === 'refused')
    log.error(origin, `the snapshot in \`${origin}\` is not used: ${acceptance.problem}`)
}

/** Holds the process while somebody waits: a script that awaits `ready()` first has nothing else that does. */
function whenReady(settled: Promise<void>, timeoutMs: number, origin: () => FlagOrigin) {
  const untilMs = performance.now() + timeoutMs
  return async () => {
    await within(Math.max(0, untilMs - performance.now()), settled)
    return { source: origin() }
  }
}

async function within(ms: number, work: Promise<unknown> | undefined): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const timeUp = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([work, timeUp])
  clearTimeout(timer)
}
