import type { Context } from '#evaluation'
import type { BrowserClient, BrowserOptions } from './browser-client.ts'
import { OfrepSource } from './ofrep-source.ts'
import { pageCache } from './page-cache.ts'
import { createReader } from './page-reader.ts'
import type { PageTiming } from './page-timing.ts'
import { readResolvedSet } from './resolved-flags.ts'
import { createCall } from '../call.ts'
import { chooseBranch } from '../choose-branch.ts'
import type { Clock } from '../clock.ts'
import { Emitter } from '../emitter.ts'
import { fetchTransport } from '../fetch-transport.ts'
import type { FlagOrigin } from '../flag-store.ts'
import { runGuarded } from '../guarded-call.ts'
import { createQuietLog, messageOf } from '../logger.ts'
import { ObservationQueue } from '../observation-queue.ts'
import { ObservationSender } from '../observation-sender.ts'
import type { Metrics } from '../observation.ts'
import { randomId } from '../random-id.ts'
import { SluiceError } from '../sluice-error.ts'
import { readTrackedCall } from '../tracked-call.ts'
import { sdkVersion } from '../version.ts'

/** `createClient` with other waiting times; for tests. */
export function startBrowserClient(options: BrowserOptions, timing: PageTiming): BrowserClient {
  const { key, environment, url } = readOptions(options)
  const hasPage = typeof document !== 'undefined'
  const log = createQuietLog(options.logger ?? console, clock.now)
  const emitter = new Emitter((thrown) => log.error('listener', messageOf(thrown)))
  const cache = pageCache(options.storage, `${url} ${environment}`)
  const connection = {
    headers: {
      authorization: `Bearer ${key}`,
      'x-sluice-instance': randomId(),
      'x-sluice-sdk': `browser/${sdkVersion}`,
    },
    transport: fetchTransport(options.fetch ?? ((...args) => fetch(...args))),
    log,
  }

  const context = options.context ?? {}
  const bootstrap = readResolvedSet(options.bootstrap, null)
  const cached = bootstrap === null && hasPage ? cache.read(context) : null
  let origin: FlagOrigin = bootstrap ? 'bootstrap' : cached ? 'cache' : 'default'
  const source = new OfrepSource(
    {
      ...connection,
      url,
      emitter,
      timing,
      EventSource: options.EventSource === undefined ? (globalThis.EventSource ?? null) : options.EventSource,
      onFlags: (flags, of) => {
        origin = 'server'
        cache.write(of, flags)
      },
    },
    context,
    bootstrap ?? cached,
  )
  const queue = new ObservationQueue()
  const sender = new ObservationSender({
    ...connection,
    url: `${url}/api/v1/environments/${environment}/observations`,
    queue,
    now: clock.now,
    flushIntervalMs: options.flushIntervalMs ?? 5000,
    timing,
    onFlush: () => {},
  })

  const { look, ...reader } = createReader(
    () => source.flags,
    () => source.state !== 'ready',
  )
  const { look: _, ...initial } = createReader(
    () => bootstrap,
    () => true,
  )
  const count = (flag: string, variant: string | null, startMs: number, metrics: Metrics, model?: string): void => {
    if (!hasPage || variant === null) return
    const unit = unitOf(source.context)
    queue.add({
      flag,
      variant,
      at: new Date(startMs).toISOString(),
      metrics,
      ...(unit === null ? {} : { unit }),
      ...(model === undefined ? {} : { model }),
    })
  }

  const onVisibility = (): void => {
    source.setVisible(!document.hidden)
    if (document.hidden) void sender.flush()
  }
  if (hasPage) {
    source.start()
    sender.start()
    document.addEventListener('visibilitychange', onVisibility)
  }

  return {
    ...reader,
    initial,
    get context() {
      return source.context
    },
    setContext(next) {
      const isSameUnit = unitOf(next) === unitOf(source.context)
      return hasPage ? source.setContext(next ?? {}, isSameUnit ? source.flags : cache.read(next)) : Promise.resolve()
    },
    async ready() {
      const timeUp = new Promise((resolve) => setTimeout(resolve, options.initTimeoutMs ?? 1000))
      if (hasPage) await Promise.race([source.settled, timeUp])
      return { source: origin }
    },
    async run(flag, branches) {
      const { variant, off } = look(flag)
      const choice = chooseBranch(branches, variant, off)
      const startMs = clock.now()
      const answer = await runGuarded({
        ...choice,
        clock,
        countsAsFailedAfterMs: null,
        attempt: (chosen, record) => chosen.branch(createCall(record, chosen.variant, new AbortController().signal)),
        write: (metrics, model) => choice.isCounted && count(flag, variant, startMs, metrics, model),
        onFallback: (thrown) => log.warn(flag, `the flag "${flag}": "${variant}" failed: ${messageOf(thrown)}`),
      })
      return answer as never
    },
    track(call) {
      try {
        const { startMs, metrics, model } = readTrackedCall(call, clock.now())
        count(call.flag, call.variant ?? look(call.flag).variant, startMs, metrics, model)
      } catch (thrown) {
        log.warn('track', messageOf(thrown))
      }
    },
    on: (event, listener) => emitter.on(event, listener),
    status: () => ({
      state: source.state,
      source: origin,
      environment,
      revision: source.revision,
      lastSyncAt: source.lastSyncAt,
      rows: { waiting: queue.waiting, dropped: queue.dropped },
    }),
    flush: () => sender.flush(),
    async close() {
      source.close()
      if (hasPage) document.removeEventListener('visibilitychange', onVisibility)
      await sender.flush()
      sender.close()
    },
  }
}

const clock: Clock = { now: () => Date.now(), elapsed: () => performance.now() }

function unitOf(context: Context | null): string | null {
  const unit = context?.['targetingKey']
  return typeof unit === 'string' && unit !== '' ? unit : null
}

function readOptions({ url, key }: Partial<BrowserOptions> = {}) {
  const invalid = (option: string, text: string) =>
    new SluiceError('INVALID_OPTION', `createClient: \`${option}\`: ${text}.`)
  if (typeof url !== 'string' || !/^https?:\/\//.test(url)) throw invalid('url', 'expected an http address')
  const [, environment] = /^slc_cli_([a-z0-9-]+)_./.exec(key ?? '') ?? []
  if (!key || !environment) throw invalid('key', 'expected a client key (slc_cli_)')
  return { url: url.replace(/\/+$/, ''), key, environment }
}
