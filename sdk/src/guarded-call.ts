import { CallRecord, createCall } from './call.ts'
import type { Call, WriteRow } from './call.ts'
import type { Clock } from './clock.ts'
import { SluiceError } from './sluice-error.ts'

/** A piece of work behind a flag, sync or async. */
export type Branch<T> = (call: Call) => T

/** One way to do the work, by the variant it stands for. */
export interface Attempt {
  readonly variant: string | null
  readonly branch: Branch<unknown>
}

/** One call of `run` or `guard`, with its flag evaluated. */
export interface GuardedCall {
  readonly flag: string
  /** The branch of the variant that the unit was assigned. */
  readonly assigned: Attempt
  /** What answers when it fails; null: its error goes to the caller. */
  readonly baseline: Attempt | null
  /** For each attempt; null: as long as it takes. */
  readonly timeoutMs: number | null
  /** After this time the call counts as failed, as the rollout's plan has it; the work itself goes on. */
  readonly countsAsFailedAfterMs: number | null
  /** Rates an answer of the assigned branch: its metrics. */
  readonly score: ((answer: unknown) => unknown) | null
  readonly clock: Clock
  readonly write: WriteRow
  readonly onFallback: (thrown: unknown) => void
}

/**
 * Runs the assigned branch and counts it. Everything is counted on the assigned variant, the fallback's cost too: that
 * is what assigning it costs. The fallback's answer is no observation of the baseline.
 */
export async function runGuarded(work: GuardedCall): Promise<unknown> {
  const { assigned, baseline, clock } = work
  const record = new CallRecord(work.write)
  const startedMs = clock.elapsed()
  let fallback: 0 | 1 = 0
  const late = countLate(work, () => record.settle({ error: 1, fallback }))
  try {
    const answer = await attempt(assigned, record, work)
    const latency_ms = Math.max(0, Math.round((clock.elapsed() - startedMs) * 1000) / 1000)
    scoreAnswer(answer, record, work)
    record.settle({ error: 0, fallback, latency_ms })
    return answer
  } catch (thrown) {
    if (isAbort(thrown)) {
      record.discard()
      throw thrown
    }
    if (baseline === null) throw thrown
    fallback = 1
    work.onFallback(thrown)
    return await attempt(baseline, record, work)
  } finally {
    clearTimeout(late)
    record.settle({ error: 1, fallback })
  }
}

/** A branch that hangs would leave no failure behind, and its silence would be taken for success. */
function countLate({ countsAsFailedAfterMs }: GuardedCall, count: () => void): NodeJS.Timeout | undefined {
  if (countsAsFailedAfterMs === null) return undefined
  return setTimeout(count, countsAsFailedAfterMs).unref()
}

async function attempt({ variant, branch }: Attempt, record: CallRecord, work: GuardedCall): Promise<unknown> {
  const { flag, timeoutMs } = work
  const controller = new AbortController()
  const call = createCall(record, variant, controller.signal)
  if (timeoutMs === null) return branch(call)
  let timer: NodeJS.Timeout | undefined
  const timeUp = new Promise<never>((_resolve, reject) => {
    // This one holds the process: somebody waits for the answer.
    timer = setTimeout(() => {
      const error = new SluiceError(
        'TIMEOUT',
        `The flag "${flag}", variant "${variant}": no answer within ${timeoutMs} ms.`,
      )
      reject(error)
      controller.abort(error)
    }, timeoutMs)
  })
  try {
    return await Promise.race([branch(call), timeUp])
  } finally {
    clearTimeout(timer)
  }
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

function isAbort(thrown: unknown): boolean {
  try {
    return (thrown as { name?: unknown } | null)?.name === 'AbortError'
  } catch {
    return false
  }
}
