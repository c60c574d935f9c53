const mostUnsentBytes = 1_048_576

/** One open stream: frames wait here until the socket takes them; who does not read is let go. */
export class SseReader {
  readonly stream: ReadableStream<Uint8Array>
  readonly #onEnd: () => void
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined
  #queue: Uint8Array[] = []
  /** Behind the first frame, which may be a snapshot larger than the limit. */
  #unsentBytes = 0
  #isWanted = false
  #isOpen = true

  constructor(onEnd: () => void) {
    this.#onEnd = onEnd
    this.stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => void (this.#controller = controller),
        pull: () => this.#pull(),
        cancel: () => this.#ended(),
      },
      // Nothing is taken before the socket asks for it, so that what is unsent stands in `#queue`.
      { highWaterMark: 0 },
    )
  }

  send(bytes: Frame): void {
    if (!this.#isOpen) return
    if (this.#isWanted) {
      this.#isWanted = false
      this.#controller?.enqueue(bytes)
      return
    }
    if (this.#queue.length > 0) this.#unsentBytes += bytes.length
    this.#queue.push(bytes)
    if (this.#unsentBytes > mostUnsentBytes) this.#drop()
  }

  /** Sends what is waiting, then ends. */
  close(): void {
    if (!this.#isOpen) return
    for (const bytes of this.#queue) this.#controller?.enqueue(bytes)
    this.#controller?.close()
    this.#ended()
  }

  #pull(): void {
    const bytes = this.#queue.shift()
    if (!bytes) {
      this.#isWanted = true
      return
    }
    this.#unsentBytes -= this.#queue[0]?.length ?? 0
    this.#controller?.enqueue(bytes)
  }

  #drop(): void {
    this.#controller?.error(new Error('The reader of this stream does not keep up.'))
    this.#ended()
  }

  #ended(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#queue = []
    this.#onEnd()
  }
}

/** One frame for however many readers: encoding it for each would cost as much as sending it. */
export type Frame = Uint8Array

/** JSON holds no line breaks, so one `data` line is enough. */
export const sseFrame = (event: string, data: string, id?: string): Frame =>
  encoded(`${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${data}\n\n`)

/** Keeps a connection alive without a word to its reader. */
export const quietFrame: Frame = encoded(':\n\n')

function encoded(text: string): Frame {
  return new TextEncoder().encode(text)
}
