import { z } from 'zod'
import { actorSchema } from './actor.ts'
import { durationSchema } from './duration.ts'

const instant = z.iso.datetime({ precision: 3 })

/** What the charts know of the candidate's calls in a stage. */
export const checkMetrics = [
  'calls',
  'error',
  'p50_latency_ms',
  'p95_latency_ms',
  'tokens',
  'cost_usd',
  'quality',
] as const

export const checkInputSchema = z
  .strictObject({
    id: z
      .string()
      .regex(/^[A-Za-z0-9._-]{1,80}$/)
      .optional()
      .describe('What commands and requests call it. Default: made of the text.'),
    text: z.string().min(1).max(200).describe('What people read.'),
    url: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('An address that the server asks until it answers 2xx.'),
    command: z
      .string()
      .min(1)
      .max(300)
      .optional()
      .describe('A command that CI runs, by sluice check run; the server never does.'),
    metric: z.enum(checkMetrics).optional().describe('A figure of the calls of the candidate in this stage.'),
    above: z.number().optional().describe('The metric must be above this.'),
    below: z.number().optional().describe('The metric must be below this.'),
    maxAge: durationSchema
      .optional()
      .describe('How long an answer of a person or a command counts. Default: for good.'),
  })
  .meta({
    id: 'CheckInput',
    description: 'A person ticks it, unless it names a url, a command, or a metric with above or below.',
  })
export type CheckInput = z.infer<typeof checkInputSchema>

export const checklistInputSchema = z
  .array(
    z.union([z.string().min(1).max(200), checkInputSchema], { error: 'Expected a text, or an object with "text".' }),
  )
  .max(30)
  .meta({ id: 'ChecklistInput', description: 'What has to be done first; a text alone is for a person to tick.' })
export type ChecklistInput = z.infer<typeof checklistInputSchema>

export const checkStateSchema = z.enum(['open', 'passed', 'failed', 'skipped'])
export type CheckState = z.infer<typeof checkStateSchema>

/** One item as people see it. */
export const checkSchema = z
  .strictObject({
    id: z.string(),
    text: z.string(),
    stage: z.int().describe('The stage that it must be done in to go on; -1: before the start.'),
    by: z.enum(['person', 'http', 'command', 'metric']),
    detail: z.string().nullable().describe('The address, the command or the condition.'),
    state: checkStateSchema,
    at: instant.nullable(),
    actor: actorSchema.nullable(),
    note: z.string().nullable(),
  })
  .meta({ id: 'Check' })
export type Check = z.infer<typeof checkSchema>

export const checkResultInputSchema = z
  .strictObject({
    item: z.string().min(1).max(80),
    state: checkStateSchema,
    note: z.string().max(500).optional(),
    exitCode: z.int().optional(),
    output: z.string().max(4000).optional().describe('The end of what a command printed.'),
  })
  .meta({ id: 'CheckResultInput' })
export type CheckResultInput = z.infer<typeof checkResultInputSchema>
