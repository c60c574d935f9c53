import type { Clock } from './clock.ts'

/** A clock for tests and for replays: time stands still until it is advanced. */
export interface ManualClock extends Clock {
  /** Goes on by `ms`, and awaits every callback that falls due on the way, in the order of their instants. */
  advance(ms: number): Promise<void>
  advanceTo(atMs: number): Promise<void>
}

interface Due {
  readonly atMs: number
  readonly run: () => void | Promise<void>
}

export function manualClock(startMs = Date.UTC(2026, 10, 20)): ManualClock {
  let nowMs = startMs
  const queue = new Set<Due>()

  const advanceTo = async (atMs: number): Promise<void> => {
    for (;;) {
      const next = earliest(queue, atMs)
      if (!next) break
      queue.delete(next)
      nowMs = Math.max(nowMs, next.atMs)
      await next.run()
    }
    nowMs = Math.max(nowMs, atMs)
  }

  return {
    now: () => nowMs,
    schedule(atMs, run) {
      const due = { atMs, run }
      queue.add(due)
      return { cancel: () => void queue.delete(due) }
    },
    advance: (ms) => advanceTo(nowMs + ms),
    advanceTo,
  }
}

/** Of equal instants the one that was scheduled first: a Set keeps that order. */
function earliest(queue: ReadonlySet<Due>, untilMs: number): Due | undefined {
  let first: Due | undefined
  for (const due of queue) if (due.atMs <= untilMs && (!first || due.atMs < first.atMs)) first = due
  return first
}
