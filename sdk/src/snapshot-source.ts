import { backoffMs, jitteredMs, retryAfterMs } from './backoff.ts'
import { Closing } from './closing.ts'
import { Deadline } from './deadline.ts'
import type { ClientErrorCode, Emitter } from './emitter.ts'
import { readEventStream } from './event-stream.ts'
import type { ServerEvent } from './event-stream.ts'
import type { Acceptance, FlagStore } from './flag-store.ts'
import { isKeyRefused } from './is-key-refused.ts'
import { messageOf } from './logger.ts'
import type { QuietLog } from './logger.ts'
import { quietTimeout } from './quiet-timeout.ts'
import { sleep } from './sleep.ts'
import type { Timing } from './timing.ts'
import type { Reply, Transport } from './transport.ts'

/**
 * `starting`: nothing loaded. `bootstrapped`: flags from a cache file or `bootstrap`. `ready`: flags confirmed by the
 * server. `stale`: not confirmed for 60 seconds.
 */
export type ClientState = 'starting' | 'bootstrapped' | 'ready' | 'stale'

/** What a source works with. */
export interface SnapshotSourceParts {
  /** `…/api/v1/environments/{env}`. */
  readonly baseUrl: string
  readonly headers: Readonly<Record<string, string>>
  readonly transport: Transport
  readonly store: FlagStore
  readonly emitter: Emitter
  readonly log: QuietLog
  readonly now: () => number
  readonly timing: Timing
  /** After each live change, with the keys that changed. */
  readonly onChange: () => void
}

/** Why a connection ended, and how long the server asked to be left alone. */
interface Ending {
  readonly denied: boolean
  readonly retryAfterMs: number | null
}

/** Keeps the store in step with the server: a stream, and polling while the stream is down. */
export class SnapshotSource {
  readonly #parts: SnapshotSourceParts
  readonly #closing = new Closing()
  #state: ClientState
  #streams = false
  #denied = false
  #etag: { value: string; epoch: string; revision: number } | null = null
  #lastSyncMs: number | null = null
  #staleTimer: ReturnType<typeof setTimeout> | undefined
  #askedMs = Number.NEGATIVE_INFINITY
  readonly #reported = new Set<ClientErrorCode>()
  #settle: () => void = () => {}
  /** Resolves at the first live set, or when the server has refused the key: no sooner answer will come. */
  readonly settled: Promise<void>

  constructor(parts: SnapshotSourceParts) {
    this.#parts = parts
    this.#state = parts.store.snapshot === null ? 'starting' : 'bootstrapped'
    this.settled = new Promise((resolve) => {
      this.#settle = resolve
    })
  }

  get state(): ClientState {
    return this.#state
  }

  get lastSyncMs(): number | null {
    return this.#lastSyncMs
  }

