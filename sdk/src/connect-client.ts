import { buildClient } from './build-client.ts'
import type { ClientSettings } from './client-options.ts'
import { createClock } from './clock.ts'
import { Emitter } from './emitter.ts'
import { FlagStore } from './flag-store.ts'
import type { FlagKey } from './flag-types.ts'
import type { HashUnit } from './hash-unit.ts'
import { LocalOverrides } from './local-overrides.ts'
import { createQuietLog, messageOf } from './logger.ts'
import type { QuietLog } from './logger.ts'
import { ObservationQueue } from './observation-queue.ts'
import { ObservationSender } from './observation-sender.ts'
import type { ObservationSenderParts } from './observation-sender.ts'
import { Observer } from './observer.ts'
import { randomId } from './random-id.ts'
import { refusedRows } from './read-receipt.ts'
import { createResolver } from './resolver.ts'
import type { Resolver } from './resolution.ts'
import type { SluiceClient } from './sluice-client.ts'
import type { SnapshotCache } from './snapshot-cache.ts'
import { SnapshotSource } from './snapshot-source.ts'
import type { Timing } from './timing.ts'
import type { Transport } from './transport.ts'
import { sdkVersion } from './version.ts'

/** What a client gets from the place it runs in. */
export interface Platform {
  readonly name: 'node' | 'edge'
  readonly transport: Transport
  readonly variables: Readonly<Record<string, string | undefined>>
  readonly hash: HashUnit | null
  /** Keeps the last good snapshot; null: nothing does. */
  readonly cache: SnapshotCache | null
  /** The same for the catalogue of models. */
  readonly modelsCache: SnapshotCache | null
  /** `first-use`: where nothing may run before a request is there, and a connection lives no longer than its request. */
  readonly starts: 'at-once' | 'first-use'
  /** What stands above the flags of the server. */
  readonly over: (resolver: Resolver) => Resolver
  /** Calls back when nothing is left to do; the answer takes it back. */
  readonly atExit: (flush: () => Promise<void>) => () => void
}

/** Flags that were confirmed within this time need no question when a request comes in; the server pings every 15 seconds. */
const freshMs = 30_000

/** A client on any platform, with checked options. */
export function connectClient(
  settings: ClientSettings,
  platformOf: (log: QuietLog) => Platform,
  timing: Timing,
): SluiceClient {
  const clock = createClock(settings.now)
  const log = createQuietLog(settings.logger, clock.now)
  const platform = platformOf(log)
  const { transport, cache } = platform
  const emitter = new Emitter((thrown) => log.error('listener', `a listener failed: ${messageOf(thrown)}`))
  const store = new FlagStore(settings.environment, settings.regex)
  load(cache?.read() ?? null, 'cache', store, log)
  load(settings.bootstrap, 'bootstrap', store, log)

  const baseUrl = `${settings.url}/api/v1/environments/${encodeURIComponent(settings.environment)}`
  let instance: string | null = null
  const headers = {
    authorization: `Bearer ${settings.key}`,
    // Made when it is first sent: some platforms give out nothing random before a request is there.
    get 'x-sluice-instance'() {
      return (instance ??= randomId())
    },
    'x-sluice-sdk': `${platform.name}/${sdkVersion}`,
  }
  const connection = { baseUrl, headers, transport, timing, log, now: clock.now }
  const source = new SnapshotSource({ ...connection, store, emitter, onChange: () => cache?.write(store.snapshot) })

  const queue = new ObservationQueue()
  let isClosed = false
  const observer = new Observer({ hash: platform.hash, add: (row) => void (isClosed || queue.add(row)) })
  const senderParts: ObservationSenderParts = {
    ...connection,
    url: `${baseUrl}/observations`,
    queue,
    flushIntervalMs: settings.flushIntervalMs,
    onReceipt: (receipt) => {
      const refused = refusedRows(receipt)
      if (refused !== null) log.warn('rejected', refused)
    },
    onFlush: () => observer.newWindow(),
  }
  const sender = new ObservationSender(senderParts)
  const isLazy = platform.starts === 'first-use'
  // What a request has begun may end with it, unanswered for ever: the next one must not wait for it.
  const flush = (): Promise<void> => (isLazy ? new ObservationSender(senderParts) : sender).flush()
  const stopFlushingAtExit = platform.atExit(flush)

  let isStarted = false
  let readyUntilMs: number | null = null
  let stopModels: (() => void) | undefined
  const start = (): void => {
    if (isStarted || isClosed) return
    isStarted = true
    // Not before the application had its turn: flags that are at hand answer before a connection costs anything.
    queueMicrotask(() => {
      if (isClosed) return
      readyUntilMs = performance.now() + settings.initTimeoutMs
      source.start()
      sender.start()
    })
    const { url, key, environment, initTimeoutMs } = settings
    stopModels = settings.models?.connect({
      ...connection,
      url,
      key,
      environment,
      initTimeoutMs,
      cache: platform.modelsCache,
      variant: (flag, context) => client.details(flag as FlagKey, context, undefined).variant,
      track: client.track,
    })
  }

  const resolver = platform.over(createResolver(store, new LocalOverrides(platform.variables, log), clock.now))
  const client = buildClient({
    resolver: isLazy ? startingResolver(resolver, start) : resolver,
    observer,
    clock,
    log,
    timeoutMs: settings.timeoutMs,
    isStale: () => source.state !== 'ready',
    models: settings.models,
  })
  if (!isLazy) start()
  return {
    ...client,
    // It holds the process while somebody waits: a script that awaits `ready()` first has nothing else that does.
    async ready() {
      if (isLazy && !isClosed) await within(settings.initTimeoutMs, source.refresh(freshMs))
      start()
      const waitMs = readyUntilMs === null ? settings.initTimeoutMs : Math.max(0, readyUntilMs - performance.now())
      await within(waitMs, source.settled)
      return { source: store.origin }
    },
    on: (event, listener) => emitter.on(event, listener),
    status: () => ({
      state: source.state,
      source: store.origin,
      environment: settings.environment,
      revision: store.snapshot?.revision ?? null,
      lastSyncAt: source.lastSyncMs === null ? null : new Date(source.lastSyncMs).toISOString(),
      rows: { waiting: queue.waiting, dropped: queue.dropped },
    }),
    flush,
    close: async () => {
      if (isClosed) return
      isClosed = true
      stopFlushingAtExit()
      source.close()
      stopModels?.()
      await Promise.all([
        flush(),
        within(timing.closeMs, cache?.settled()),
        within(timing.closeMs, platform.modelsCache?.settled()),
      ])
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

const startingResolver = (resolver: Resolver, start: () => void): Resolver => ({
  ...resolver,
  resolve(flagKey, context) {
    start()
    return resolver.resolve(flagKey, context)
  },
})

async function within(ms: number, work: Promise<unknown> | undefined): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const timeUp = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([work, timeUp])
  clearTimeout(timer)
}
