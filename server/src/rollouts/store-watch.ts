import { listEnvironments } from '../environments/environment-store.ts'
import { republishSnapshot } from '../flags/publish-snapshot.ts'
import type { Timer } from '../ports/clock.ts'
import type { RolloutRunner } from './rollout-runner.ts'
import type { RunnerParts } from './runner-parts.ts'

const lookEveryMs = 10_000

/**
 * A database can commit and be gone before it says so: then a rollback is stored, and neither served nor known to the engine.
 * Now and then what is stored is compared with what is in memory, and what had to wait for it is tried again.
 */
export class StoreWatch {
  readonly #runner: RolloutRunner
  readonly #parts: RunnerParts
  #timer: Timer | undefined
  #stopped = false

  constructor(runner: RolloutRunner, parts: RunnerParts) {
    this.#runner = runner
    this.#parts = parts
  }

  start(): void {
    if (this.#stopped) return
    const { clock, logger } = this.#parts
    this.#timer = clock.schedule(clock.now() + lookEveryMs, async () => {
      await this.look().catch((error: unknown) => logger.error('The database could not be looked at.', { error }))
      this.start()
    })
  }

  stop(): void {
    this.#stopped = true
    this.#timer?.cancel()
  }

  async look(): Promise<void> {
    const { database, cache } = this.#parts
    for (const { name, revision } of await listEnvironments(database.kysely))
      if ((cache.get(name)?.revision ?? -1) < revision) await republishSnapshot(name, this.#parts)
    await this.#runner.adoptStored()
    await this.#runner.startArmed()
  }
}
