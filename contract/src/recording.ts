import { z } from 'zod'
import { decisionSchema } from './rollout.ts'

/** Values of the engine, as it has them: `core/rollout` says what they are. */
const engineValue = z.looseObject({})

/** One thing that the engine was told, and the decision that the log has of it. */
export const recordedStepSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('block'),
      attempt: z.int(),
      index: z.int(),
      facts: engineValue,
      /** Null: nothing came in and nothing came due. */
      block: engineValue.nullable(),
      /** False when it is not what was sealed. */
      intact: z.boolean(),
      decision: decisionSchema.nullable(),
    }),
    z.strictObject({
      kind: z.literal('action'),
      action: engineValue,
      nowMs: z.number(),
      decision: decisionSchema,
    }),
  ])
  .meta({ id: 'RecordedStep' })

/** A page of a rollout's record: enough to run its decisions again. The last page says where it stands. */
export const recordingSchema = z
  .strictObject({
    plan: engineValue,
    steps: z.array(recordedStepSchema),
    end: engineValue.optional(),
    next: z.string().optional(),
  })
  .meta({ id: 'Recording' })
export type Recording = z.infer<typeof recordingSchema>
