import { z } from 'zod'
import { checkStateSchema } from './checklist.ts'
import { actorSchema } from './actor.ts'

const instant = z.iso.datetime({ precision: 3 })

const lineSchema = z.strictObject({ text: z.string(), state: checkStateSchema, note: z.string().nullable() })

export const logNoteSchema = z
  .strictObject({
    id: z.string(),
    text: z.string(),
    by: z.string(),
    at: instant,
    earlier: z
      .array(z.strictObject({ text: z.string(), by: z.string(), at: instant }))
      .describe('Its earlier wordings, the newest first.'),
  })
  .meta({ id: 'LogNote' })

/** One stay at a share, as an engineer would have written it down. */
export const logEntrySchema = z
  .strictObject({
    phase: z.string(),
    startedAt: instant,
    endedAt: instant.nullable(),
    engineer: actorSchema,
    reason: z.string().nullable(),
    pre: z.array(lineSchema),
    deployment: z.array(lineSchema),
    post: z
      .strictObject({
        hours: z.number(),
        complete: z.boolean(),
        errorRate: z.number().nullable(),
        avgResponseTime: z.number().nullable(),
        totalRequests: z.int(),
        complaints: z.int(),
      })
      .describe('The candidate’s first 24 hours, or as much of them as there was.'),
    decision: z
      .strictObject({
        kind: z.enum(['proceed', 'hold', 'rollback', 'complete', 'takeover']),
        at: instant,
        by: actorSchema,
        why: z.string(),
      })
      .nullable(),
    notes: z.array(logNoteSchema),
  })
  .meta({ id: 'LogEntry' })
export type LogEntry = z.infer<typeof logEntrySchema>

export const deploymentLogSchema = z
  .strictObject({ rollout: z.string(), flag: z.string(), environment: z.string(), entries: z.array(logEntrySchema) })
  .meta({ id: 'DeploymentLog' })
export type DeploymentLog = z.infer<typeof deploymentLogSchema>

export const noteInputSchema = z
  .strictObject({
    text: z.string().min(1).max(2000),
    replaces: z
      .string()
      .max(80)
      .optional()
      .describe('The note that this wording takes the place of; its earlier wordings stay in the history.'),
  })
  .meta({ id: 'NoteInput' })
export type NoteInput = z.infer<typeof noteInputSchema>
