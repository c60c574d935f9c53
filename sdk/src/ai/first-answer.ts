import { isAbort } from '../measured-call.ts'
import type { OpenCall } from '../open-call.ts'
import { SluiceError } from '../sluice-error.ts'
import { withinTime } from '../within-time.ts'

/** How the models of one call are asked. */
export interface Asking<Choice, Answer> {
  readonly call: OpenCall
  /** In the order they are tried: the assigned one first. */
  readonly choices: readonly Choice[]
  /** Names the call in an error. */
  readonly what: string
  /** The user's own signal: once it has aborted nobody waits for another answer. */
  readonly abortSignal: AbortSignal | undefined
  readonly ask: (choice: Choice, signal: AbortSignal, isLast: boolean) => Promise<Answer>
}

/**
 * The first model that answers. Each failure but the last is only counted; the last one is the caller's. Ends the call
 * when it failed: an answer may still be a stream.
 */
export async function firstAnswer<Choice, Answer>(asking: Asking<Choice, Answer>): Promise<Answer> {
  const { call, choices, what, abortSignal, ask } = asking
  const limit = { timeoutMs: call.timeoutMs, parent: abortSignal, what }
  for (const [index, choice] of choices.entries()) {
    const isLast = index === choices.length - 1
    try {
      return await withinTime(limit, (signal) => ask(choice, signal, isLast))
    } catch (thrown) {
      if (isLast || abortSignal?.aborted || isAbort(thrown)) {
        call.fail(thrown)
        throw thrown
      }
      call.fellBack(thrown)
    }
  }
  const nobody = new SluiceError('NO_BRANCH', `${what}: it names no model, and the code gives none to fall back on.`)
  call.fail(nobody)
  throw nobody
}
