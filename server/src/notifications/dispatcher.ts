import { createHash } from 'node:crypto'
import { listEvents } from '../events/event-store.ts'
import type { Clock, Timer } from '../ports/clock.ts'
import type { Database } from '../ports/database.ts'
import type { Logger } from '../ports/logger.ts'
import { type StoredChannel, listChannels, saveChannel } from './channel-store.ts'
import { type StoredDelivery, dueDeliveries, planDelivery, saveDelivery } from './delivery-store.ts'
import { isWanted, typeOf } from './event-type.ts'
import { messageOf } from './message-of.ts'
import type { RequestOptions } from '../outbound/request.ts'
import { sendSlack } from './send-slack.ts'
import { sendWebhook } from './send-webhook.ts'

export interface DispatcherParts {
  readonly database: Database
  readonly clock: Clock
  readonly logger: Logger
  readonly environments: readonly string[]
  readonly post: RequestOptions
}

const [second, minute, hour] = [1000, 60_000, 3_600_000]
/** Waits before each further try, give or take a fifth; after the last one it has failed. */
export const retryDelaysMs = [5 * second, 30 * second, 2 * minute, 10 * minute, hour, 6 * hour, 24 * hour]
const lookEveryMs = second
const eventsPerLook = 200

/**
 * Tells channels of events: reads the log after each channel's cursor, notes what is to be sent in the transaction that
 * moves the cursor, and sends it until it arrives. Each message goes out at least once, always under the event's id.
 */
export class Dispatcher {
  readonly #parts: DispatcherParts
  #timer: Timer | undefined
  #running: Promise<void> = Promise.resolve()
  #stopped = false

  constructor(parts: DispatcherParts) {
    this.#parts = parts
  }

  start(): void {
    if (this.#stopped) return
    this.#timer = this.#parts.clock.schedule(this.#parts.clock.now() + lookEveryMs, async () => {
      await this.look().catch((error: unknown) => this.#parts.logger.error('Channels could not be told.', { error }))
      this.start()
    })
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#timer?.cancel()
    await this.#running.catch(() => undefined)
  }

  /** Takes up what is new and sends what is due. Two looks at once take turns. */
  look(): Promise<void> {
    const turn = this.#running.then(async () => {
      const channels = (await listChannels(this.#parts.database.kysely)).filter(({ state }) => state === 'enabled')
      for (const channel of channels) await this.#takeUp(channel)
      if (channels.length > 0) await this.#sendDue()
    })
    this.#running = turn.catch(() => undefined)
    return turn
  }

  async #takeUp(channel: StoredChannel): Promise<void> {
    const { database, environments, clock } = this.#parts
    for (const scope of channel.environment === null ? environments : [channel.environment]) {
      const after = channel.cursors[scope] ?? 0
      const events = await listEvents(database.kysely, scope, { after, limit: eventsPerLook })
      const last = events.at(-1)
      if (!last) continue
      const wanted = events.filter((event) => isWanted(typeOf(event), channel.events))
      channel = { ...channel, cursors: { ...channel.cursors, [scope]: last.seq } }
      const moved = channel
      await database.transaction(async (transaction) => {
        for (const event of wanted) await planDelivery(transaction, moved.id, event, clock.now())
        await saveChannel(transaction, moved)
      })
    }
  }

  async #sendDue(): Promise<void> {
    const { database, clock } = this.#parts
    const channels = new Map((await listChannels(database.kysely)).map((channel) => [channel.id, channel]))
    // What failed holds up what comes after it on the same channel: messages keep their order within a look.
    const stuck = new Set<string>()
    for (const delivery of await dueDeliveries(database.kysely, clock.now())) {
      const channel = channels.get(delivery.channel)
      if (!channel || channel.state !== 'enabled' || stuck.has(channel.id) || this.#stopped) continue
      const told = await this.#send(channel, delivery)
      channels.set(channel.id, told.channel)
      if (!told.arrived) stuck.add(channel.id)
    }
  }

  async #send(
    channel: StoredChannel,
    delivery: StoredDelivery,
  ): Promise<{ readonly channel: StoredChannel; readonly arrived: boolean }> {
    const { database, clock } = this.#parts
    const attempts = delivery.attempts + 1
    try {
      const after = await this.#tell(channel, delivery)
      const done = { ...delivery, attempts, next_at: null, error: null }
      await database.transaction(async (transaction) => {
        if (after !== channel) await saveChannel(transaction, after)
        await saveDelivery(
          transaction,
          after.state === 'enabled'
            ? { ...done, state: 'delivered', delivered_at: clock.now() }
            : { ...done, state: 'failed', error: 'The receiver answered 410: it is gone.' },
        )
      })
      return { channel: after, arrived: true }
    } catch (error) {
      const delayMs = retryDelaysMs[delivery.attempts]
      const next = delayMs === undefined ? null : clock.now() + Math.round(delayMs * jitter(delivery))
      const state = next === null ? 'failed' : 'pending'
      const text = error instanceof Error ? error.message.slice(0, 300) : 'It failed.'
      await saveDelivery(database.kysely, { ...delivery, attempts, state, next_at: next, error: text })
      return { channel, arrived: false }
    }
  }

  /** The channel as it is after the message arrived. */
  async #tell(channel: StoredChannel, { scope, seq }: StoredDelivery): Promise<StoredChannel> {
    const { database, clock, post } = this.#parts
    const [event] = await listEvents(database.kysely, scope, { after: seq - 1, limit: 1 })
    if (!event) throw new Error('The event is no longer in the log.')
    const message = messageOf(event)
    if (channel.kind === 'webhook') {
      const sent = await sendWebhook(channel, message, clock.now(), post)
      return sent === 'gone' ? { ...channel, state: 'disabled' } : channel
    }
    const stands = await sendSlack(channel, message, post)
    const { rollout } = message.data
    if (rollout === null || stands === undefined || channel.messages[rollout] === stands) return channel
    return { ...channel, messages: { ...channel.messages, [rollout]: stands } }
  }
}

/** 0.8 to 1.2, from the delivery itself: many that failed at once do not all come back at once. */
function jitter({ event, channel, attempts }: StoredDelivery): number {
  const hash = createHash('sha256').update(`${channel}:${event}:${attempts}`).digest()
  return 0.8 + (0.4 * hash.readUInt32BE()) / 2 ** 32
}
