import { z } from 'zod'
import { fieldErrorSchema } from './problem.ts'

export const importFormatSchema = z.enum(['sluice', 'litellm', 'models.dev', 'openrouter', 'genai-prices'])
export type ImportFormat = z.infer<typeof importFormatSchema>

/** A fault at its place in the file. */
export const importErrorSchema = fieldErrorSchema.extend({ line: z.int(), column: z.int() }).meta({ id: 'ImportError' })
export type ImportError = z.infer<typeof importErrorSchema>

export const priceChangeSchema = z
  .strictObject({
    slot: z.string(),
    from: z.string().nullable(),
    to: z.string().nullable(),
    percent: z
      .number()
      .nullable()
      .describe('By how much, in percent of the price before; null where there was none, or it was 0.'),
    large: z.boolean().describe('More than 25 %, or from 0.'),
  })
  .meta({ id: 'PriceChange' })
export type PriceChange = z.infer<typeof priceChangeSchema>

/** What an import would do with one record of the file. */
export const importRecordSchema = z
  .strictObject({
    id: z.string().nullable().describe('Null when the record does not say which model it is.'),
    action: z.enum(['create', 'update', 'unchanged', 'skip', 'conflict', 'error']),
    pointer: z.string(),
    line: z.int(),
    changes: z
      .array(z.strictObject({ field: z.string(), oldValue: z.unknown(), newValue: z.unknown() }))
      .describe('Of an update; what a new model costs stands in `priceChanges`.'),
    priceChanges: z.array(priceChangeSchema),
    kept: z
      .array(z.strictObject({ group: z.string(), owner: z.string(), fields: z.array(z.string()) }))
      .describe('Groups that belong to somebody else and stay as they are.'),
    errors: z.array(importErrorSchema),
    warnings: z.array(z.string()),
  })
  .meta({ id: 'ImportRecord' })
export type ImportRecord = z.infer<typeof importRecordSchema>

export const importCountsSchema = z
  .strictObject({
    records: z.int(),
    create: z.int(),
    update: z.int(),
    unchanged: z.int(),
    skip: z.int(),
    conflict: z.int(),
    error: z.int(),
    largePriceChanges: z.int(),
  })
  .meta({ id: 'ImportCounts' })

export const importPlanSchema = z
  .strictObject({
    planId: z.string(),
    planHash: z.string(),
    format: importFormatSchema,
    expiresAt: z.iso.datetime({ precision: 3 }),
    summary: z.string().describe('In a sentence: "All unchanged.", "12 to create, 3 to update; …".'),
    counts: importCountsSchema,
    records: z
      .array(importRecordSchema)
      .describe(
        'Errors, conflicts, updates, creations, skips, with large price changes first; unchanged ones are only counted.',
      ),
    missing: z.array(z.string()).describe('Models of this source that the file does not hold; they stay.'),
  })
  .meta({ id: 'ImportPlan' })
export type ImportPlan = z.infer<typeof importPlanSchema>

export const importApplySchema = z
  .strictObject({
    planId: z.string(),
    planHash: z.string(),
    reason: z.string().min(1).max(500),
    partial: z.boolean().optional().describe('Import the good records though others are bad.'),
  })
  .meta({ id: 'ImportApply' })

export const importResultSchema = z
  .strictObject({ importId: z.string(), revision: z.int(), created: z.int(), updated: z.int(), passedOver: z.int() })
  .meta({ id: 'ImportResult' })
export type ImportResult = z.infer<typeof importResultSchema>

/** How far a plan or an import has come. */
export const importProgressSchema = z
  .strictObject({ phase: z.enum(['reading', 'comparing', 'writing', 'done']), done: z.int(), total: z.int() })
  .meta({ id: 'ImportProgress' })
export type ImportProgress = z.infer<typeof importProgressSchema>
