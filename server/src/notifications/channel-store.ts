import { SluiceError } from '@sluice/contract'
import type { Channel, ChannelInput } from '@sluice/contract'
import type { Kysely, Selectable } from 'kysely'
import { appendEvent } from '../events/append-event.ts'
import type { EventParts } from '../events/append-event.ts'
import { type Actor, installationScope } from '../events/event.ts'
import type { Database, DatabaseTransaction, Tables } from '../ports/database.ts'
import type { ChannelTable } from '../ports/notification-tables.ts'

export interface StoredChannel extends Omit<Selectable<ChannelTable>, 'events' | 'cursors' | 'messages'> {
  readonly events: readonly string[]
  /** For each environment the last event that was looked at. */
  readonly cursors: Readonly<Record<string, number>>
  /** For each rollout the message that stands for it. */
  readonly messages: Readonly<Record<string, string>>
}

const usualEvents = ['rollout.*', 'alert.*']

/** A new channel hears of what happens from now on. */
export async function createChannel(
  database: Database,
  input: ChannelInput,
  actor: Actor,
  parts: EventParts,
): Promise<StoredChannel> {
  const slack = input.kind === 'slack' ? input : null
  // 32 bytes, as Standard Webhooks asks for 24 to 64.
  const minted = `whsec_${Buffer.from(parts.random.secret().slice(0, 32)).toString('base64')}`
  const id = parts.random.id('ch')
  return database.transaction(async (transaction) => {
    const heads = await transaction.selectFrom('event_chains').selectAll().execute()
    const channel: StoredChannel = {
      id,
      kind: input.kind,
      name: input.name,
      environment: input.environment ?? null,
      events: input.events ?? usualEvents,
      url: input.url ?? 'https://slack.com/api',
      secret: slack?.token ?? minted,
      conversation: slack?.channel ?? null,
      state: 'enabled',
      cursors: Object.fromEntries(heads.map(({ scope, seq }) => [scope, seq])),
      messages: {},
      created_at: parts.clock.now(),
    }
    await transaction.insertInto('channels').values(toRow(channel)).execute()
    await appendEvent(transaction, installationScope, eventOf('create', channel, actor), parts)
    return channel
  })
}

export async function deleteChannel(database: Database, id: string, actor: Actor, parts: EventParts): Promise<void> {
  await database.transaction(async (transaction) => {
    const channel = await findChannel(transaction, id)
    await transaction.deleteFrom('deliveries').where('channel', '=', id).execute()
    await transaction.deleteFrom('channels').where('id', '=', id).execute()
    await appendEvent(transaction, installationScope, eventOf('delete', channel, actor), parts)
  })
}

const eventOf = (action: string, { id, kind, name, environment, url, events }: StoredChannel, actor: Actor) => ({
  actor,
  subject: { kind: 'channel', id },
  action,
  evidence: { kind, name, environment, url, events },
})

export async function findChannel(db: Kysely<Tables>, id: string): Promise<StoredChannel> {
  const row = await db.selectFrom('channels').selectAll().where('id', '=', id).executeTakeFirst()
  if (row) return fromRow(row)
  throw new SluiceError('NOT_FOUND', `There is no channel "${id.slice(0, 80)}".`, {
    hint: 'GET /api/v1/channels lists them.',
  })
}

export async function listChannels(db: Kysely<Tables>): Promise<readonly StoredChannel[]> {
  return (await db.selectFrom('channels').selectAll().orderBy('created_at').execute()).map(fromRow)
}

export async function saveChannel(transaction: DatabaseTransaction, channel: StoredChannel): Promise<void> {
  await transaction.updateTable('channels').set(toRow(channel)).where('id', '=', channel.id).execute()
}

/** As the API shows it, without what is secret. */
export const channelRecord = ({
  id,
  kind,
  name,
  environment,
  events,
  url,
  state,
  created_at,
}: StoredChannel): Channel => ({
  id,
  kind,
  name,
  environment,
  events: [...events],
  url,
  state,
  createdAt: new Date(created_at).toISOString(),
})

const toRow = ({ events, cursors, messages, ...channel }: StoredChannel): ChannelTable => ({
  ...channel,
  events: JSON.stringify(events),
  cursors: JSON.stringify(cursors),
  messages: JSON.stringify(messages),
})

const fromRow = ({ events, cursors, messages, ...row }: Selectable<ChannelTable>): StoredChannel => ({
  ...row,
  events: JSON.parse(events) as string[],
  cursors: JSON.parse(cursors) as Record<string, number>,
  messages: JSON.parse(messages) as Record<string, string>,
})
