import type { Channel, Delivery } from '@sluice/contract'

/** What notifications store. Instants are milliseconds since 1970; JSON is text. */
export interface NotificationTables {
  channels: ChannelTable
  deliveries: DeliveryTable
}

export interface ChannelTable {
  id: string
  kind: Channel['kind']
  name: string
  environment: string | null
  events: string
  url: string
  /** What signs the bodies, or the token of the bot. */
  secret: string
  /** Slack's id of the conversation. */
  conversation: string | null
  state: Channel['state']
  /** For each environment the last event that was looked at. */
  cursors: string
  /** For each rollout the message that stands for it. */
  messages: string
  created_at: number
}

export interface DeliveryTable {
  channel: string
  event: string
  scope: string
  seq: number
  type: string
  state: Delivery['state']
  attempts: number
  next_at: number | null
  delivered_at: number | null
  error: string | null
}
