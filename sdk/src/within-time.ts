import { SluiceError } from './sluice-error.ts'

/** How long a piece of work may take, and what else calls it off. */
export interface TimeLimit {
  /** Null: as long as it takes. */
  readonly timeoutMs: number | null
  readonly parent?: AbortSignal | undefined
  /** Names the work in the error. */
  readonly what: string
}

/**
 * Gives the work a signal that aborts when its time is up or its parent does. Rejects with SluiceError `TIMEOUT`, whether
 * the work heeds the signal or not. Once the work has answered only the parent can abort what goes on, a stream for instance.
 */
export async function withinTime<T>(limit: TimeLimit, work: (signal: AbortSignal) => T): Promise<Awaited<T>> {
  const { timeoutMs, parent, what } = limit
  const controller = new AbortController()
  const signal = parent ? AbortSignal.any([parent, controller.signal]) : controller.signal
  if (timeoutMs === null) return await work(signal)
  let timer: ReturnType<typeof setTimeout> | undefined
  const timeUp = new Promise<never>((_resolve, reject) => {
    // This one holds the process: somebody waits for the answer.
    timer = setTimeout(() => {
      const error = new SluiceError('TIMEOUT', `${what}: no answer within ${timeoutMs} ms.`)
      reject(error)
      controller.abort(error)
    }, timeoutMs)
  })
  try {
    return await Promise.race([work(signal), timeUp])
  } finally {
    clearTimeout(timer)
  }
}
