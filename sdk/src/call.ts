import { addMetrics, cleanMetrics } from './observation.ts'
import type { Metrics } from './observation.ts'

/** What a branch of `run` or `guard` is given. */
export interface Call {
  /** The variant whose branch this is; null when the flag is unknown. */
  readonly variant: string | null
  /** Aborts when the branch has run out of time. */
  readonly signal: AbortSignal
  /**
   * Adds to what this call measured: `input_tokens`, `output_tokens`, `cost_usd`, `time_to_first_token_ms`, any metric of
   * your own, and `model`. Tokens and cost add up over several reports, of anything else the last word counts.
   */
  record(metrics: Metrics): void
  /** How good the answer was, from 0 to 1. May come later, when the call is over. */
  score(quality: number): void
  /** What people made of it, for instance `{ complaint: 1 }`. May come later, when the call is over. */
  feedback(metrics: Metrics): void
}

/** Writes one outcome row of a call. */
export type WriteRow = (metrics: Metrics, model: string | undefined) => void

/** Gathers what a call measures into one row. What comes after its end goes out as a row of its own, at the same start. */
export class CallRecord {
  readonly #write: WriteRow
  #metrics: Metrics = {}
  #model: string | undefined
  #state: 'open' | 'settled' | 'discarded' = 'open'

  constructor(write: WriteRow) {
    this.#write = write
  }

  record(given: unknown): void {
    const { model, ...metrics } = cleanMetrics(given)
    if (typeof model === 'string') this.#model = model
    if (this.#state === 'open') this.#metrics = addMetrics(this.#metrics, metrics)
    else if (this.#state === 'settled') this.#write(metrics, this.#model)
  }

  /** Ends the call, once. A failed call has no latency to compare: quick refusals would flatter it. */
  settle(outcome: { error: 0 | 1; fallback: 0 | 1; latency_ms?: number }): void {
    if (this.#state !== 'open') return
    this.#state = 'settled'
    const { latency_ms, ...metrics } = { ...this.#metrics, ...outcome }
    // A branch may know better: an answer can be a failure, or a fallback of its own.
    const error = Math.max(outcome.error, Number(isYes(this.#metrics.error)))
    const fallback = Math.max(outcome.fallback, Number(isYes(this.#metrics.fallback)))
    const latency = error === 1 || latency_ms === undefined ? {} : { latency_ms }
    this.#write({ ...metrics, error, fallback, ...latency }, this.#model)
  }

  /** The user called it off: nothing to learn from it. */
  discard(): void {
    if (this.#state === 'open') this.#state = 'discarded'
  }
}

/** Whether a metric such as `error` says yes. */
export const isYes = (value: unknown): boolean => value === 1 || value === true

/** The view of a record that one branch gets; nothing in it throws. */
export function createCall(record: CallRecord, variant: string | null, signal: AbortSignal): Call {
  const safely = (metrics: () => unknown) => {
    try {
      record.record(metrics())
    } catch {
      // A hostile object in place of metrics: there is nothing to record.
    }
  }
  return {
    variant,
    signal,
    record: (metrics) => safely(() => metrics),
    score: (quality) => safely(() => ({ quality })),
    feedback: (metrics) => safely(() => metrics),
  }
}
