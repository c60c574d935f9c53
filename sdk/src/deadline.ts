import type { Closing } from './closing.ts'
import { quietTimeout } from './quiet-timeout.ts'

/** A signal that aborts after a time, unless it is put off, or when the client closes. Never holds the process. */
export class Deadline {
  readonly #controller = new AbortController()
  readonly #closing: Closing
  readonly #onClose = () => this.#controller.abort()
  #timer: ReturnType<typeof setTimeout>

  constructor(ms: number, closing: Closing) {
    this.#closing = closing
    this.#timer = this.#arm(ms)
    if (closing.isClosed) this.#onClose()
    closing.add(this.#onClose)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** From now on there are `ms` left. */
  extend(ms: number): void {
    clearTimeout(this.#timer)
    this.#timer = this.#arm(ms)
  }

  /** Ends whatever still runs under the signal, and lets go of the client. */
  end(): void {
    clearTimeout(this.#timer)
    this.#closing.delete(this.#onClose)
    this.#controller.abort()
  }

  #arm(ms: number): ReturnType<typeof setTimeout> {
    return quietTimeout(() => this.#controller.abort(new Error(`nothing was heard for ${ms} ms`)), ms)
  }
}
