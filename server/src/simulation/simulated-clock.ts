import type { Clock, Timer } from '../ports/clock.ts'

interface Wait {
  readonly atMs: number
  /** What the clock said when the wait began, and how much time will have passed when it is over. */
  readonly fromMs: number
  readonly untilPassedMs: number
  readonly run: () => void | Promise<void>
}

/** The clock of a simulated machine: its timers wait like those of the system, and its hands can be set wrong. */
export class SimulatedClock implements Clock {
  #nowMs = Date.UTC(2026, 10, 20)
  #passedMs = 0
  #waits = new Set<Wait>()

  now = (): number => this.#nowMs

  schedule = (atMs: number, run: () => void | Promise<void>): Timer => {
    const fromMs = this.#nowMs
    const wait = { atMs, fromMs, untilPassedMs: this.#passedMs + Math.max(0, atMs - fromMs), run }
    this.#waits.add(wait)
    return { cancel: () => void this.#waits.delete(wait) }
  }

  pass(ms: number): void {
    this.#nowMs += ms
    this.#passedMs += ms
  }

  /** Moves the hands, forward or back, while no time passes. */
  set(byMs: number): void {
    this.#nowMs += byMs
  }

  /** Takes out what is due now, in the order of the instants. */
  due(): readonly Wait['run'][] {
    const over = [...this.#waits].filter(({ untilPassedMs }) => untilPassedMs <= this.#passedMs)
    for (const wait of over) this.#waits.delete(wait)
    const isDue = ({ atMs, fromMs }: Wait): boolean => this.#nowMs >= atMs || this.#nowMs < fromMs
    for (const { atMs, run } of over.filter((wait) => !isDue(wait))) this.schedule(atMs, run)
    return over
      .filter(isDue)
      .sort((a, b) => a.atMs - b.atMs)
      .map(({ run }) => run)
  }

  /** The timers of a server that died. */
  clear(): void {
    this.#waits.clear()
  }
}
