import { z } from 'zod'
import { onBreachSchema, planInputSchema, statSchema } from './plan.ts'
import { planSchema } from './rollout.ts'

/** What people say of their traffic where no history tells it, or in place of it. */
export const trafficInputSchema = z
  .strictObject({
    unitsPerDay: z.number().positive().max(1e12),
    callsPerDay: z.number().positive().max(1e12).optional(),
    /** Share of units with the bad outcome, by metric: `{"error": 0.01}`. */
    rates: z.record(z.string(), z.number().min(0).max(1)).optional(),
    /** The usual amount and the one that 5 of 100 exceed, by metric. */
    values: z
      .record(z.string(), z.strictObject({ median: z.number().positive(), p95: z.number().positive() }))
      .optional(),
  })
  .meta({ id: 'TrafficInput' })
export type TrafficInput = z.infer<typeof trafficInputSchema>

/** The body of POST rollouts/preview: a plan, and the traffic to hold it against if not the flag's own. */
export const previewInputSchema = z
  .strictObject({ plan: planInputSchema, traffic: trafficInputSchema.optional() })
  .meta({ id: 'PreviewInput' })
export type PreviewInput = z.infer<typeof previewInputSchema>

const outlookSchema = z
  .strictObject({
    guardrail: z.string(),
    label: z.string(),
    compare: z.enum(['ratio', 'absolute']),
    stat: statSchema,
    unit: z.enum(['', 'ms', 'tokens', 'USD']),
    onBreach: onBreachSchema,
    unknown: z.enum(['no_traffic', 'unseen', 'zero']).nullable(),
    baseline: z.number().nullable(),
    smallestEffect: z.number().nullable(),
    prospects: z.array(z.strictObject({ effect: z.number(), power: z.number(), timeMs: z.number().nullable() })),
    proofMs: z.number().nullable(),
    /** The same for people. */
    sentence: z.string(),
  })
  .meta({
    id: 'Outlook',
    description:
      'What a guardrail can see at a stage. Effects are multiples of the baseline, or the candidate’s own rate, mean or quantile.',
  })

export const findingSchema = z
  .strictObject({
    severity: z.enum(['error', 'warning']),
    code: z.string(),
    pointer: z.string(),
    sentence: z.string(),
    remedy: z.string(),
  })
  .meta({ id: 'Finding' })

/** A plan before its start: what it will see at this traffic, how long it takes, what is wrong with it. */
export const previewSchema = z
  .strictObject({
    plan: planSchema,
    notes: z.array(z.string()),
    /** False while a finding is an error. */
    canStart: z.boolean(),
    traffic: z
      .strictObject({
        source: z.enum(['history', 'given']),
        unitsPerDay: z.number(),
        rates: z.record(z.string(), z.number()),
        values: z.record(z.string(), z.strictObject({ median: z.number(), p95: z.number() })),
      })
      .nullable(),
    stages: z.array(
      z.strictObject({
        stage: z.int(),
        percent: z.number(),
        atLeastMs: z.number(),
        units: z.strictObject({ candidate: z.number(), baseline: z.number() }).nullable(),
        opensAfterMs: z.number().nullable(),
        outlooks: z.array(outlookSchema),
      }),
    ),
    findings: z.array(findingSchema),
  })
  .meta({ id: 'Preview' })
export type PreviewAnswer = z.infer<typeof previewSchema>
