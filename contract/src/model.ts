import { z } from 'zod'
import { actorSchema } from './actor.ts'

const instant = z.iso.datetime({ precision: 3 })
/** USD as decimal text. */
const money = z.string()

/** A price: a rate for `per` units of a meter, under conditions, from an instant on. A rate of null withdraws it. */
export const priceSchema = z
  .strictObject({
    meter: z.string(),
    rate: money.nullable(),
    per: z.union([z.literal(1), z.literal(1000), z.literal(1_000_000)]),
    when: z
      .strictObject({
        promptTokensGt: z.int().optional(),
        batch: z.literal(true).optional(),
        serviceTier: z.string().optional(),
        quality: z.string().optional(),
        size: z.string().optional(),
        region: z.string().optional(),
        timeOfDayUtc: z.string().optional(),
        weekdays: z.array(z.int()).optional(),
      })
      .optional(),
    effectiveFrom: z.string().optional(),
  })
  .meta({ id: 'Price' })

export const modelStatusSchema = z.enum(['draft', 'active', 'preview', 'deprecated', 'retired'])
export const modelKindSchema = z.enum([
  'chat',
  'embedding',
  'image',
  'transcription',
  'speech',
  'video',
  'rerank',
  'moderation',
  'ocr',
  'other',
])
const reasoningSchema = z.looseObject({ type: z.string() })

/** A model in its canonical form; the rules are those of `parseModel` in core/catalogue. */
export const modelSchema = z
  .strictObject({
    id: z.string(),
    provider: z.string(),
    name: z.string(),
    status: modelStatusSchema,
    kind: modelKindSchema,
    family: z.string().optional(),
    upstream: z
      .strictObject({ sdk: z.string().optional(), modelId: z.string().optional(), via: z.string().optional() })
      .optional(),
    tags: z.array(z.string()).optional(),
    notes: z.string().optional(),
    limits: z
      .strictObject({ context: z.int().optional(), input: z.int().optional(), output: z.int().optional() })
      .optional(),
    modalities: z.strictObject({ input: z.array(z.string()), output: z.array(z.string()) }).optional(),
    capabilities: z.record(z.string(), z.boolean()).optional(),
    reasoning: reasoningSchema.optional(),
    replacedBy: z.string().optional(),
    deprecatedAt: z.string().optional(),
    retireAt: z.string().optional(),
    prices: z.array(priceSchema),
    aliases: z.array(
      z.strictObject({
        alias: z.string(),
        kind: z.enum(['dated', 'upstream', 'latest', 'renamed']),
        validFrom: z.string().optional(),
      }),
    ),
    source: z.string(),
    sourceUrl: z.string().optional(),
    managedBy: z.record(z.string(), z.string()).optional(),
    extra: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: 'Model' })

/** The four prices a million that lists show; `calculateCost` never uses them. */
export const modelConfigSchema = z
  .strictObject({
    id: z.string(),
    provider: z.string(),
    name: z.string(),
    contextWindow: z.int().nullable(),
    pricing: z
      .record(z.string(), z.number())
      .describe('USD per million tokens in force now, without conditions, for display only.'),
    capabilities: z.array(z.string()),
    status: modelStatusSchema,
    reasoning: reasoningSchema,
  })
  .meta({ id: 'ModelConfig' })

/** A line of the list. */
export const modelListItemSchema = modelConfigSchema
  .extend({
    kind: modelKindSchema,
    version: z.int(),
    selectable: z.boolean().describe('Offered in pickers and to new flags.'),
    source: z.string(),
    updatedAt: instant,
    deletedAt: instant.nullable(),
  })
  .meta({ id: 'ModelListItem' })
export type ModelListItem = z.infer<typeof modelListItemSchema>

export const modelListSchema = z
  .strictObject({
    items: z.array(modelListItemSchema),
    total: z.int().describe('How many there are on all pages.'),
    providers: z
      .array(z.strictObject({ provider: z.string(), models: z.int() }))
      .describe('How many of these each provider has.'),
    next: z.string().optional(),
  })
  .meta({ id: 'ModelList' })
export type ModelList = z.infer<typeof modelListSchema>

/** A model and its bookkeeping. */
export const modelRecordSchema = z
  .strictObject({
    model: modelSchema,
    config: modelConfigSchema.describe('The same in the guides’ words.'),
    version: z.int(),
    selectable: z.boolean(),
    callable: z.boolean(),
    createdAt: instant,
    createdBy: actorSchema,
    updatedAt: instant,
    updatedBy: actorSchema,
    deletedAt: instant.nullable(),
    warnings: z.array(z.string()).describe('Allowed, and worth knowing.'),
  })
  .meta({ id: 'ModelRecord' })
export type ModelRecord = z.infer<typeof modelRecordSchema>

/** A model as people write it: the canonical form, or the guides' (`pricing`, `contextWindow`, a list of capabilities). */
export const modelInputSchema = z
  .looseObject({}, { error: 'Expected a model as a JSON object.' })
  .meta({ id: 'ModelInput' })

export const fieldChangeSchema = z
  .strictObject({ field: z.string(), oldValue: z.unknown(), newValue: z.unknown() })
  .meta({ id: 'FieldChange' })
export type FieldChange = z.infer<typeof fieldChangeSchema>

export const patchSchema = z
  .array(z.looseObject({ op: z.enum(['add', 'remove', 'replace']), path: z.string() }))
  .meta({ id: 'JsonPatch', description: 'RFC 6902, over the model with prices and aliases keyed by what they are.' })

