import { backOffMs } from './back-off.ts'

/** What the header shows. `closed`: the tab is hidden, or no page asked for a stream yet. */
export type LiveStatus =
  | { readonly kind: 'closed' }
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  | { readonly kind: 'reconnecting'; readonly sinceMs: number }

export type FrameName = 'put' | 'patch' | 'ping' | 'rollout' | 'decision' | 'models'

export interface LiveHandlers {
  readonly onStatus: (status: LiveStatus) => void
  readonly onFrame: (name: FrameName, data: unknown) => void
  /** Back after a loss: whatever was sent meanwhile has to be fetched. */
  readonly onReturn: () => void
  readonly onFailure: (failures: number) => void
}

/** The part of `EventSource` that is used here, so that a test can stand in for it. */
export interface Source {
  addEventListener(name: string, listener: (event: MessageEvent<string>) => void): void
  close(): void
}

const frames: readonly FrameName[] = ['put', 'patch', 'ping', 'rollout', 'decision', 'models']
/** Pings come each 15 s: three missed ones are a dead line, even when the socket does not say so. */
const silenceMs = 45_000

/** Keeps one stream open until the returned function is called. */
export function openLiveStream(connect: () => Source, handlers: LiveHandlers): () => void {
  let source: Source | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let failures = 0
  let lostAtMs: number | undefined
  let everOpen = false

  const after = (ms: number, then: () => void): void => {
    clearTimeout(timer)
    timer = setTimeout(then, ms)
  }

  const opened = (): void => {
    failures = 0
    lostAtMs = undefined
    handlers.onStatus({ kind: 'live' })
    if (everOpen) handlers.onReturn()
    everOpen = true
    after(silenceMs, lost)
  }

  const lost = (): void => {
    source?.close()
    source = undefined
    failures += 1
    lostAtMs ??= Date.now()
    handlers.onStatus({ kind: 'reconnecting', sinceMs: lostAtMs })
    handlers.onFailure(failures)
    after(backOffMs(failures, Math.random()), open)
  }

  const open = (): void => {
    const present = connect()
    source = present
    present.addEventListener('open', opened)
    // The browser would retry by itself, at a fixed pace and silently: the stream is closed and reopened here instead.
    present.addEventListener('error', () => {
      if (source === present) lost()
    })
    for (const name of frames) {
      present.addEventListener(name, (event) => {
        after(silenceMs, lost)
        handlers.onFrame(name, JSON.parse(event.data))
      })
    }
    after(silenceMs, lost)
  }

  handlers.onStatus({ kind: 'connecting' })
  open()
  return () => {
    clearTimeout(timer)
    source?.close()
    source = undefined
    handlers.onStatus({ kind: 'closed' })
  }
}
