import { z } from 'zod'
import { onBreachSchema, planInputSchema, statSchema } from './plan.ts'
import { planSchema } from './rollout.ts'

/** What people say of their traffic where no history tells it, or in place of it. */
export const trafficInputSchema = z
  .strictObject({
    unitsPerDay: z.number().positive().max(1e12).describe('Distinct units a day.'),
    callsPerDay: z.number().positive().max(1e12).optional().describe('Calls a day.'),
    rates: z
      .record(z.string(), z.number().min(0).max(1))
      .optional()
      .describe('Share of units with the bad outcome, by metric: `{"error": 0.01}`.'),
    values: z
      .record(
        z.string(),
        z
          .strictObject({ median: z.number().positive(), p95: z.number().positive() })
          .refine(({ median, p95 }) => p95 >= median, {
            path: ['p95'],
            error: 'Expected the amount that 5 of 100 exceed: it cannot lie below the median.',
          }),
      )
      .optional()
      .describe('The usual amount and the one that 5 of 100 exceed, by metric.'),
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
    unknown: z.enum(['no_traffic', 'unseen', 'zero']).nullable().describe('Why nothing can be said.'),
    baseline: z.number().nullable().describe('What the baseline does today.'),
    smallestEffect: z.number().nullable().describe('The smallest harm that is found in 80 of 100 rollouts.'),
    prospects: z.array(z.strictObject({ effect: z.number(), power: z.number(), timeMs: z.number().nullable() })),
    proofMs: z.number().nullable().describe('How long a proof of safety takes; null: never.'),
    sentence: z.string().describe('The same for people.'),
  })
  .meta({
    id: 'Outlook',
    description:
      'What a guardrail can see at a stage. Effects are multiples of the baseline, or the candidate’s own rate, mean or quantile.',
  })

export const findingSchema = z
  .strictObject({
    severity: z.enum(['error', 'warning']).describe('An error keeps the plan from starting.'),
    code: z.string().describe('For programs.'),
    pointer: z.string().describe('Where in the plan.'),
    sentence: z.string().describe('What is wrong, with its figures.'),
    remedy: z.string().describe('What to do about it.'),
  })
  .meta({ id: 'Finding' })

/** A plan before its start: what it will see at this traffic, how long it takes, what is wrong with it. */
export const previewSchema = z
  .strictObject({
    plan: planSchema,
    notes: z.array(z.string()),
    canStart: z.boolean().describe('False while a finding is an error.'),
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
