import type { Rollout } from '@sluice/contract'
import { listAlerts } from '../alerts/alert-store.ts'
import { appendEvent } from '../events/append-event.ts'
import type { EventParts } from '../events/append-event.ts'
import { engineActor } from '../events/event.ts'
import type { Timer } from '../ports/clock.ts'
import type { Database } from '../ports/database.ts'
import type { Logger } from '../ports/logger.ts'
import { listChannels } from './channel-store.ts'
import { isWanted } from './event-type.ts'

const digestType = 'environment.digest'

const hour = 3_600_000
/** In UTC. */
const hourOfDay = 6

export type DigestParts = EventParts & {
  readonly database: Database
  readonly logger: Logger
  readonly environments: readonly string[]
  /** What runs, in every environment. */
  readonly live: () => readonly Rollout[]
}

/**
 * Once a day, from six o'clock UTC, an event for each environment in which something is on its way or open: where it stands.
 * It is written only when a channel has asked for it.
 */
export class DailyDigest {
  readonly #parts: DigestParts
  #timer: Timer | null = null
  #closed = false

  constructor(parts: DigestParts) {
    this.#parts = parts
  }

  start(): void {
    const { clock, logger } = this.#parts
    const nextHour = (Math.floor(clock.now() / hour) + 1) * hour
    this.#timer = clock.schedule(nextHour, async () => {
      await this.look().catch((error: unknown) => logger.error('The digest could not be written.', { error }))
      if (!this.#closed) this.start()
    })
  }

  stop(): void {
    this.#closed = true
    this.#timer?.cancel()
  }

  async look(): Promise<void> {
    const { database, environments, clock } = this.#parts
    const now = new Date(clock.now())
    if (now.getUTCHours() < hourOfDay) return
    const todayMs = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate())
    const channels = (await listChannels(database.kysely)).filter(
      ({ state, events }) => state === 'enabled' && isWanted(digestType, events),
    )
    for (const environment of environments)
      if (channels.some((channel) => channel.environment === null || channel.environment === environment))
        await this.#write(environment, todayMs)
  }

  async #write(environment: string, todayMs: number): Promise<void> {
    const { database, live } = this.#parts
    const rollouts = live().filter((rollout) => rollout.environment === environment)
    const alerts = await listAlerts(database.kysely, environment, { states: ['open'] })
    if (rollouts.length === 0 && alerts.length === 0) return
    await database.transaction(async (transaction) => {
      const told = await transaction
        .selectFrom('events')
        .select('seq')
        .where('scope', '=', environment)
        .where('subject_kind', '=', 'environment')
        .where('action', '=', 'digest')
        .where('at', '>=', todayMs)
        .executeTakeFirst()
      if (told) return
      const lines = [
        ...rollouts.map(({ flag, why }) => `${flag}: ${why.sentence}`),
        ...alerts.map(({ message, severity }) => `${severity} open: ${message}`),
      ]
      const event = {
        actor: engineActor,
        subject: { kind: 'environment', id: environment },
        action: 'digest',
        why: { code: 'DIGEST', sentence: lines.join('\n') },
      }
      await appendEvent(transaction, environment, event, this.#parts)
    })
  }
}
