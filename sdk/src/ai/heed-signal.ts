import { isNamed } from '../measured-call.ts'
import type { OpenCall } from '../open-call.ts'

/**
 * The call of a user who may call it off. Once the signal has aborted, whatever is thrown says nothing about the variant: people
 * abort with reasons of their own. A time that ran out is a failure all the same.
 */
export function heedSignal(call: OpenCall, signal: AbortSignal | null | undefined): OpenCall {
  return {
    ...call,
    fail(thrown) {
      const isCalledOff = signal?.aborted && ![thrown, signal.reason].some((one) => isNamed(one, 'TimeoutError'))
      call.fail(isCalledOff ? new DOMException('It was called off.', 'AbortError') : thrown)
    },
  }
}
