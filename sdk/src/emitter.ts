/** What the client tells about itself. */
export interface ClientEvents {
  /** The first live set, and every return from `stale`. */
  ready: { revision: number }
  /** Flags whose definition changed, by key. */
  change: { revision: number; flags: string[] }
  /** Nothing was heard from the server for 60 seconds; the last good set goes on answering. */
  stale: { lastSyncAt: string | null }
  /** Once for each kind of trouble until the server answers again. */
  error: { code: ClientErrorCode; message: string }
}

/** `UNAUTHENTICATED`: the key was refused. `REFUSED`: an answer was no usable flag set. `UNREACHABLE`: no answer. */
export type ClientErrorCode = 'UNAUTHENTICATED' | 'REFUSED' | 'UNREACHABLE'

/** Listens to one kind of event; throwing in a listener disturbs nobody. */
export type Listener<Name extends keyof ClientEvents> = (event: ClientEvents[Name]) => void

interface Entry {
  readonly name: keyof ClientEvents
  readonly listener: (event: never) => void
}

/** Hands events to listeners; one that throws is reported and keeps nothing from the others. */
export class Emitter {
  readonly #entries = new Set<Entry>()
  readonly #onFault: (thrown: unknown) => void

  constructor(onFault: (thrown: unknown) => void) {
    this.#onFault = onFault
  }

  /** A listener that is none is reported when its event comes. */
  on<Name extends keyof ClientEvents>(name: Name, listener: Listener<Name>): () => void {
    const entry = { name, listener }
    this.#entries.add(entry)
    return () => void this.#entries.delete(entry)
  }

  emit<Name extends keyof ClientEvents>(name: Name, event: ClientEvents[Name]): void {
    // A copy: a listener may add listeners.
    const entries = [...this.#entries]
    for (const entry of entries) {
      if (entry.name !== name) continue
      try {
        entry.listener(event as never)
      } catch (thrown) {
        this.#onFault(thrown)
      }
    }
  }
}
