import { z } from 'zod'
import { flagRecordSchema, keySchema } from './flag.ts'
import { actorSchema } from './actor.ts'
import { whySchema } from './rollout.ts'

const instant = z.iso.datetime({ precision: 3 })
const listOf = <T extends z.ZodType>(item: T) => z.strictObject({ items: z.array(item) })

export const healthSchema = z.strictObject({ status: z.literal('ok') }).meta({ id: 'Health' })

export const environmentListSchema = listOf(z.strictObject({ name: z.string() })).meta({ id: 'EnvironmentList' })
export const flagListSchema = listOf(flagRecordSchema).meta({ id: 'FlagList' })
export const keyListSchema = listOf(keySchema).meta({ id: 'KeyList' })

/** A flag as people write it. Its rules are checked by `core/evaluation`, which says where what is wrong. */
export const flagInputSchema = z
  .looseObject({}, { error: 'Expected a flag as a JSON object.' })
  .meta({ id: 'FlagInput' })

export const contextSchema = z
  .record(z.string(), z.unknown(), { error: 'Expected the context as an object such as {"targetingKey": "user_1"}.' })
  .meta({ id: 'Context' })

export const explainInputSchema = z
  .strictObject({
    context: contextSchema,
    /** Explained in place of the stored one, as it would be after a PUT of it; nothing is stored. */
    flag: flagInputSchema.optional(),
  })
  .meta({ id: 'ExplainInput' })

export const explanationSchema = z
  .strictObject({
    flag: z.string(),
    revision: z.int(),
    steps: z.array(z.strictObject({ kind: z.string(), passed: z.boolean(), sentence: z.string() })),
    outcome: z.strictObject({
      value: z.unknown().optional(),
      variant: z.string().nullable(),
      reason: z.string(),
      rule: z.string().nullable(),
      error: z.string().optional(),
      arm: z.enum(['T', 'C']).optional(),
      drawn: z.boolean(),
      constant: z.literal(true).optional(),
    }),
  })
  .meta({ id: 'Explanation' })
export type FlagExplanation = z.infer<typeof explanationSchema>

/** One entry of the log: every change in an environment. */
export const eventSchema = z
  .strictObject({
    seq: z.int().describe('Rises within the environment.'),
    id: z.string(),
    at: instant,
    actor: actorSchema,
    subject: z.strictObject({ kind: z.string(), id: z.string() }),
    action: z.string().describe('What happened.'),
    from: z.string().nullable(),
    to: z.string().nullable(),
    why: whySchema.nullable(),
    reason: z.string().nullable().describe('What a person said.'),
    evidence: z.unknown(),
    revision: z.int().nullable().describe('Of the flag set after it; null where it changed none.'),
    hash: z.string().describe('Of this event and the one before: a chain.'),
  })
  .meta({ id: 'Event' })
export type LogEvent = z.infer<typeof eventSchema>
/** An event with the environment it belongs to; null: the installation. */
const auditEventSchema = eventSchema.extend({ environment: z.string().nullable() }).meta({ id: 'AuditEvent' })
export type AuditEvent = z.infer<typeof auditEventSchema>
export const auditListSchema = listOf(auditEventSchema)
  .extend({ next: z.string().optional() })
  .meta({ id: 'AuditList' })
export type AuditList = z.infer<typeof auditListSchema>

/** Whether a chain of events is as it was written. */
export const auditCheckSchema = z
  .strictObject({
    environment: z.string().nullable(),
    state: z.enum(['whole', 'broken']),
    count: z.int().nullable(),
    brokenAt: z
      .int()
      .nullable()
      .describe('The number of the first event that is not what was written, or that is missing.'),
  })
  .meta({ id: 'AuditCheck' })
export type AuditCheck = z.infer<typeof auditCheckSchema>

export const eventListSchema = listOf(eventSchema).extend({ next: z.string().optional() }).meta({ id: 'EventList' })

export const instanceSchema = z
  .strictObject({
    id: z.string(),
    sdk: z.string(),
    revision: z.int().nullable().describe('The last revision it was given; null before the first.'),
    connectedAt: instant,
    lastSeenAt: instant,
  })
  .meta({ id: 'Instance' })
export type Instance = z.infer<typeof instanceSchema>
export const instanceListSchema = listOf(instanceSchema).meta({ id: 'InstanceList' })

/** Either the token of a one-time link or an admin key. */
export const sessionInputSchema = z
  .strictObject({ token: z.string().min(1).max(200).optional(), key: z.string().min(1).max(500).optional() })
  .refine(({ token, key }) => (token === undefined) !== (key === undefined), {
    error: 'Send either {"token": …} from the one-time link or {"key": …}, an admin key.',
  })
  .meta({ id: 'SessionInput' })

/** Who is signed in. */
export const sessionSchema = z
  .strictObject({ signedIn: z.boolean(), person: z.strictObject({ id: z.string(), name: z.string() }).nullable() })
  .meta({ id: 'Session' })
export type Session = z.infer<typeof sessionSchema>

export const ofrepRequestSchema = z.looseObject({ context: contextSchema }).meta({ id: 'OfrepRequest' })
export const ofrepSuccessSchema = z
  .strictObject({
    key: z.string(),
    value: z.unknown().optional(),
    variant: z.string().optional(),
    reason: z.enum(['STATIC', 'TARGETING_MATCH', 'SPLIT', 'DISABLED', 'UNKNOWN']),
    metadata: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  })
  .meta({ id: 'OfrepSuccess' })
export const ofrepFailureSchema = z
  .strictObject({ key: z.string(), errorCode: z.string(), errorDetails: z.string() })
  .meta({ id: 'OfrepFailure' })
export const ofrepBulkSuccessSchema = z
  .strictObject({
    flags: z.array(ofrepSuccessSchema),
    metadata: z.strictObject({ environment: z.string(), revision: z.int() }),
    eventStreams: z.array(
      z.strictObject({ type: z.literal('sse'), endpoint: z.strictObject({ requestUri: z.string() }) }),
    ),
  })
  .meta({ id: 'OfrepBulkSuccess' })
export const ofrepBulkFailureSchema = z
  .strictObject({ errorCode: z.string(), errorDetails: z.string() })
  .meta({ id: 'OfrepBulkFailure' })
