import type { Context } from '#evaluation'
import { jitteredMs, retryAfterMs } from '../backoff.ts'
import { Closing } from '../closing.ts'
import { Deadline } from '../deadline.ts'
import type { ClientErrorCode, Emitter } from '../emitter.ts'
import { isKeyRefused } from '../is-key-refused.ts'
import { messageOf } from '../logger.ts'
import type { QuietLog } from '../logger.ts'
import type { ClientState } from '../snapshot-source.ts'
import type { Transport } from '../transport.ts'
import type { PageTiming } from './page-timing.ts'
import { changedFlags, readResolvedSet } from './resolved-flags.ts'
import type { ResolvedFlags } from './resolved-flags.ts'

/** What a source works with. */
export interface OfrepSourceParts {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly transport: Transport
  readonly emitter: Emitter
  readonly log: QuietLog
  readonly timing: PageTiming
  /** Null: changes are found by asking again and again. */
  readonly EventSource: typeof EventSource | null
  /** After each answer with flags. */
  readonly onFlags: (flags: ResolvedFlags, context: Context) => void
}

interface Answer {
  readonly metadata?: { readonly revision?: number }
  readonly eventStreams?: readonly { readonly endpoint?: { readonly requestUri?: string } }[]
}

type Timer = ReturnType<typeof setTimeout> | undefined

/** Keeps the flags of a context in step with the server: OFREP in bulk, asked again when its event stream says so. */
export class OfrepSource {
  flags: ResolvedFlags | null
  state: ClientState
  context: Context
  revision: number | null = null
  /** RFC 3339. */
  lastSyncAt: string | null = null
  /** Resolves at the first flags from the server, or when it has refused the key: no sooner answer will come. */
  readonly settled: Promise<void>
  readonly #parts: OfrepSourceParts
  readonly #closing = new Closing()
  #etag: string | null = null
  #question: Deadline | null = null
  #answered: Promise<void> = Promise.resolve()
  #stream: EventSource | null = null
  /** The server names it once, not with every "nothing new". */
  #streamUrl: string | null = null
  #poll: Timer
  #soon: Timer
  #stale: Timer
  #hidden: Timer
  #settle: () => void = () => {}
  readonly #reported = new Set<ClientErrorCode>()

