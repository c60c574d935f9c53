/** Two readings of time, both in milliseconds: the wall's, and one that only runs forward, for durations. */
export interface Clock {
  now(): number
  elapsed(): number
}

/** With a `now` of the host's own (a simulation, a test) durations follow it too. */
export function createClock(now: (() => number) | null): Clock {
  if (now === null) return { now: () => Date.now(), elapsed: () => performance.now() }
  const reading = () => {
    try {
      const ms = now()
      if (Math.abs(ms) <= 8.64e15) return ms
    } catch {
      // A broken clock of the host's; the system's will do.
    }
    return Date.now()
  }
  return { now: reading, elapsed: reading }
}
