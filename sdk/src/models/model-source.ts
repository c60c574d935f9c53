import { backoffMs, jitteredMs } from '../backoff.ts'
import { Closing } from '../closing.ts'
import { Deadline } from '../deadline.ts'
import { readEventStream } from '../event-stream.ts'
import { messageOf } from '../logger.ts'
import { sleep } from '../sleep.ts'
import { type HeldCatalogue, readCatalogue } from './held-catalogue.ts'
import type { ModelsConnection } from './models-link.ts'

/** An unknown model may be one of a minute ago: the server is asked, but not more often than this. */
const suspicionMs = 2000

/** Keeps the newest catalogue in memory: told of revisions by the stream, and asking now and then in case a word was lost. */
export class ModelSource {
  readonly #connection: ModelsConnection
  readonly #onChange: () => void
  readonly #closing = new Closing()
  #held: HeldCatalogue | null = null
  #etag: string | null = null
  #fetching: Promise<void> | null = null
  #suspectedMs = Number.NEGATIVE_INFINITY
  #settle: () => void = () => {}
  /** Resolves when the server has answered for the first time, or refused. */
  readonly settled: Promise<void>
  origin: 'server' | 'cache' | 'none' = 'none'
  confirmedMs: number | null = null
  /** How long the last question took; null: none was answered since it was read. */
  refreshMs: number | null = null

  constructor(connection: ModelsConnection, onChange: () => void) {
    this.#connection = connection
    this.#onChange = onChange
    this.settled = new Promise((resolve) => {
      this.#settle = resolve
    })
    const kept = connection.cache?.read() ?? null
    if (kept !== null && this.#accept(kept)) this.origin = 'cache'
  }

  get held(): HeldCatalogue | null {
    return this.#held
  }

  start(): void {
    void this.#follow()
    void this.#askForEver()
  }

  close(): void {
    this.#closing.close()
    this.#settle()
  }

  /** A model was asked for that is not here. */
  suspect(nowMs: number): void {
    if (nowMs - this.#suspectedMs < suspicionMs) return
    this.#suspectedMs = nowMs
    void this.refresh()
  }

  /** Asks for the catalogue; whoever asks meanwhile waits for the same answer. Never rejects. */
  refresh(): Promise<void> {
    return (this.#fetching ??= this.#fetch().finally(() => {
      this.#fetching = null
    }))
  }

  async #askForEver(): Promise<void> {
    while (!this.#closing.isClosed) {
      await this.refresh()
      await this.#sleep(jitteredMs(this.#connection.timing.pollMs))
    }
  }

  async #follow(): Promise<void> {
    const { backoffBaseMs, backoffCapMs } = this.#connection.timing
    for (let failures = 0; !this.#closing.isClosed; failures += 1) {
      const startedMs = performance.now()
      await this.#stream()
      if (performance.now() - startedMs > 10 * backoffBaseMs) failures = 0
      await this.#sleep(backoffMs(failures, backoffBaseMs, backoffCapMs))
    }
  }

  async #stream(): Promise<void> {
    const { url, environment, headers, transport, timing } = this.#connection
    const deadline = new Deadline(timing.requestMs, this.#closing)
    try {
      const reply = await transport({
        method: 'GET',
        url: `${url}/api/v1/environments/${encodeURIComponent(environment)}/stream?topics=models`,
        headers: { ...headers, accept: 'text/event-stream' },
        signal: deadline.signal,
      })
      if (reply.status !== 200) return
      deadline.extend(timing.watchdogMs)
      for await (const { event, data } of readEventStream(reply.chunks, () => deadline.extend(timing.watchdogMs)))
        if (event === 'models' && !this.#isHeld(data)) await this.refresh()
    } catch {
      // The question asked now and then tells what is wrong.
    } finally {
      deadline.end()
    }
  }

  #isHeld(data: string): boolean {
    try {
      const { epoch, revision } = JSON.parse(data) as { epoch?: unknown; revision?: unknown }
      return this.#held?.epoch === epoch && this.#held?.revision === revision
    } catch {
      return false
    }
  }

  async #fetch(): Promise<void> {
    const { url, headers, transport, timing, log, now } = this.#connection
    const deadline = new Deadline(timing.requestMs, this.#closing)
    const startedMs = performance.now()
    try {
      const reply = await transport({
        method: 'GET',
        url: `${url}/api/v1/models/snapshot`,
        headers: {
          ...headers,
          accept: 'application/json',
          ...(this.#etag === null ? {} : { 'if-none-match': this.#etag }),
        },
        signal: deadline.signal,
      })
      if (reply.status === 200) {
        const text = await reply.text()
        if (this.#accept(JSON.parse(text))) {
          this.#etag = reply.header('etag')
          this.#onChange()
        }
      } else if (reply.status !== 304) {
        log.warn(
          'models',
          `the catalogue of models could not be read (${reply.status}); what is there goes on answering`,
        )
        return
      }
      this.refreshMs = performance.now() - startedMs
      this.confirmedMs = now()
      if (this.#held) this.origin = 'server'
    } catch (thrown) {
      if (!this.#closing.isClosed)
        log.warn(
          'models',
          `the catalogue of models could not be read: ${messageOf(thrown)}; what is there goes on answering`,
        )
    } finally {
      deadline.end()
      this.#settle()
    }
  }

  /** A revision never goes back within its epoch; another epoch is a restored database. */
  #accept(received: unknown): boolean {
    const read = readCatalogue(received)
    if (typeof read === 'string') {
      this.#connection.log.error('models', `a catalogue of models is not used: ${read}`)
      return false
    }
    const isOlder = this.#held?.epoch === read.epoch && read.revision < this.#held.revision
    if (isOlder) return false
    const isNew = this.#held?.epoch !== read.epoch || this.#held.revision !== read.revision
    this.#held = read
    if (isNew) this.#connection.cache?.write(received)
    return true
  }

  #sleep(ms: number): Promise<void> {
    return sleep(ms, this.#closing)
  }
}
