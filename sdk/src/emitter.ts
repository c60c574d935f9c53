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

type Listeners = { [Name in keyof ClientEvents]: Set<Listener<Name>> }

/** Hands events to listeners; one that throws is reported and keeps nothing from the others. */
export class Emitter {
  readonly #listeners: Listeners = { ready: new Set(), change: new Set(), stale: new Set(), error: new Set() }
  readonly #onFault: (thrown: unknown) => void

  constructor(onFault: (thrown: unknown) => void) {
    this.#onFault = onFault
  }

  on<Name extends keyof ClientEvents>(name: Name, listener: Listener<Name>): () => void {
    if (!Object.hasOwn(this.#listeners, name) || typeof listener !== 'function') return () => {}
    this.#listeners[name].add(listener)
    return () => void this.#listeners[name].delete(listener)
  }

  emit<Name extends keyof ClientEvents>(name: Name, event: ClientEvents[Name]): void {
    // A copy: a listener may add listeners.
    const listeners = Array.from(this.#listeners[name])
    for (const listener of listeners) {
      try {
        listener(event)
      } catch (thrown) {
        this.#onFault(thrown)
      }
    }
  }
}
