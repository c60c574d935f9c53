import { z } from 'zod'
import { checklistInputSchema } from './checklist.ts'
import { durationSchema } from './duration.ts'
import { percentSchema } from './percent.ts'

export const statSchema = z.enum(['rate', 'count', 'mean', 'p50', 'p90', 'p95', 'p99'])
export const onBreachSchema = z.enum(['notify', 'hold', 'step-back', 'rollback'])
export const onNoDataSchema = z.enum(['ignore', ...onBreachSchema.options])

const metricName = /^[A-Za-z][A-Za-z0-9_.]{0,63}$/
const limit = z.number().meta({ description: 'A limit in the metric’s unit, or a multiple of the baseline.' })

/** A plain threshold over windows of time, in place of evidence; every field has a default. */
export const windowInputSchema = z
  .strictObject({
    length: durationSchema.optional(),
    breach: z.int().min(1).max(20).optional(),
    of: z.int().min(1).max(20).optional(),
    minSamples: z.int().min(1).max(1_000_000).optional(),
    ceiling: z.number().min(1).max(1000).nullable().optional(),
  })
  .meta({
    id: 'WindowInput',
    description:
      'Breach when so many of the last windows lie beyond the limit, or one beyond ceiling times the limit. No statistical guarantee.',
  })

export const guardrailInputSchema = z
  .strictObject({
    id: z
      .string()
      .regex(/^[A-Za-z0-9._-]{1,80}$/)
      .optional(),
    metric: z.string().regex(metricName, {
      error: 'Expected a metric name: a letter, then letters, digits, "_" or ".", 64 at most.',
    }),
    stat: statSchema.optional(),
    where: z
      .string()
      .regex(/^[A-Za-z0-9_]{1,40}$/, {
        error: 'Expected a class of the outcome, such as rate_limited: letters, digits and "_", 40 at most.',
      })
      .optional(),
    per: z.string().regex(metricName).optional(),
    counting: z.enum(['unit', 'request']).optional(),
    settle: z.enum(['at-once', 'timeout']).optional(),
    test: z.enum(['evidence', 'window']).optional(),
    window: windowInputSchema.optional(),
    over: limit.optional(),
    under: limit.optional(),
    ratioOver: limit.positive().optional(),
    ratioUnder: limit.positive().optional(),
    safeBelow: limit.optional(),
    safeAbove: limit.optional(),
    safeBelowRatio: limit.positive().optional(),
    safeAboveRatio: limit.positive().optional(),
    onBreach: onBreachSchema.optional(),
    noDataAfter: durationSchema.optional(),
    onNoData: onNoDataSchema.optional(),
    stages: z.array(z.int().min(0)).min(1).optional(),
  })
  .meta({ id: 'GuardrailInput' })

export const stageInputSchema = z
  .strictObject({
    percent: percentSchema,
    atLeast: durationSchema.optional(),
    gate: z.enum(['auto', 'manual']).optional(),
    holdback: percentSchema.optional(),
    /** Must be done before this stage is left. */
    checklist: checklistInputSchema.optional(),
  })
  .meta({ id: 'StageInput' })

/** The body of POST rollouts, and the plan of `sluice simulate`. Only `flag` is needed. */
export const planInputSchema = z
  .strictObject({
    flag: z.string().min(1).max(200),
    /** A plan that comes with Sluice; fields given here take the place of its own. */
    template: z.string().min(1).max(80).optional(),
    rule: z.string().min(1).max(200).optional(),
    candidate: z.string().min(1).max(200).optional(),
    baseline: z.string().min(1).max(200).optional(),
    reason: z.string().max(500).optional(),
    block: durationSchema.optional(),
    timeout: durationSchema.optional(),
    advance: z.enum(['proof', 'quiet']).optional(),
    afterWarning: durationSchema.optional(),
    maxDuration: durationSchema.nullable().optional(),
    stages: z.array(stageInputSchema).min(1).max(20).optional(),
    guardrails: z.array(guardrailInputSchema).min(1).max(20).optional(),
    /** Flags whose rollout must have completed first, `flag` or `environment/flag`: a train, or staging before production. */
    after: z.array(z.string().min(1).max(300)).max(20).optional(),
    /** Must be done before the start. */
    checklist: checklistInputSchema.optional(),
  })
  .meta({ id: 'PlanInput' })

export type GuardrailInput = z.infer<typeof guardrailInputSchema>
export type StageInput = z.infer<typeof stageInputSchema>
export type PlanInput = z.infer<typeof planInputSchema>
