import type { Observation } from './observation.ts'
import { randomId } from './random-id.ts'

/** Rows under one id: the server counts a batch once, however often it is sent. */
export interface Batch {
  readonly id: string
  readonly rows: number
  readonly body: string
}

const mostRows = 10_000
const mostRowsInBatch = 1000

/** Rows that wait to be sent. When full the oldest goes, and is counted. */
export class ObservationQueue {
  /** Called when the rows of a whole batch have gathered. */
  onBatchFull: () => void = () => {}
  #rows: Observation[] = []
  #batch: Batch | null = null
  #dropped = 0

  get waiting(): number {
    return this.#rows.length + (this.#batch?.rows ?? 0)
  }

  get dropped(): number {
    return this.#dropped
  }

  add(row: Observation): void {
    this.#rows.push(row)
    if (this.#rows.length === mostRowsInBatch) this.onBatchFull()
    if (this.waiting <= mostRows) return
    this.#rows.shift()
    this.#dropped++
  }

  /** The batch in hand, the same until it is done with: a retry must carry the same id and the same rows. */
  batch(): Batch | null {
    if (this.#batch === null && this.#rows.length > 0) {
      const observations = this.#rows.splice(0, mostRowsInBatch)
      const id = randomId()
      this.#batch = { id, rows: observations.length, body: JSON.stringify({ id, observations }) }
    }
    return this.#batch
  }

  /** The batch has arrived, or never will. */
  done(batch: Batch): void {
    if (this.#batch === batch) this.#batch = null
  }
}