  constructor(parts: OfrepSourceParts, context: Context, flags: ResolvedFlags | null) {
    this.#parts = parts
    this.context = context
    this.flags = flags
    this.state = flags === null ? 'starting' : 'bootstrapped'
    this.settled = new Promise((resolve) => (this.#settle = resolve))
  }

  start(): void {
    this.#ask()
    this.#schedule()
    this.#armStale()
  }

  /** Goes over to another context; `flags` answer until the server has. Resolves when it has answered, or failed to. */
  async setContext(context: Context, flags: ResolvedFlags | null): Promise<void> {
    this.context = context
    this.#etag = null
    this.#take(flags)
    this.#ask()
    // A later question takes the place of this one; its answer is for the same context or a newer one.
    let awaited
    while (awaited !== this.#answered) await (awaited = this.#answered)
  }

  /** A page that nobody sees needs no stream; one that is seen again must not show what it missed. */
  setVisible(isVisible: boolean): void {
    clearTimeout(this.#hidden)
    if (!isVisible) this.#hidden = setTimeout(() => this.#closeStream(), this.#parts.timing.hiddenMs)
    else if (this.#stream === null) this.#ask()
  }

  close(): void {
    this.#closing.close()
    for (const timer of [this.#poll, this.#soon, this.#stale, this.#hidden]) clearTimeout(timer)
    this.#closeStream()
    this.#settle()
  }

  #ask(): void {
    this.#question?.end()
    if (!this.#closing.isClosed) this.#answered = this.#exchange()
  }

  /** The last question wins: an answer for another context must never arrive after it. */
  async #exchange(): Promise<void> {
    const { transport, url, headers, timing } = this.#parts
    const question = new Deadline(timing.requestMs, this.#closing)
    this.#question = question
    try {
      const reply = await transport({
        method: 'POST',
        url: `${url}/ofrep/v1/evaluate/flags`,
        headers: {
          ...headers,
          'content-type': 'application/json',
          ...(this.#etag === null ? {} : { 'if-none-match': this.#etag }),
        },
        body: JSON.stringify({ context: this.context }),
        signal: question.signal,
      })
      const text = await reply.text()
      if (question !== this.#question) return
      if (reply.status === 200) this.#accept(JSON.parse(text), reply.header('etag'))
      else if (reply.status === 304) this.#alive()
      else this.#refused(reply.status, retryAfterMs(reply.header('retry-after'), Date.now()))
    } catch (thrown) {
      if (question === this.#question) this.#report('UNREACHABLE', messageOf(thrown))
    } finally {
      question.end()
    }
  }

  #accept(answer: Answer, etag: string | null): void {
    const flags = readResolvedSet(answer, this.flags)
    if (flags === null) return this.#report('REFUSED', 'the answer holds no flags')
    this.revision = answer.metadata?.revision ?? null
    const stream = answer.eventStreams?.[0]?.endpoint?.requestUri
    this.#streamUrl = stream === undefined ? null : new URL(stream, this.#parts.url).href
    this.#take(flags)
    // Not before they are taken: the server would answer that nothing is new.
    this.#etag = etag
    this.#parts.onFlags(flags, this.context)
    this.#alive()
  }

  #take(flags: ResolvedFlags | null): void {
    const changed = changedFlags(this.flags, flags)
    this.flags = flags
    if (changed.length > 0) this.#parts.emitter.emit('change', { revision: this.revision ?? 0, flags: changed })
  }

  #refused(status: number, askedMs: number | null): void {
    const isDenied = isKeyRefused(status)
    this.#report(isDenied ? 'UNAUTHENTICATED' : 'UNREACHABLE', `the server answered ${status}`)
    if (isDenied) this.#settle()
    if (askedMs !== null) this.#schedule(askedMs)
  }

  #openStream(): void {
    const { EventSource: Stream, timing } = this.#parts
    if (Stream === null || this.#streamUrl === null || document.hidden) return
    if (this.#stream?.url === this.#streamUrl) return
    this.#closeStream()
    const stream = new Stream(this.#streamUrl)
    this.#stream = stream
    stream.addEventListener('message', ({ data }) => {
      if (!String(data).includes('refetchEvaluation')) return
      clearTimeout(this.#soon)
      this.#soon = setTimeout(() => this.#ask(), Math.random() * timing.spreadMs)
    })
    stream.addEventListener('error', () => {
      // Else it comes back by itself.
      if (stream.readyState === 2 && this.#stream === stream) this.#closeStream()
    })
  }

  #closeStream(): void {
    this.#stream?.close()
    this.#stream = null
  }

  #schedule(waitMs = jitteredMs(this.#parts.timing.pollMs)): void {
    clearTimeout(this.#poll)
    this.#poll = setTimeout(() => {
      if (this.#stream?.readyState === 1) this.#alive()
      else if (!document.hidden) this.#ask()
      this.#schedule()
    }, waitMs)
  }

  /** The server has confirmed what we hold. */
  #alive(): void {
    if (this.#closing.isClosed) return
    this.lastSyncAt = new Date().toISOString()
    this.#reported.clear()
    this.#armStale()
    this.#openStream()
    if (this.state === 'ready') return
    this.state = 'ready'
    this.#settle()
    this.#parts.emitter.emit('ready', { revision: this.revision ?? 0 })
  }

  #armStale(): void {
    clearTimeout(this.#stale)
    this.#stale = setTimeout(() => {
      this.state = 'stale'
      this.#parts.emitter.emit('stale', { lastSyncAt: this.lastSyncAt })
    }, this.#parts.timing.staleMs)
  }

  #report(code: ClientErrorCode, message: string): void {
    if (this.#closing.isClosed) return
    const { log, emitter, url } = this.#parts
    log.warn(code, `${url}: ${message}; the last flags stay`)
    if (this.#reported.has(code)) return
    this.#reported.add(code)
    emitter.emit('error', { code, message })
  }
}