export const modelVersionSchema = z
  .strictObject({
    version: z.int(),
    at: instant,
    changedBy: z.string(),
    actor: actorSchema,
    role: z.string(),
    action: z.enum(['create', 'update', 'duplicate', 'import', 'deprecate', 'retire', 'delete', 'restore', 'revert']),
    reason: z.string().nullable(),
    source: z.string(),
    importId: z.string().nullable(),
    changes: z.array(fieldChangeSchema),
    patch: patchSchema,
    after: modelSchema.describe('The whole model after it.'),
  })
  .meta({ id: 'ModelVersion' })
export type ModelVersion = z.infer<typeof modelVersionSchema>
export const modelHistorySchema = z
  .strictObject({ items: z.array(modelVersionSchema), next: z.string().optional() })
  .meta({ id: 'ModelHistory' })
export type ModelHistory = z.infer<typeof modelHistorySchema>

export const referrerSchema = z
  .strictObject({
    kind: z.enum(['flag', 'model']),
    environment: z.string().nullable(),
    ref: z.string(),
    path: z.string().describe('Where in it the model is named, as a JSON pointer.'),
  })
  .meta({ id: 'Referrer' })
export type Referrer = z.infer<typeof referrerSchema>

/** What `VERSION_CONFLICT` carries in `current`, so that both changes can be put together. */
export const modelConflictSchema = z
  .strictObject({
    current: modelRecordSchema,
    theirs: z
      .array(fieldChangeSchema)
      .describe('From the version you began with to the present one; null when it is not known.'),
    yours: z.array(fieldChangeSchema).describe('From the version you began with to what you sent.'),
    both: z.array(z.string()).describe('Fields that both touch; none: send the same again with the new version.'),
  })
  .meta({ id: 'ModelConflict' })
export type ModelConflict = z.infer<typeof modelConflictSchema>

/** New prices; each begins now unless it says otherwise. */
export const pricesInputSchema = z
  .strictObject({
    prices: z.array(z.unknown()).min(1).max(500),
    wholeList: z
      .boolean()
      .optional()
      .describe('What is not named is withdrawn from then on: this is the whole price list.'),
    correction: z
      .boolean()
      .optional()
      .describe('Prices replace those of the same slot and beginning; those without a beginning the one in force.'),
  })
  .meta({ id: 'PricesInput' })
export type PricesInput = z.infer<typeof pricesInputSchema>

export const duplicateInputSchema = z
  .strictObject({ id: z.string(), name: z.string().optional() })
  .meta({ id: 'DuplicateInput' })
export type DuplicateInput = z.infer<typeof duplicateInputSchema>
export const revertInputSchema = z.strictObject({ version: z.int().min(1) }).meta({ id: 'RevertInput' })

/** Names of counts are those of a usage (core/catalogue); a provider's own shape is understood too. */
export const costInputSchema = z
  .strictObject({
    model: z.string().optional(),
    prices: z.array(z.unknown()).max(500).optional(),
    usage: z.record(z.string(), z.unknown()).nullable().optional(),
    context: z
      .strictObject({
        at: z.string().optional(),
        serviceTier: z.string().optional(),
        batch: z.boolean().optional(),
        quality: z.string().optional(),
        size: z.string().optional(),
        region: z.string().optional(),
      })
      .optional(),
  })
  .refine(({ model, prices }) => (model === undefined) !== (prices === undefined), {
    error: 'Send either "model", an id, or "prices", a list of price components.',
  })
  .meta({ id: 'CostInput' })
export type CostInput = z.infer<typeof costInputSchema>

export const costSchema = z
  .strictObject({
    usd: money.nullable(),
    status: z.enum(['complete', 'incomplete', 'unpriced', 'invalid']),
    source: z.enum(['provider', 'catalogue', 'static']),
    model: z.string(),
    priceVersion: z.int().nullable(),
    at: z.string(),
    breakdown: z.array(
      z.strictObject({
        component: z.string(),
        units: z.string(),
        rate: money,
        per: z.int(),
        usd: money,
        condition: z.string().optional(),
        via: z.literal('parent').optional(),
        assumed: z.literal('standard').optional(),
      }),
    ),
    missing: z.array(z.string()),
    reasons: z.array(z.string()),
    catalogueUsd: money.optional(),
  })
  .meta({ id: 'Cost' })
export type Cost = z.infer<typeof costSchema>

/** Everything an SDK holds: the models with their versions, and the ids that were deleted. */
export const modelSnapshotSchema = z
  .strictObject({
    schema: z.literal(1),
    epoch: z.string(),
    revision: z.int(),
    modelCount: z.int(),
    models: z.array(z.strictObject({ version: z.int(), model: modelSchema })),
    deleted: z.array(z.string()),
  })
  .meta({ id: 'ModelSnapshot' })
export type ModelSnapshot = z.infer<typeof modelSnapshotSchema>

/** What calls used and cost, in one group. */
export const modelUsageRowSchema = z
  .strictObject({
    model: z.string().nullable(),
    day: z.string().nullable(),
    environment: z.string().nullable(),
    flag: z.string().nullable(),
    variant: z.string().nullable(),
    calls: z.int(),
    inputTokens: z.int(),
    outputTokens: z.int(),
    /** The sum of the costs that are known. */
    usd: money,
    unpricedCalls: z.int().describe('Calls whose cost nobody knows: the sum lacks them.'),
  })
  .meta({ id: 'ModelUsageRow' })
export const modelUsageSchema = z
  .strictObject({ from: instant, to: instant, items: z.array(modelUsageRowSchema) })
  .meta({ id: 'ModelUsage' })
export type ModelUsage = z.infer<typeof modelUsageSchema>
