import { z } from 'zod'

const instant = z.iso.datetime({ precision: 3 })

export const channelKindSchema = z.enum(['webhook', 'slack'], { error: 'Expected one of webhook, slack.' })

const common = {
  name: z.string().min(1).max(100),
  /** Whose events are sent; null or left out: those of every environment. */
  environment: z.string().nullable().optional(),
  /** Which events: whole types or `rollout.*`; left out: all of rollouts and alerts. */
  events: z
    .array(z.string().regex(/^[a-z]+\.(?:\*|[a-z_]+)$/, 'Expected a type such as "rollout.rolled_back", or "alert.*".'))
    .min(1)
    .max(50)
    .optional(),
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
        /** A bot token with `chat:write`. */
        token: z.string().regex(/^xox[a-z]-\S+$/, 'Expected the bot token of a Slack app, xoxb-…'),
        /** The id of a channel that the bot is in. */
        channel: z.string().min(1).max(80),
        /** Slack itself unless said. */
        url: z.url({ protocol: /^https?$/ }).optional(),
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
    /** `disabled`: its receiver answered 410 Gone. */
    state: z.enum(['enabled', 'disabled']),
    createdAt: instant,
    /** `whsec_…`, which signs; shown once, in the answer to the request that made it. */
    secret: z.string().optional(),
  })
  .meta({ id: 'Channel' })
export type Channel = z.infer<typeof channelSchema>

export const deliverySchema = z
  .strictObject({
    /** The same for every try: receivers tell repeats by it. */
    event: z.string(),
    type: z.string(),
    state: z.enum(['pending', 'delivered', 'failed']),
    attempts: z.int(),
    nextAttemptAt: instant.nullable(),
    deliveredAt: instant.nullable(),
    /** Why the last try failed; never the body of an answer. */
    error: z.string().nullable(),
  })
  .meta({ id: 'Delivery' })
export type Delivery = z.infer<typeof deliverySchema>
