import { z } from 'zod'

/** A segment as people write it; its condition is checked by `core/evaluation`. */
export const segmentInputSchema = z
  .looseObject({}, { error: 'Expected a segment as a JSON object such as {"if": …}.' })
  .meta({ id: 'SegmentInput' })

/** What the server answers about one segment: itself, its bookkeeping, and who uses it. */
export const segmentRecordSchema = z
  .strictObject({
    name: z.string(),
    version: z.int(),
    revision: z.int(),
    createdAt: z.iso.datetime({ precision: 3 }),
    updatedAt: z.iso.datetime({ precision: 3 }),
    segment: z.record(z.string(), z.unknown()),
    usedBy: z
      .strictObject({ flags: z.array(z.string()), segments: z.array(z.string()) })
      .describe('The flags and segments whose conditions name it.'),
  })
  .meta({ id: 'SegmentRecord' })
export type SegmentRecord = z.infer<typeof segmentRecordSchema>

export const segmentListSchema = z.strictObject({ items: z.array(segmentRecordSchema) }).meta({ id: 'SegmentList' })
