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
    length: durationSchema.optional().describe('How long a window is. Default 5m.'),
    breach: z
      .int()
      .min(1)
      .max(20)
      .optional()
      .describe('So many of the last windows beyond the limit are a breach. Default 2.'),
    of: z.int().min(1).max(20).optional().describe('How many of the last windows are looked at. Default 3.'),
    minSamples: z
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .describe('With fewer calls on a needed side a window says nothing. Default 100, for counts 1.'),
    ceiling: z
      .number()
      .min(1)
      .max(1000)
      .nullable()
      .optional()
      .describe('One window beyond so many times the limit is a breach at once. Default null: none is.'),
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
      .optional()
      .describe('Its name in verdicts, events and alerts. Default: made of metric, stat and limit.'),
    metric: z
      .string()
      .regex(metricName, {
        error: 'Expected a metric name: a letter, then letters, digits, "_" or ".", 64 at most.',
      })
      .describe('What is looked at: a built-in metric, or any number that your rows carry.'),
    stat: statSchema
      .optional()
      .describe('What is made of it. Default: rate for yes or no, mean for amounts; needed for a metric of your own.'),
    where: z
      .string()
      .regex(/^[A-Za-z0-9_][A-Za-z0-9_.:/@-]{0,99}$/, {
        error:
          'Expected a class of the outcome, such as rate_limited, or of "model" the id of one; 100 characters at most.',
      })
      .optional()
      .describe(
        'One class of the outcome: "rate_limited" errors, which rows report as "error.rate_limited": 1. Of "model" the id of a model, as rows name it.',
      ),
    per: z
      .string()
      .regex(metricName)
      .optional()
      .describe('Another metric of the same row that each amount is divided by, such as tokens per patches.'),
    counting: z
      .enum(['unit', 'request'])
      .optional()
      .describe('Whether each unit counts once (default), or each call, taken as independent of the others.'),
    settle: z
      .enum(['at-once', 'timeout'])
      .optional()
      .describe(
        'When a failure counts against the baseline: as it comes (default), or once the timeout is over, for arms that fail at different speeds.',
      ),
    test: z
      .enum(['evidence', 'window'])
      .optional()
      .describe('Evidence that is valid at every look (default), or a plain threshold over windows.'),
    window: windowInputSchema.optional().describe('The windows of a plain threshold.'),
    over: limit
      .optional()
      .describe('Harm is above this, in the unit of the metric. Exactly one of the four limits is needed.'),
    under: limit.optional().describe('Harm is below this.'),
    ratioOver: limit.positive().optional().describe('Harm is above this multiple of the baseline.'),
    ratioUnder: limit.positive().optional().describe('Harm is below this multiple of the baseline.'),
    safeBelow: limit.optional().describe('The safe line of over. Default: the limit itself.'),
    safeAbove: limit.optional().describe('The safe line of under. Default: the limit itself.'),
    safeBelowRatio: limit
      .positive()
      .optional()
      .describe('The safe line of ratioOver. Default: twice the limit for rates and counts, 1.5 times for amounts.'),
    safeAboveRatio: limit
      .positive()
      .optional()
      .describe(
        'The safe line of ratioUnder. Default: the limit divided by 2 for rates and counts, by 1.5 for amounts.',
      ),
    onBreach: onBreachSchema.optional().describe('What a proven breach does. Default hold.'),
    noDataAfter: durationSchema
      .optional()
      .describe(
        'Silence after which there is no data. Default: as the stage and the usual gaps between rows make it plausible.',
      ),
    onNoData: onNoDataSchema
      .optional()
      .describe(
        'What silence does beside keeping the stage from opening. Default hold; ignore where a breach only notifies.',
      ),
    stages: z.array(z.int().min(0)).min(1).optional().describe('The stages in which it acts, from 0. Default: all.'),
    runbook: z
      .string()
      .min(1)
      .max(500)
      .optional()
      .describe('What people do about a breach, as text or as an address; every alert about it says so.'),
  })
  .meta({ id: 'GuardrailInput' })

export const stageInputSchema = z
  .strictObject({
    percent: percentSchema.describe('The share that gets the candidate.'),
    atLeast: durationSchema
      .optional()
      .describe(
        'Its least time; time in which something holds it does not count. Default 1h for the first stage, 24h for the others.',
      ),
    gate: z
      .enum(['auto', 'manual'])
      .optional()
      .describe('Whether it is left by itself (default), or by a person once all else is met.'),
    holdback: percentSchema
      .optional()
      .describe('What stays on the baseline until the rollout completes. Default 5 at 100 %, else 0.'),
    checklist: checklistInputSchema.optional().describe('What must be done before this stage is left.'),
  })
  .meta({ id: 'StageInput' })

/** The body of POST rollouts, and the plan of `sluice simulate`. Only `flag` is needed. */
export const planInputSchema = z
  .strictObject({
    flag: z.string().min(1).max(200).describe('The key of the flag.'),
    template: z
      .string()
      .min(1)
      .max(80)
      .optional()
      .describe('A plan that comes with Sluice; fields given here take the place of its own.'),
    rule: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe('The rule whose share is moved. Default "rollout"; made when the flag has none.'),
    candidate: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe('The variant that is tried. Default: the only one that is not the baseline.'),
    baseline: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe('The variant to compare with. Default: what the flag serves when it is off.'),
    reason: z.string().max(500).optional().describe('Why. After a rollback: what was wrong, and what has changed.'),
    block: durationSchema.optional().describe('How often the evidence is judged, 1s at the least. Default 10s.'),
    timeout: durationSchema
      .optional()
      .describe(
        'A call that has not answered after this time counts as answered. Default 60s; above the longest good call.',
      ),
    advance: z
      .enum(['proof', 'quiet'])
      .optional()
      .describe(
        'What opens the next stage: safety proven, or time up with data and no sign of harm. Default: proof where this traffic can prove it in time, else quiet.',
      ),
    afterWarning: durationSchema
      .optional()
      .describe('Keeps a stage closed for so long after the last early sign of harm. Default 0s.'),
    maxDuration: durationSchema
      .nullable()
      .optional()
      .describe('An attempt that takes longer is held for a person. Default null: no end.'),
    stages: z.array(stageInputSchema).min(1).max(20).optional().describe('Default: 1, 10, 50 and 100 %.'),
    guardrails: z
      .array(guardrailInputSchema)
      .min(1)
      .max(20)
      .optional()
      .describe('Default: errors above the baseline roll back, p95 latency above 1.5 times the baseline holds.'),
    after: z
      .array(z.string().min(1).max(300))
      .max(20)
      .optional()
      .describe('Flags whose newest rollout must have completed first, as flag or environment/flag.'),
    checklist: checklistInputSchema.optional().describe('What must be done before the start.'),
  })
  .meta({ id: 'PlanInput' })

export type GuardrailInput = z.infer<typeof guardrailInputSchema>
export type StageInput = z.infer<typeof stageInputSchema>
export type PlanInput = z.infer<typeof planInputSchema>
