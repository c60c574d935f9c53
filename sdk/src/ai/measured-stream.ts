import type { Metrics } from '../observation.ts'
import type { OpenCall } from '../open-call.ts'

/** What one part of a model's stream says to whoever measures it. */
export interface Meaning {
  /** `begun`: a piece of the answer. `complete`: the answer is whole. `over`: nothing more to measure will come. */
  readonly stage?: 'begun' | 'complete' | 'over'
  readonly metrics?: Metrics
  /** The model has failed; the part tells how. */
  readonly failure?: unknown
}

/** How a stream is measured, and what is handed on for each part (null: nothing). */
export interface StreamMeasure<In, Out> {
  readonly call: OpenCall
  readonly meaningOf: (part: In) => Meaning
  readonly hand: (part: In) => Out | null
}

/**
 * Reads as far as the first piece of the answer and resolves with the whole stream, nothing lost. Rejects when the stream
 * fails before: until then nobody has seen anything of it, and another model may answer. What happens later is counted
 * and passed on as it is.
 */
export async function openMeasuredStream<In, Out>(
  source: AsyncIterator<In>,
  measure: StreamMeasure<In, Out>,
): Promise<ReadableStream<Out>> {
  const { call } = measure
  const head: In[] = []
  let stage: Meaning['stage']
  try {
    while (stage === undefined) {
      const { done, value } = await source.next()
      if (done) throw new Error('The stream ended before it had said anything.')
      head.push(value)
      stage = take(value, measure)
    }
  } catch (thrown) {
    void close(source)
    throw thrown
  }
  call.firstToken()
  return measuredRest(source, { ...measure, head, isComplete: stage !== 'begun' })
}

/** Records what the part measures; throws the failure that it tells. */
function take<In>(part: In, { call, meaningOf }: StreamMeasure<In, unknown>): Meaning['stage'] {
  const meaning = meaningOf(part)
  if (meaning.metrics) call.record(meaning.metrics)
  if ('failure' in meaning) throw meaning.failure
  if (meaning.stage === 'over') call.succeed()
  return meaning.stage
}

interface Rest<In, Out> extends StreamMeasure<In, Out> {
  readonly head: In[]
  readonly isComplete: boolean
}

function measuredRest<In, Out>(source: AsyncIterator<In>, rest: Rest<In, Out>): ReadableStream<Out> {
  const { call, head, hand } = rest
  let { isComplete } = rest
  /** The next part to hand on; undefined at the end. */
  const next = async (): Promise<In | undefined> => {
    const waiting = head.shift()
    if (waiting !== undefined) return waiting
    const { done, value } = await source.next()
    if (done) return undefined
    try {
      if (take(value, rest) === 'complete') isComplete = true
    } catch (failure) {
      // Too late for another answer; the reader of the stream finds the failure in it.
      call.fail(failure)
    }
    return value
  }
  return new ReadableStream<Out>({
    async pull(controller) {
      try {
        for (;;) {
          const part = await next()
          if (part === undefined) {
            if (isComplete) call.succeed()
            else call.fail(new Error('The stream was cut off.'))
            return controller.close()
          }
          const out = hand(part)
          if (out !== null) return controller.enqueue(out)
        }
      } catch (thrown) {
        call.fail(thrown)
        controller.error(thrown)
      }
    },
    async cancel() {
      if (isComplete) call.succeed()
      else call.fail(new DOMException('The reader has left.', 'AbortError'))
      await close(source)
    },
  })
}

async function close(source: AsyncIterator<unknown>): Promise<void> {
  try {
    await source.return?.()
  } catch {
    // A stream that fails while it is thrown away has nothing to say any more.
  }
}