  start(): void {
    if (this.#state === 'bootstrapped') this.#armStaleTimer()
    void this.#streamForEver()
    void this.#pollForEver()
  }

  /**
   * Asks now, unless the flags were confirmed within `maxAgeMs`. One caller asks, the others go on with what is there: on
   * some platforms a promise must not be awaited from another request.
   */
  async refresh(maxAgeMs: number): Promise<void> {
    const nowMs = this.#parts.now()
    if (nowMs - Math.max(this.#lastSyncMs ?? 0, this.#askedMs) < maxAgeMs) return
    this.#askedMs = nowMs
    await this.#poll()
  }

  close(): void {
    this.#closing.close()
    clearTimeout(this.#staleTimer)
    this.#settle()
  }

  async #streamForEver(): Promise<void> {
    const { backoffBaseMs, backoffCapMs, deniedMs } = this.#parts.timing
    let failures = 0
    while (!this.#closing.isClosed) {
      const startedMs = performance.now()
      const ending = await this.#stream()
      // A stream that is cut again and again at once must not be asked for again and again at once.
      if (this.#streams && performance.now() - startedMs > 10 * backoffBaseMs) failures = 0
      this.#streams = false
      const waitMs = ending.retryAfterMs ?? backoffMs(failures++, backoffBaseMs, backoffCapMs)
      await this.#sleep(ending.denied ? deniedMs : waitMs)
    }
  }

  async #pollForEver(): Promise<void> {
    const { firstPollMs, pollMs } = this.#parts.timing
    await this.#sleep(firstPollMs)
    while (!this.#closing.isClosed) {
      const { retryAfterMs: askedMs } = this.#streams || this.#denied ? keepOn : await this.#poll()
      await this.#sleep(Math.max(askedMs ?? 0, jitteredMs(pollMs)))
    }
  }

  async #stream(): Promise<Ending> {
    const { transport, baseUrl, headers, store, timing } = this.#parts
    const deadline = new Deadline(timing.requestMs, this.#closing)
    const held = store.snapshot
    try {
      const reply = await transport({
        method: 'GET',
        url: `${baseUrl}/stream?topics=flags`,
        headers: {
          ...headers,
          accept: 'text/event-stream',
          ...(held === null ? {} : { 'last-event-id': `${held.epoch}-${held.revision}` }),
        },
        signal: deadline.signal,
      })
      if (isKeyRefused(reply.status)) return await this.#pollInstead(reply)
      if (reply.status !== 200) return this.#failed(reply)
      if (!reply.header('content-type')?.startsWith('text/event-stream')) {
        this.#report('REFUSED', 'the stream is none: something between here and the server answered in its place')
        return keepOn
      }
      deadline.extend(timing.watchdogMs)
      for await (const event of readEventStream(reply.chunks, () => deadline.extend(timing.watchdogMs)))
        await this.#take(event)
      this.#report('UNREACHABLE', 'the server closed the stream')
    } catch (thrown) {
      this.#lost(deadline.signal.aborted ? deadline.signal.reason : thrown)
    } finally {
      deadline.end()
    }
    return keepOn
  }

  /** There are proxies that refuse streams only: whether it is the key, the plain question tells. */
  async #pollInstead({ status }: Reply): Promise<Ending> {
    const ending = await this.#poll()
    if (!ending.denied) this.#report('UNREACHABLE', `the stream was refused (${status}); changes come by polling`)
    return ending
  }

  async #poll(): Promise<Ending> {
    const { transport, baseUrl, headers, store, timing } = this.#parts
    const deadline = new Deadline(timing.requestMs, this.#closing)
    const held = store.snapshot
    const etag = this.#etag !== null && this.#etag.epoch === held?.epoch && this.#etag.revision === held.revision
    try {
      const reply = await transport({
        method: 'GET',
        url: `${baseUrl}/snapshot`,
        headers: { ...headers, accept: 'application/json', ...(etag ? { 'if-none-match': this.#etag!.value } : {}) },
        signal: deadline.signal,
      })
      if (reply.status === 304 && etag) this.#alive()
      else if (reply.status !== 200) return this.#failed(reply)
      else this.#accept(await reply.text(), reply.header('etag'))
    } catch (thrown) {
      this.#lost(deadline.signal.aborted ? deadline.signal.reason : thrown)
    } finally {
      deadline.end()
    }
    return keepOn
  }

  async #take({ event, data, id }: ServerEvent): Promise<void> {
    const { store } = this.#parts
    if (event !== 'put' && event !== 'patch' && event !== 'ping') return
    this.#streams = true
    if (event === 'put') this.#accept(data, null)
    else if (event === 'patch') {
      const acceptance = store.patch(parseJson(data), epochOf(id))
      if (acceptance.outcome === 'gap') await this.#poll()
      else this.#judge(acceptance)
    } else {
      const { revision } = (parseJson(data) ?? {}) as { revision?: unknown }
      const held = store.snapshot
      const isSame = held !== null && held.revision === revision && (epochOf(id) ?? held.epoch) === held.epoch
      if (isSame) this.#alive()
      else await this.#poll()
    }
  }

  #accept(text: string, etag: string | null): void {
    const { store } = this.#parts
    const received = parseJson(text)
    const acceptance: Acceptance =
      received === undefined ? { outcome: 'refused', problem: 'it is no JSON' } : store.accept(received, 'server')
    this.#judge(acceptance)
    if (acceptance.outcome === 'refused' || etag === null) return
    const { epoch, revision } = store.snapshot!
    this.#etag = { value: etag, epoch, revision }
  }

  #judge(acceptance: Acceptance): void {
    const { store, emitter, onChange } = this.#parts
    if (acceptance.outcome === 'refused') {
      this.#report('REFUSED', `a snapshot was refused, the flags in use are kept: ${acceptance.problem}`)
      return
    }
    this.#alive()
    if (acceptance.outcome !== 'changed') return
    onChange()
    emitter.emit('change', { revision: store.snapshot!.revision, flags: [...acceptance.flags] })
  }

  /** Proof of life: the server has confirmed what we hold. */
  #alive(): void {
    const { store, emitter, now } = this.#parts
    if (this.#closing.isClosed) return
    store.confirm()
    this.#lastSyncMs = now()
    this.#reported.clear()
    this.#denied = false
    this.#armStaleTimer()
    if (this.#state === 'ready') return
    this.#state = 'ready'
    this.#settle()
    emitter.emit('ready', { revision: store.snapshot!.revision })
  }

  #armStaleTimer(): void {
    clearTimeout(this.#staleTimer)
    this.#staleTimer = quietTimeout(() => this.#becomeStale(), this.#parts.timing.staleMs)
  }

  #becomeStale(): void {
    if (this.#closing.isClosed) return
    this.#state = 'stale'
    const lastSyncAt = this.#lastSyncMs === null ? null : new Date(this.#lastSyncMs).toISOString()
    this.#parts.emitter.emit('stale', { lastSyncAt })
  }

  #lost(thrown: unknown): void {
    const { baseUrl, store } = this.#parts
    const meanwhile = store.snapshot === null ? 'defaults' : 'the last good flags'
    this.#report('UNREACHABLE', `no connection to ${baseUrl}, ${meanwhile} go on answering: ${messageOf(thrown)}`)
  }

  #failed(reply: Reply): Ending {
    const denied = isKeyRefused(reply.status)
    if (denied) {
      this.#denied = true
      this.#report('UNAUTHENTICATED', `the server refused the key (${reply.status}); the flags in use are kept`)
      this.#settle()
    } else this.#report('UNREACHABLE', `the server answered ${reply.status}${redirectHint(reply)}`)
    return { denied, retryAfterMs: retryAfterMs(reply.header('retry-after'), this.#parts.now()) }
  }

  /** One line a minute, one event for each kind of trouble until the server answers again. */
  #report(code: ClientErrorCode, message: string): void {
    if (this.#closing.isClosed) return
    const { log, emitter } = this.#parts
    if (code === 'UNAUTHENTICATED') log.error(code, message)
    else log.warn(code, message)
    if (this.#reported.has(code)) return
    this.#reported.add(code)
    emitter.emit('error', { code, message })
  }

  #sleep(ms: number): Promise<void> {
    return sleep(ms, this.#closing)
  }
}

const keepOn: Ending = { denied: false, retryAfterMs: null }

function redirectHint(reply: Reply): string {
  const location = reply.header('location')
  return location === null ? '' : `, which leads to ${location}; set \`url\` to the final address`
}

const epochOf = (id: string): string | null => (id.includes('-') ? id.slice(0, id.lastIndexOf('-')) : null)

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
