import { backoffMs, jitteredMs, retryAfterMs } from './backoff.ts'
import { Closing } from './closing.ts'
import { Deadline } from './deadline.ts'
import { isKeyRefused } from './is-key-refused.ts'
import { messageOf } from './logger.ts'
import type { QuietLog } from './logger.ts'
import type { ObservationQueue } from './observation-queue.ts'
import { quietTimeout } from './quiet-timeout.ts'
import type { Timing } from './timing.ts'
import type { Transport } from './transport.ts'

/** What a sender works with; `url` is the full address that batches are posted to. */
export interface ObservationSenderParts {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly transport: Transport
  readonly queue: ObservationQueue
  readonly log: QuietLog
  readonly now: () => number
  readonly flushIntervalMs: number
  readonly timing: Pick<Timing, 'requestMs' | 'closeMs' | 'backoffBaseMs' | 'backoffCapMs' | 'deniedMs'>
  /** What the server said about a batch that it took. */
  readonly onReceipt?: (text: string) => void
  /** Before each sending. */
  readonly onFlush: () => void
}

/** A refused key may be granted again, a busy server have time again; any other 4xx would come again and again. */
const isHopeless = (status: number): boolean =>
  status >= 400 && status < 500 && !isKeyRefused(status) && status !== 408 && status !== 429

/**
 * Sends the queue on a clock of its own, or when a batch is full. What a row says (an error, a timeout) may not hasten
 * or delay it: evidence would otherwise see failures sooner than successes.
 */
export class ObservationSender {
  readonly #parts: ObservationSenderParts
  readonly #closing = new Closing()
  #timer: ReturnType<typeof setTimeout> | undefined
  #sending: Promise<void> | null = null
  #failures = 0
  #backoffUntilMs = 0
  #pausedUntilMs = 0

  constructor(parts: ObservationSenderParts) {
    this.#parts = parts
  }

  start(): void {
    // Later, not now: a row is added in the middle of the host's work.
    this.#parts.queue.onBatchFull = () => void quietTimeout(() => this.#sendIfDue(), 0)
    this.#tick()
  }

  #tick(): void {
    this.#timer = quietTimeout(() => {
      this.#sendIfDue()
      this.#tick()
    }, jitteredMs(this.#parts.flushIntervalMs))
  }

  #sendIfDue(): void {
    if (performance.now() >= this.#backoffUntilMs) void this.#send()
  }

  /** Sends what waits, now. Resolves when it is sent, has failed once more, or the time is up; never rejects. */
  async flush(): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined
    // This timer alone holds the process, so that a flush at its end gets its time.
    const timeUp = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.#parts.timing.closeMs)
    })
    await Promise.race([this.#sendAll(), timeUp])
    clearTimeout(timer)
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#closing.close()
  }

  /** A sending under way may be past the rows that were added last. */
  async #sendAll(): Promise<void> {
    if (this.#sending) await this.#sending
    await this.#send()
  }

  #send(): Promise<void> {
    this.#sending ??= this.#sendBatches().finally(() => {
      this.#sending = null
    })
    return this.#sending
  }

  async #sendBatches(): Promise<void> {
    const { queue, onFlush } = this.#parts
    if (performance.now() < this.#pausedUntilMs) return
    onFlush()
    for (let batch = queue.batch(); batch !== null; batch = queue.batch()) {
      if (this.#closing.isClosed) return
      const isDone = await this.#post(batch.body)
      if (!isDone) return
      queue.done(batch)
    }
  }

  /** True when the batch is done with: taken, or refused for good. */
  async #post(body: string): Promise<boolean> {
    const { transport, url, headers, log, timing, now } = this.#parts
    const deadline = new Deadline(timing.requestMs, this.#closing)
    try {
      const reply = await transport({
        method: 'POST',
        url,
        headers: { ...headers, 'content-type': 'application/json' },
        body,
        signal: deadline.signal,
      })
      const text = await reply.text()
      if (reply.status === 200 || reply.status === 202) {
        this.#failures = 0
        this.#parts.onReceipt?.(text)
        return true
      }
      log.warn('observations', `the server answered ${reply.status} to observations: ${text.slice(0, 300)}`)
      if (isHopeless(reply.status)) return true
      const askedMs = retryAfterMs(reply.header('retry-after'), now())
      if (askedMs !== null) this.#pausedUntilMs = performance.now() + askedMs
      this.#backOff(isKeyRefused(reply.status))
    } catch (thrown) {
      const reason = deadline.signal.aborted ? deadline.signal.reason : thrown
      if (!this.#closing.isClosed) log.warn('observations', `observations wait: ${messageOf(reason)}`)
      this.#backOff(false)
    } finally {
      deadline.end()
    }
    return false
  }

  #backOff(isDenied: boolean): void {
    const { backoffBaseMs, backoffCapMs, deniedMs } = this.#parts.timing
    const waitMs = isDenied ? deniedMs : backoffMs(this.#failures++, backoffBaseMs, backoffCapMs)
    this.#backoffUntilMs = performance.now() + waitMs
  }
}
