import { vi } from 'vitest'
import type { BrowserClient, BrowserOptions } from '../browser/browser-client.ts'
import type { PageStorage } from '../browser/page-cache.ts'
import { pageTiming } from '../browser/page-timing.ts'
import type { PageTiming } from '../browser/page-timing.ts'
import type { ResolvedFlag } from '../browser/resolved-flags.ts'
import { startBrowserClient } from '../browser/start-browser-client.ts'
import type { Observation } from '../observation.ts'
import { lineLogger } from './fast-client.ts'

export const clientKey = 'slc_cli_production_0123456789abcdef'

/** A flag as the server evaluates it. */
export const resolved = (key: string, variant: string, value: unknown = variant === 'on'): ResolvedFlag => ({
  key,
  value,
  variant,
  metadata: { reason: 'RULE', rule: 'r', off: 'off', drawn: true, revision: 1 },
})

/** A browser's page with one tab, its storage, and an OFREP server behind its `fetch` and `EventSource`. */
export class FakePage {
  /** What the server answers to a context. */
  answer: (context: Record<string, unknown>) => ResolvedFlag[] | Promise<ResolvedFlag[]> = () => []
  /** In place of 200. */
  status = 200
  /** Bodies of the questions that were asked. */
  readonly asked: Record<string, unknown>[] = []
  readonly rows: Observation[] = []
  readonly streams = new Set<FakeEventSource>()
  readonly #stored = new Map<string, string>()
  readonly #document = Object.assign(new EventTarget(), { hidden: false })
  readonly storage: PageStorage = {
    getItem: (key) => this.#stored.get(key) ?? null,
    setItem: (key, value) => void this.#stored.set(key, value),
  }

  constructor() {
    vi.stubGlobal('document', this.#document)
  }

  open(options: Partial<BrowserOptions> = {}, timing: Partial<PageTiming> = {}): BrowserClient {
    const { streams } = this
    class Stream extends FakeEventSource {
      constructor(url: string) {
        super(url, streams)
      }
    }
    const given: BrowserOptions = {
      url: 'https://sluice.example.org',
      key: clientKey,
      logger: lineLogger(),
      fetch: this.#fetch,
      storage: this.storage,
      EventSource: Stream as unknown as typeof EventSource,
      ...options,
    }
    return startBrowserClient(given, { ...pageTiming, spreadMs: 1, ...timing })
  }

  setHidden(hidden: boolean): void {
    this.#document.hidden = hidden
    this.#document.dispatchEvent(new Event('visibilitychange'))
  }

  /** The server says that something has changed. */
  notify(): void {
    for (const stream of this.streams)
      stream.dispatchEvent(new MessageEvent('message', { data: '{"type":"refetchEvaluation"}' }))
  }

  #fetch: typeof fetch = async (url, init) => {
    if (this.status === 0) throw new TypeError('Failed to fetch')
    const body = JSON.parse(String(init?.body)) as { context: Record<string, unknown>; observations: Observation[] }
    if (String(url).endsWith('/observations')) {
      this.rows.push(...body.observations)
      return Response.json({ accepted: body.observations.length, rejected: [] }, { status: 202 })
    }
    this.asked.push(body.context)
    if (this.status !== 200) return new Response(null, { status: this.status })
    const flags = await this.answer(body.context)
    const etag = `"${JSON.stringify([body.context, flags]).length}-${JSON.stringify(flags)}"`
    if (new Headers(init?.headers).get('if-none-match') === etag) return new Response(null, { status: 304 })
    const eventStreams = [{ type: 'sse', endpoint: { requestUri: '/ofrep/v1/stream?channel=c' } }]
    return Response.json({ flags, metadata: { revision: 1 }, eventStreams }, { headers: { etag } })
  }
}

class FakeEventSource extends EventTarget {
  readonly url: string
  readyState = 1
  readonly #open: Set<FakeEventSource>

  constructor(url: string, open: Set<FakeEventSource>) {
    super()
    this.url = url
    this.#open = open
    open.add(this)
  }

  /** Ends for good, as when a proxy refuses it. */
  fail(): void {
    this.close()
    this.dispatchEvent(new Event('error'))
  }

  close(): void {
    this.readyState = 2
    this.#open.delete(this)
  }
}
