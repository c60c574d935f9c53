import { chance, latencyAround } from '../world/chance.ts'

export interface TurnOptions {
  readonly attempts: number
  readonly hasMessageId: boolean
  readonly isCompressed: boolean
  readonly isDurable: boolean
}

export interface Turn {
  readonly failed: boolean
  readonly stuck: boolean
  readonly consistent: boolean
  readonly latencyMs: number
  readonly tokens: number
}

/** The simulated model and its workflow engine. One attempt in fifty fails for a moment. */
export class Turns {
  readonly logged: Turn[] = []
  /** Whether durable runs lose their place when the process restarts. */
  workflowIsBroken = true
  #count = 0

  next({ attempts, hasMessageId, isCompressed, isDurable }: TurnOptions): Turn {
    this.#count += 1
    const index = this.#count
    const failed = chance('attempt', index) < 0.02 ** attempts
    const stuck = isDurable && this.workflowIsBroken && chance('restart', index) < 0.3
    return {
      failed,
      stuck,
      consistent: hasMessageId || chance('twice', index) >= 0.01,
      latencyMs: latencyAround(900, 'turn', index),
      tokens: Math.round((isCompressed ? 700 : 1100) * (0.5 + chance('length', index))),
    }
  }

  log(turn: Turn): void {
    this.logged.push(turn)
  }
}
