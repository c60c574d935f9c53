import { z } from 'zod'

const instant = z.iso.datetime({ precision: 3 })

export const channelKindSchema = z.enum(['webhook', 'slack'], { error: 'Expected one of webhook, slack.' })

const common = {
  name: z.string().min(1).max(100),
  environment: z
    .string()
    .nullable()
    .optional()
    .describe('Whose events are sent; null or left out: those of every environment.'),
  events: z
    .array(z.string().regex(/^[a-z]+\.(?:\*|[a-z_]+)$/, 'Expected a type such as "rollout.rolled_back", or "alert.*".'))
    .min(1)
    .max(50)
    .optional()
    .describe('Which events: whole types or `rollout.*`; left out: all of rollouts and alerts.'),
}

export const channelInputSchema = z
  .discriminatedUnion(
    'kind',
    [
      z.strictObject({
        kind: z.literal('webhook'),
        ...common,
        url: z.url({ protocol: /^https?$/, error: 'Expected the https address to post to.' }),
      }),
      z.strictObject({
        kind: z.literal('slack'),
        ...common,
        token: z
          .string()
          .regex(/^xox[a-z]-\S+$/, 'Expected the bot token of a Slack app, xoxb-…')
          .describe('A bot token with `chat:write`.'),
        channel: z.string().min(1).max(80).describe('The id of a channel that the bot is in.'),
        url: z
          .url({ protocol: /^https?$/ })
          .optional()
          .describe('Slack itself unless said.'),
      }),
    ],
    { error: 'Expected "kind" to be webhook or slack.' },
  )
  .meta({ id: 'ChannelInput' })
export type ChannelInput = z.infer<typeof channelInputSchema>

export const channelSchema = z
  .strictObject({
    id: z.string(),
    kind: channelKindSchema,
    name: z.string(),
    environment: z.string().nullable(),
    events: z.array(z.string()),
    url: z.string(),
    state: z.enum(['enabled', 'disabled']).describe('`disabled`: its receiver answered 410 Gone.'),
    createdAt: instant,
    secret: z
      .string()
      .optional()
      .describe('`whsec_…`, which signs; shown once, in the answer to the request that made it.'),
  })
  .meta({ id: 'Channel' })
export type Channel = z.infer<typeof channelSchema>

export const deliverySchema = z
  .strictObject({
    event: z.string().describe('The same for every try: receivers tell repeats by it.'),
    type: z.string(),
    state: z.enum(['pending', 'delivered', 'failed']),
    attempts: z.int(),
    nextAttemptAt: instant.nullable(),
    deliveredAt: instant.nullable(),
    error: z.string().nullable().describe('Why the last try failed; never the body of an answer.'),
  })
  .meta({ id: 'Delivery' })
export type Delivery = z.infer<typeof deliverySchema>
