import type { Timer } from '../ports/clock.ts'
import type { Shell } from '../compose.ts'
import { rollUpDays } from '../metrics/roll-up-days.ts'
import { pruneObservations } from './prune-observations.ts'

const everyMs = 3_600_000
/** Soon after the start, for days that a longer rest has left behind. */
const firstMs = 10_000

type PrunerParts = Pick<Shell, 'database' | 'clock' | 'logger' | 'config'>

/** Adds observations to their days, and deletes those that are past their time, every hour. */
export class ObservationPruner {
  readonly #parts: PrunerParts
  #timer: Timer | null = null
  #closed = false

  constructor(parts: PrunerParts) {
    this.#parts = parts
  }

  start(afterMs = firstMs): void {
    const { clock } = this.#parts
    this.#timer = clock.schedule(clock.now() + afterMs, async () => {
      await this.#prune()
      if (!this.#closed) this.start(everyMs)
    })
  }

  stop(): void {
    this.#closed = true
    this.#timer?.cancel()
  }

  async #prune(): Promise<void> {
    const { database, clock, logger, config } = this.#parts
    try {
      // What fails here deletes nothing either: no call goes before it is part of its day.
      await rollUpDays(database)
      await pruneObservations(database, clock.now() - config.retentionMs)
    } catch (error) {
      logger.error('Old observations could not be deleted; it is tried again in an hour.', { error })
    }
  }
}
