import { z } from 'zod'

const staleSchema = z.strictObject({
  /** `expired`: past its own date. `completed`: everybody has had the candidate for 30 days. `unread`: no call for 30 days. */
  code: z.enum(['expired', 'completed', 'unread']),
  since: z.iso.datetime({ precision: 3 }),
  sentence: z.string(),
})
export type Stale = z.infer<typeof staleSchema>

/** What the server answers about one flag: the flag itself (format: `core/evaluation`) and its bookkeeping. */
export const flagRecordSchema = z
  .strictObject({
    key: z.string(),
    version: z.int(),
    revision: z.int(),
    createdAt: z.iso.datetime({ precision: 3 }),
    updatedAt: z.iso.datetime({ precision: 3 }),
    /** The rollout that owns the share of one rule, if one is running. */
    rollout: z.strictObject({ id: z.string(), rule: z.string() }).nullable(),
    flag: z.record(z.string(), z.unknown()),
    warnings: z.array(z.string()),
    /** Why the flag is due to leave the code; null while it is not. */
    stale: staleSchema.nullable(),
  })
  .meta({ id: 'FlagRecord' })
export type FlagRecord = z.infer<typeof flagRecordSchema>

/** One environment's flags, as SDKs hold them. */
export const snapshotSchema = z
  .strictObject({
    schema: z.literal(1),
    env: z.string(),
    epoch: z.string(),
    revision: z.int(),
    flagCount: z.int(),
    flags: z.record(z.string(), z.record(z.string(), z.unknown())),
    segments: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
  })
  .meta({ id: 'Snapshot' })
export type Snapshot = z.infer<typeof snapshotSchema>

/** `viewer` and `editor` open the catalogue of models; `admin` everything. */
export const keyKindSchema = z.enum(['server', 'client', 'ingest', 'viewer', 'editor', 'admin'])
export type KeyKind = z.infer<typeof keyKindSchema>

export const keySchema = z
  .strictObject({
    id: z.string(),
    kind: keyKindSchema,
    environment: z.string().nullable(),
    name: z.string(),
    last4: z.string(),
    createdAt: z.iso.datetime({ precision: 3 }),
    /** Shown once, in the answer that creates it. */
    secret: z.string().optional(),
  })
  .meta({ id: 'Key' })
export type ApiKey = z.infer<typeof keySchema>

export const keyInputSchema = z
  .strictObject({ kind: keyKindSchema, environment: z.string().optional(), name: z.string().min(1).max(100) })
  .meta({ id: 'KeyInput' })
