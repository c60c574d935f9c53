import { quietTimeout } from './quiet-timeout.ts'

/** A signal that aborts after a time, unless it is put off, or with its parent. Never holds the process. */
export class Deadline {
  readonly #controller = new AbortController()
  readonly #parent: AbortSignal | null
  readonly #onParentAbort = () => this.#controller.abort(this.#parent?.reason)
  #timer: ReturnType<typeof setTimeout>

  constructor(ms: number, parent: AbortSignal | null = null) {
    this.#parent = parent
    this.#timer = this.#arm(ms)
    if (parent?.aborted) this.#onParentAbort()
    parent?.addEventListener('abort', this.#onParentAbort)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** From now on there are `ms` left. */
  extend(ms: number): void {
    clearTimeout(this.#timer)
    this.#timer = this.#arm(ms)
  }

  /** Ends whatever still runs under the signal, and lets go of the parent. */
  end(): void {
    clearTimeout(this.#timer)
    this.#parent?.removeEventListener('abort', this.#onParentAbort)
    this.#controller.abort()
  }

  #arm(ms: number): ReturnType<typeof setTimeout> {
    return quietTimeout(() => this.#controller.abort(new Error(`nothing was heard for ${ms} ms`)), ms)
  }
}
