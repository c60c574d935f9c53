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
  /** No other model is left to ask: a failure that the stream itself tells is its reader's to find. */
  readonly isLast: boolean
}

/**
 * Reads as far as the first piece of the answer and resolves with the whole stream, nothing lost. Rejects when the stream
 * fails before: until then nobody has seen anything of it, and another model may answer. What happens later, or to the last
 * model, is counted and passed on as it is.
 */
export async function openMeasuredStream<In, Out>(
  source: AsyncIterator<In>,
  measure: StreamMeasure<In, Out>,
): Promise<ReadableStream<Out>> {
  const { call, isLast } = measure
  const head: In[] = []
  let meaning: Meaning = {}
  try {
    while (meaning.stage === undefined) {
      const { done, value } = await source.next()
      if (done) throw new Error('The stream ended before it had said anything.')
      head.push(value)
      meaning = take(value, measure)
      if ('failure' in meaning && isLast) break
      if ('failure' in meaning) throw meaning.failure
    }
  } catch (thrown) {
    void close(source)
    throw thrown
  }
  const { stage } = meaning
  // One that was over at once, for instance filtered, had no first word.
  if (stage === 'begun' || stage === 'complete') call.firstToken()
  end(call, meaning)
  return measuredRest(source, { ...measure, head, isComplete: stage === 'complete' || stage === 'over' })
}

/** Records what the part measures. */
function take<In>(part: In, { call, meaningOf }: StreamMeasure<In, unknown>): Meaning {
  const meaning = meaningOf(part)
  if (meaning.metrics) call.record(meaning.metrics)
  return meaning
}

/** Ends the call where the part says so. */
function end(call: OpenCall, meaning: Meaning): void {
  if ('failure' in meaning) call.fail(meaning.failure)
  else if (meaning.stage === 'over') call.succeed()
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
    const meaning = take(value, rest)
    if (meaning.stage === 'complete') isComplete = true
    // Too late for another answer; the reader of the stream finds a failure in it.
    end(call, meaning)
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
