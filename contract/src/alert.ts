import { z } from 'zod'

const instant = z.iso.datetime({ precision: 3 })

export const alertSchema = z
  .strictObject({
    id: z.string(),
    environment: z.string(),
    flag: z.string(),
    rollout: z.string(),
    cause: z
      .string()
      .describe('What it is about, such as `breach:error-ratio`; at most one alert a flag and cause is open.'),
    severity: z.enum(['CRITICAL', 'WARNING', 'INFO']).describe('How urgent it is.'),
    message: z.string().describe('What is wrong, for people.'),
    action: z.string().describe('What to do about it.'),
    runbook: z.string().nullable().describe('What the plan says people do about it.'),
    evidence: z
      .strictObject({ metric: z.string(), value: z.number().nullable(), limit: z.number(), n: z.int() })
      .nullable()
      .describe('The figures that opened it; null where none did.'),
    state: z.enum(['open', 'acknowledged', 'resolved']).describe('Open for as long as its cause is there.'),
    openedAt: instant.describe('When it was opened.'),
    acknowledgedAt: instant.nullable(),
    acknowledgedBy: z.string().nullable(),
    resolvedAt: instant.nullable(),
    resolvedBy: z.string().nullable().describe('Null when it resolved by itself.'),
    reopened: z.int().describe('How often it came back within half an hour of being resolved.'),
  })
  .meta({ id: 'Alert' })
export type Alert = z.infer<typeof alertSchema>

export const alertActionSchema = z
  .strictObject({
    action: z.enum(['acknowledge', 'resolve'], { error: 'Expected one of acknowledge, resolve.' }),
    reason: z.string().max(500).optional(),
  })
  .meta({ id: 'AlertActionInput' })
export type AlertActionInput = z.infer<typeof alertActionSchema>
