import { createCall } from './call.ts'
import type { MeasuredCall } from './measured-call.ts'
import type { Metrics } from './observation.ts'
import { valueForTask } from './for-task.ts'
import type { Resolution } from './resolution.ts'

/** A call that is being counted, begun with `begin`. No method throws; the first end counts. */
export interface OpenCall {
  /** The variant the unit was assigned; null: the caller's default, and nothing is counted. */
  readonly variant: string | null
  readonly value: unknown
  /** The flag's `off` variant: what answers when the assigned one fails. */
  readonly off: { readonly variant: string | null; readonly value: unknown }
  /** The client's time limit for each attempt, in milliseconds; null: none. */
  readonly timeoutMs: number | null
  /** As in `run`: tokens, cost, `model`, metrics of your own. */
  record(metrics: Metrics): void
  score(quality: number): void
  feedback(metrics: Metrics): void
  /** The first part of the answer is here; counts as `time_to_first_token_ms`. */
  firstToken(): void
  /** The assigned variant has failed, another answers. Ends nothing. */
  fellBack(thrown?: unknown): void
  succeed(): void
  /** An `AbortError` counts as nothing. */
  fail(thrown?: unknown): void
}

/** Where an open call comes from. */
export interface OpenCallParts {
  readonly resolution: Resolution
  readonly timeoutMs: number | null
  readonly measured: MeasuredCall
  readonly onFallback: (thrown: unknown) => void
  /** What a value comes to once it is known which models may be called. */
  readonly callable: (variant: string | null, value: unknown) => unknown
}

/** The call of `begin`, around the same measurement that `run` makes. */
export function openCall({ resolution, timeoutMs, measured, onFallback, callable }: OpenCallParts): OpenCall {
  const { variant, off, variants, task } = resolution
  const { record, score, feedback } = createCall(measured.record, variant, new AbortController().signal)
  let hasBegun = false
  return {
    variant,
    value: callable(variant, valueForTask(resolution.value, task)),
    off: { variant: off, value: off === null ? undefined : callable(off, valueForTask(variants[off], task)) },
    timeoutMs,
    record,
    score,
    feedback,
    firstToken() {
      if (!hasBegun) record({ time_to_first_token_ms: measured.tookMs })
      hasBegun = true
    },
    fellBack(thrown) {
      measured.fellBack()
      onFallback(thrown)
    },
    succeed: () => measured.succeed(),
    fail: (thrown) => measured.fail(thrown),
  }
}
