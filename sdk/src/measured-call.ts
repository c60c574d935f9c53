import { CallRecord } from './call.ts'
import type { WriteRow } from './call.ts'
import type { Clock } from './clock.ts'
import { quietTimeout } from './quiet-timeout.ts'

/** How a call is measured. */
export interface Measure {
  readonly clock: Clock
  /** After this time the call counts as failed, as the rollout's plan has it; the work itself goes on. */
  readonly countsAsFailedAfterMs: number | null
  readonly write: WriteRow
}

/** One call under measurement, from its start to its end: the first end counts. */
export class MeasuredCall {
  readonly record: CallRecord
  readonly #clock: Clock
  readonly #startedMs: number
  readonly #late: ReturnType<typeof setTimeout> | undefined
  #fallback: 0 | 1 = 0

  constructor({ clock, countsAsFailedAfterMs, write }: Measure) {
    this.record = new CallRecord(write)
    this.#clock = clock
    this.#startedMs = clock.elapsed()
    // A call that hangs would leave no failure behind, and its silence would be taken for success.
    this.#late = countsAsFailedAfterMs === null ? undefined : quietTimeout(() => this.fail(), countsAsFailedAfterMs)
  }

  /** Milliseconds since the start, to the microsecond. */
  get tookMs(): number {
    return Math.max(0, Math.round((this.#clock.elapsed() - this.#startedMs) * 1000) / 1000)
  }

  /** Another answer than the assigned variant's is on its way. */
  fellBack(): void {
    this.#fallback = 1
  }

  succeed(latencyMs = this.tookMs): void {
    clearTimeout(this.#late)
    const failed = this.#fallback === 1
    this.record.settle({
      error: failed ? 1 : 0,
      fallback: this.#fallback,
      ...(failed ? {} : { latency_ms: latencyMs }),
    })
  }

  /** What the user has called off says nothing about the variant. */
  fail(thrown?: unknown): void {
    clearTimeout(this.#late)
    if (isAbort(thrown)) this.record.discard()
    else this.record.settle({ error: 1, fallback: this.#fallback })
  }
}

/** Whether it was called off by whoever asked; a time that ran out (`TimeoutError`) is a failure. */
export const isAbort = (thrown: unknown): boolean => isNamed(thrown, 'AbortError')

/** Whether it is an error of that name; hostile objects are none. */
export function isNamed(thrown: unknown, name: 'AbortError' | 'TimeoutError'): boolean {
  try {
    return (thrown as { name?: unknown } | null)?.name === name
  } catch {
    return false
  }
}
