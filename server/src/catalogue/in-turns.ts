import { setImmediate as nextTurn } from 'node:timers/promises'

/** How long work may hold the event loop at a time. */
const longestTurnMs = 2

/** Waits for the next turn of the event loop, but only once the present one has lasted long enough. */
export function turnTaker(): () => Promise<void> | undefined {
  let begunMs = performance.now()
  return () => {
    if (performance.now() - begunMs < longestTurnMs) return undefined
    return nextTurn().then(() => void (begunMs = performance.now()))
  }
}

/** Runs a long computation in short turns, so that requests and blocks go on beside it. */
export async function inTurns<Step, Result>(
  work: Generator<Step, Result>,
  onStep: (step: Step) => void,
): Promise<Result> {
  const takeTurn = turnTaker()
  for (;;) {
    const step = work.next()
    if (step.done) return step.value
    onStep(step.value)
    await takeTurn()
  }
}
