/** A callback that is due at some instant, until it is cancelled. */
export interface Timer {
  cancel(): void
}

/** The only source of time. Instants are milliseconds since 1970. */
export interface Clock {
  now(): number
  /**
   * Calls `run` once, at `atMs` or as soon after as possible. A late or past instant is due at once; where the clock is set
   * back meanwhile, the instant is due when the wait until then is over, whatever the clock says.
   */
  schedule(atMs: number, run: () => void | Promise<void>): Timer
}

/** The longest delay a Node timer takes; beyond it, it would fire at once. */
const longestDelayMs = 2_147_483_647

/** The machine's clock. Its timers never keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  schedule(atMs, run) {
    let handle: NodeJS.Timeout
    const wait = (): void => {
      const fromMs = Date.now()
      const isDue = (): boolean => Date.now() >= atMs || Date.now() < fromMs
      // A long wait is taken in parts; a machine that slept is looked at again.
      handle = setTimeout(() => (isDue() ? void run() : wait()), Math.min(Math.max(0, atMs - fromMs), longestDelayMs))
      handle.unref()
    }
    wait()
    return { cancel: () => clearTimeout(handle) }
  },
}
