import { z } from 'zod'

/**
 * One observation: a call, seen from outside. `at` is the start of the call; a row with empty `metrics` is an exposure,
 * sent at the start; a row with an outcome and no exposure before it counts as both.
 */
export const observationSchema = z
  .strictObject({
    flag: z.string(),
    variant: z.string(),
    unit: z.string().optional(),
    at: z.iso.datetime({ offset: true }),
    model: z.string().max(200).optional(),
    /** What the call was for, such as chat or analysis. */
    task: z.string().max(80).optional(),
    metrics: z.record(z.string(), z.union([z.number(), z.boolean(), z.string()])),
    attempt: z.int().optional(),
    visit: z.int().optional(),
    /** Candidate or baseline, as the sender evaluated it: for units that are sent as a hash. */
    arm: z.enum(['T', 'C']).optional(),
    revision: z.int().optional(),
  })
  .meta({ id: 'Observation' })
export type Observation = z.infer<typeof observationSchema>

/** A batch counts once however often its `id` is sent. Rows are judged one by one. */
export const batchSchema = z
  .strictObject({
    /** Two ids that the database cannot tell apart would lose a batch. */
    id: z
      .string()
      .min(1)
      .max(200)
      .refine((id) => id.isWellFormed() && !id.includes('\0'), {
        error: 'Expected well-formed text without a NUL character.',
      }),
    observations: z.array(z.unknown()).min(1).max(10_000),
  })
  .meta({ id: 'ObservationBatch' })

export const rejectedRowSchema = z.strictObject({
  index: z.int(),
  pointer: z.string(),
  code: z.string(),
  message: z.string(),
})
export type RejectedRow = z.infer<typeof rejectedRowSchema>

export const receiptSchema = z
  .strictObject({ accepted: z.int(), rejected: z.array(rejectedRowSchema), duplicate: z.boolean().optional() })
  .meta({ id: 'Receipt' })
export type Receipt = z.infer<typeof receiptSchema>
