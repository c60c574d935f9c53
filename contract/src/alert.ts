import { z } from 'zod'

const instant = z.iso.datetime({ precision: 3 })

export const alertSchema = z
  .strictObject({
    id: z.string(),
    environment: z.string(),
    flag: z.string(),
    rollout: z.string(),
    /** What it is about, such as `breach:error-ratio`; at most one alert a flag and cause is open. */
    cause: z.string(),
    severity: z.enum(['CRITICAL', 'WARNING', 'INFO']),
    message: z.string(),
    /** What to do about it. */
    action: z.string(),
    /** What the plan says people do about it. */
    runbook: z.string().nullable(),
    /** The figures that opened it; null where none did. */
    evidence: z
      .strictObject({ metric: z.string(), value: z.number().nullable(), limit: z.number(), n: z.int() })
      .nullable(),
    state: z.enum(['open', 'acknowledged', 'resolved']),
    openedAt: instant,
    acknowledgedAt: instant.nullable(),
    acknowledgedBy: z.string().nullable(),
    resolvedAt: instant.nullable(),
    /** Null when it resolved by itself. */
    resolvedBy: z.string().nullable(),
    /** How often it came back within half an hour of being resolved. */
    reopened: z.int(),
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
