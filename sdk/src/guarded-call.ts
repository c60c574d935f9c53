import { createCall } from './call.ts'
import type { Call, CallRecord } from './call.ts'
import { MeasuredCall, isAbort } from './measured-call.ts'
import type { Measure } from './measured-call.ts'
import { withinTime } from './within-time.ts'

/** A piece of work behind a flag, sync or async. */
export type Branch<T> = (call: Call) => T

/** One way to do the work, by the variant it stands for. */
export interface Attempt {
  readonly variant: string | null
  readonly branch: Branch<unknown>
}

/** One call of `run` or `guard`, with its flag evaluated. */
export interface GuardedCall extends Measure {
  readonly flag: string
  /** The branch of the variant that the unit was assigned. */
  readonly assigned: Attempt
  /** What answers when it fails; null: its error goes to the caller. */
  readonly baseline: Attempt | null
  /** For each attempt; null: as long as it takes. */
  readonly timeoutMs: number | null
  /** Rates an answer of the assigned branch: its metrics. */
  readonly score: ((answer: unknown) => unknown) | null
  readonly onFallback: (thrown: unknown) => void
}

/**
 * Runs the assigned branch and counts it. Everything is counted on the assigned variant, the fallback's cost too: that
 * is what assigning it costs. The fallback's answer is no observation of the baseline.
 */
export async function runGuarded(work: GuardedCall): Promise<unknown> {
  const { assigned, baseline } = work
  const call = new MeasuredCall(work)
  try {
    const answer = await attempt(assigned, call.record, work)
    const latencyMs = call.tookMs
    scoreAnswer(answer, call.record, work)
    call.succeed(latencyMs)
    return answer
  } catch (thrown) {
    if (isAbort(thrown)) call.fail(thrown)
    if (isAbort(thrown) || baseline === null) throw thrown
    call.fellBack()
    work.onFallback(thrown)
    return await attempt(baseline, call.record, work)
  } finally {
    call.fail()
  }
}

function attempt({ variant, branch }: Attempt, record: CallRecord, work: GuardedCall): Promise<unknown> {
  const { flag, timeoutMs } = work
  const limit = { timeoutMs, what: `The flag "${flag}", variant "${variant}"` }
  return withinTime(limit, (signal) => branch(createCall(record, variant, signal)))
}

function scoreAnswer(answer: unknown, record: CallRecord, { score }: GuardedCall): void {
  if (score === null) return
  try {
    const scored = score(answer)
    record.record(typeof scored === 'number' ? { quality: scored } : scored)
  } catch {
    // A score that fails costs its own row a value, never the user the answer.
  }
}
