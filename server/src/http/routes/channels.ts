import { channelInputSchema, channelSchema, deliverySchema } from '@sluice/contract'
import type { ChannelInput } from '@sluice/contract'
import { SluiceError } from '@sluice/contract'
import { z } from 'zod'
import { actorOf } from '../../access/principal.ts'
import type { EventParts } from '../../events/append-event.ts'
import {
  channelRecord,
  createChannel,
  deleteChannel,
  findChannel,
  listChannels,
} from '../../notifications/channel-store.ts'
import { deliveryRecord, listDeliveries, saveDelivery } from '../../notifications/delivery-store.ts'
import type { Message } from '../../notifications/message-of.ts'
import type { RequestOptions } from '../../outbound/request.ts'
import { sendSlack } from '../../notifications/send-slack.ts'
import { sendWebhook } from '../../notifications/send-webhook.ts'
import type { Database } from '../../ports/database.ts'
import { type Route, defineRoute, json, noContent } from '../route.ts'

export interface ChannelParts extends EventParts {
  readonly database: Database
  readonly environments: readonly string[]
  readonly post: RequestOptions
}

const base = '/api/v1/channels'

/** Who is told of events beside the console: webhooks and Slack. */
export function channelRoutes(parts: ChannelParts): readonly Route[] {
  const { database, environments } = parts
  return [
    defineRoute({
      method: 'GET',
      path: base,
      summary: 'The channels that are told of events, without their secrets',
      answers: { 200: { description: 'The channels', schema: z.strictObject({ items: z.array(channelSchema) }) } },
      handle: async () => json({ items: (await listChannels(database.kysely)).map(channelRecord) }),
    }),
    defineRoute<ChannelInput>({
      method: 'POST',
      path: base,
      summary: 'Tell a webhook or Slack of what happens from now on',
      body: channelInputSchema,
      answers: { 201: { description: 'The channel; of a webhook with the secret that signs', schema: channelSchema } },
      async handle({ body, principal }) {
        if (body.environment && !environments.includes(body.environment))
          throw new SluiceError(
            'UNPROCESSABLE',
            'body/environment: There is no such environment. Nothing was changed.',
            {
              errors: [
                { pointer: '/environment', code: 'custom', message: `Expected one of ${environments.join(', ')}.` },
              ],
            },
          )
        const channel = await createChannel(database, body, actorOf(principal), parts)
        const secret = channel.kind === 'webhook' ? { secret: channel.secret } : {}
        return json({ ...channelRecord(channel), ...secret }, 201)
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: `${base}/{id}`,
      summary: 'Tell a channel nothing more',
      answers: { 204: { description: 'Gone' } },
      async handle({ params, principal }) {
        await deleteChannel(database, params['id'] ?? '', actorOf(principal), parts)
        return noContent()
      },
    }),
    defineRoute({
      method: 'POST',
      path: `${base}/{id}/test`,
      summary: 'Send a test message now and say what came of it',
      answers: {
        200: {
          description: 'Whether it arrived',
          schema: z.strictObject({ delivered: z.boolean(), error: z.string().nullable() }),
        },
      },
      async handle({ params, requestId }) {
        const channel = await findChannel(database.kysely, params['id'] ?? '')
        const nowMs = parts.clock.now()
        const message = testMessage(requestId, nowMs)
        const sending: Promise<unknown> =
          channel.kind === 'slack'
            ? sendSlack(channel, message, parts.post)
            : sendWebhook(channel, message, nowMs, parts.post)
        const error = await sending.then(
          () => null,
          (failure: unknown) => (failure instanceof Error ? failure.message : 'It failed.'),
        )
        return json({ delivered: error === null, error })
      },
    }),
    defineRoute({
      method: 'GET',
      path: `${base}/{id}/deliveries`,
      summary: 'What became of the messages to a channel, the newest first',
      answers: { 200: { description: 'Deliveries', schema: z.strictObject({ items: z.array(deliverySchema) }) } },
      async handle({ params }) {
        const { id } = await findChannel(database.kysely, params['id'] ?? '')
        return json({ items: (await listDeliveries(database.kysely, id)).map(deliveryRecord) })
      },
    }),
    defineRoute({
      method: 'POST',
      path: `${base}/{id}/deliveries/{event}/redeliver`,
      summary: 'Send a message once more',
      answers: { 200: { description: 'The delivery as it is now', schema: deliverySchema } },
      async handle({ params }) {
        const { id } = await findChannel(database.kysely, params['id'] ?? '')
        const known = (await listDeliveries(database.kysely, id)).find(({ event }) => event === params['event'])
        if (!known) throw new SluiceError('NOT_FOUND', 'There is no delivery of that event to this channel.')
        const again = { ...known, state: 'pending', attempts: 0, next_at: parts.clock.now() } as const
        await saveDelivery(database.kysely, again)
        return json(deliveryRecord(again))
      },
    }),
  ]
}

const testMessage = (id: string, nowMs: number): Message => ({
  type: 'channel.tested',
  timestamp: new Date(nowMs).toISOString(),
  data: {
    event: id,
    environment: 'none',
    sequence: 0,
    subject: { kind: 'channel', id: 'test' },
    flag: null,
    rollout: null,
    actor: { kind: 'engine', id: 'engine', name: 'Sluice' },
    from: null,
    to: null,
    why: { code: 'TEST', sentence: 'A test: messages of Sluice arrive here.' },
    reason: null,
    rollback: null,
    runbook: null,
  },
})
