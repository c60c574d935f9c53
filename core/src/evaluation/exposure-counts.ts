import type { Outcome } from './outcome.ts'

/** How often an outcome was handed out since it was last asked. */
export interface OutcomeCount {
  readonly outcome: Outcome
  readonly count: number
}

/**
 * Counts outcomes by their slot: an addition into an array, and nothing to look up. Slots go round, so two outcomes may meet in
 * one; the count of the first is then put aside.
 */
export class ExposureCounts {
  #counts = new Uint32Array(256)
  #outcomes: (Outcome | undefined)[] = []
  #aside: OutcomeCount[] = []

  add(outcome: Outcome): void {
    const slot = outcome.slot ?? 0
    if (this.#outcomes[slot] !== outcome) this.#place(slot, outcome)
    this.#counts[slot] = (this.#counts[slot] as number) + 1
  }

  /** What was counted since the last time, and begins anew. */
  drain(): OutcomeCount[] {
    const counted = this.#aside
    for (const [slot, outcome] of this.#outcomes.entries())
      if (outcome !== undefined) counted.push({ outcome, count: this.#counts[slot] as number })
    this.#aside = []
    this.#outcomes = []
    this.#counts.fill(0)
    return counted
  }

  #place(slot: number, outcome: Outcome): void {
    const before = this.#outcomes[slot]
    if (before !== undefined) this.#aside.push({ outcome: before, count: this.#counts[slot] as number })
    if (slot >= this.#counts.length) {
      const grown = new Uint32Array(Math.max(2 * this.#counts.length, slot + 1))
      grown.set(this.#counts)
      this.#counts = grown
    }
    this.#counts[slot] = 0
    this.#outcomes[slot] = outcome
  }
}
