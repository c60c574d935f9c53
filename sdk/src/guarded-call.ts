import type { Call, CallRecord } from './call.ts'
import { MeasuredCall, isAbort } from './measured-call.ts'
import type { Measure } from './measured-call.ts'

/** A piece of work behind a flag, sync or async. */
export type Branch<T> = (call: Call) => T

/** One way to do the work, by the variant it stands for. */
export interface Attempt {
  readonly variant: string | null
  readonly branch: Branch<unknown>
}

/** One call of `run` or `guard`, with its flag evaluated. */
export interface GuardedCall extends Measure {
  /** The branch of the variant that the unit was assigned. */
  readonly assigned: Attempt
  /** What answers when it fails; null: its error goes to the caller. */
  readonly baseline: Attempt | null
  /** Runs one branch; what it measures goes into the record. */
  readonly attempt: (attempt: Attempt, record: CallRecord) => unknown
  /** Looks at an answer of the assigned branch before the call ends. */
  readonly rate?: ((answer: unknown, record: CallRecord) => void) | null
  readonly onFallback: (thrown: unknown) => void
}

/**
 * Runs the assigned branch and counts it. Everything is counted on the assigned variant, the fallback's cost too: that
 * is what assigning it costs. The fallback's answer is no observation of the baseline.
 */
export async function runGuarded(work: GuardedCall): Promise<unknown> {
  const { assigned, baseline, attempt } = work
  const call = new MeasuredCall(work)
  try {
    const answer = await attempt(assigned, call.record)
    const latencyMs = call.tookMs
    work.rate?.(answer, call.record)
    call.succeed(latencyMs)
    return answer
  } catch (thrown) {
    if (isAbort(thrown)) call.fail(thrown)
    if (isAbort(thrown) || baseline === null) throw thrown
    call.fellBack()
    work.onFallback(thrown)
    return await attempt(baseline, call.record)
  } finally {
    call.fail()
  }
}
