/** Lets one holder in at a time, in the order they came. */
export class Mutex {
  #held = false
  readonly #waiting: (() => void)[] = []

  async lock(): Promise<void> {
    if (!this.#held) {
      this.#held = true
      return
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  unlock(): void {
    const next = this.#waiting.shift()
    // Handed over without a gap, so that a newcomer cannot overtake those who wait.
    if (next) next()
    else this.#held = false
  }
}
