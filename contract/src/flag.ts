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
    version: z.int().describe('Rises with every change of this flag.'),
    revision: z.int().describe('Of the flag set in which it was changed last.'),
    createdAt: z.iso.datetime({ precision: 3 }),
    updatedAt: z.iso.datetime({ precision: 3 }),
    rollout: z
      .strictObject({ id: z.string(), rule: z.string() })
      .nullable()
      .describe('The rollout that owns the share of one rule, if one is running.'),
    flag: z.record(z.string(), z.unknown()).describe('The flag itself.'),
    warnings: z.array(z.string()).describe('What could go wrong with it.'),
    stale: staleSchema.nullable().describe('Why the flag is due to leave the code; null while it is not.'),
  })
  .meta({ id: 'FlagRecord' })
export type FlagRecord = z.infer<typeof flagRecordSchema>

/** One environment's flags, as SDKs hold them. */
export const snapshotSchema = z
  .strictObject({
    schema: z.literal(1),
    env: z.string().describe('The environment.'),
    epoch: z.string().describe('The life of the database; within it revisions only grow.'),
    revision: z.int().describe('Rises with every change.'),
    flagCount: z.int().describe('How many flags there are, to see a cut-off answer.'),
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
    kind: keyKindSchema.describe('What it may do.'),
    environment: z.string().nullable().describe('Where; null: everywhere.'),
    name: z.string().describe('What people call it.'),
    last4: z.string().describe('Its last four characters, to recognise it.'),
    createdAt: z.iso.datetime({ precision: 3 }),
    secret: z.string().optional().describe('Shown once, in the answer that creates it.'),
  })
  .meta({ id: 'Key' })
export type ApiKey = z.infer<typeof keySchema>

export const keyInputSchema = z
  .strictObject({ kind: keyKindSchema, environment: z.string().optional(), name: z.string().min(1).max(100) })
  .meta({ id: 'KeyInput' })
