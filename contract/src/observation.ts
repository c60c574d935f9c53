import { z } from 'zod'

/**
 * One observation: a call, seen from outside. `at` is the start of the call; a row with empty `metrics` is an exposure,
 * sent at the start; a row with an outcome and no exposure before it counts as both.
 */
export const observationSchema = z
  .strictObject({
    flag: z.string().describe('The key of the flag.'),
    variant: z.string().describe('The variant that was given.'),
    unit: z.string().optional().describe('Who was assigned. Without it the row is shown and is no evidence.'),
    at: z.iso.datetime({ offset: true }).describe('The start of the call.'),
    model: z.string().max(200).optional().describe('The model that answered, provider:name.'),
    task: z.string().max(80).optional().describe('What the call was for, such as chat or analysis.'),
    metrics: z
      .record(z.string(), z.union([z.number(), z.boolean(), z.string()]))
      .describe('What was measured. Empty: the unit has got the variant.'),
    attempt: z.int().optional().describe('As the snapshot had it.'),
    visit: z.int().optional().describe('As the snapshot had it.'),
    arm: z
      .enum(['T', 'C'])
      .optional()
      .describe('Candidate or baseline, as the sender evaluated it: for units that are sent as a hash.'),
    revision: z.int().optional().describe('Of the snapshot that was evaluated.'),
  })
  .meta({ id: 'Observation' })
export type Observation = z.infer<typeof observationSchema>

/** A batch counts once however often its `id` is sent. Rows are judged one by one. */
export const batchSchema = z
  .strictObject({
    id: z
      .string()
      .min(1)
      .max(200)
      .refine((id) => id.isWellFormed() && !id.includes('\0'), {
        error: 'Expected well-formed text without a NUL character.',
      })
      .describe('Two ids that the database cannot tell apart would lose a batch.'),
    observations: z.array(z.unknown()).min(1).max(10_000),
  })
  .meta({ id: 'ObservationBatch' })

export const rejectedRowSchema = z.strictObject({
  index: z.int().describe('Which row, from 0.'),
  pointer: z.string().describe('Where in the row.'),
  code: z.string().describe('Why, for programs.'),
  message: z.string().describe('Why, and what to do.'),
})
export type RejectedRow = z.infer<typeof rejectedRowSchema>

export const receiptSchema = z
  .strictObject({ accepted: z.int(), rejected: z.array(rejectedRowSchema), duplicate: z.boolean().optional() })
  .meta({ id: 'Receipt' })
export type Receipt = z.infer<typeof receiptSchema>
