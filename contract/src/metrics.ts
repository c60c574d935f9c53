import { z } from 'zod'

const instant = z.iso.datetime({ precision: 3 })
/** Of no calls there is no rate and no mean: null, never 0. */
const figure = z.number().nullable()

const modelShareSchema = z.strictObject({
  model: z.string(),
  totalCalls: z.int(),
  share: z.number().describe('Part of the calls that name a model, from 0 to 1.'),
  /** The part that was asked for with `expect`; null without. */
  expected: figure,
})

const taskShareSchema = z.strictObject({
  task: z.string(),
  totalCalls: z.int(),
  share: z.number().describe('Part of the variant’s calls that name a task, from 0 to 1.'),
  errorRate: figure,
  modelBreakdown: z.array(modelShareSchema),
})

const groupSchema = z.strictObject({
  value: z.string(),
  totalCalls: z.int(),
  failedCalls: z.int(),
  errorRate: figure,
  avgResponseTime: figure,
  p95ResponseTime: figure,
  avgTokensPerCall: figure,
  errorClasses: z
    .record(z.string(), z.number())
    .describe('Failures by class, of those that name one: `error.rate_limited`.'),
})

/** What one variant did in the window: calls of all kinds, whether they count as evidence or not. */
export const variantSummarySchema = z
  .strictObject({
    flag: z.string(),
    variant: z.string(),
    totalCalls: z.int(),
    successfulCalls: z.int(),
    failedCalls: z.int(),
    /** From 0 to 1, exact: 0.05004 stays above a limit of 0.05. */
    errorRate: figure,
    successRate: figure,
    avgResponseTime: figure,
    p50ResponseTime: figure,
    p95ResponseTime: figure,
    p99ResponseTime: figure,
    totalTokens: z.number(),
    avgTokensPerCall: figure,
    totalCostUsd: z.number(),
    uniqueUsers: z.int(),
    custom: z
      .record(z.string(), z.strictObject({ calls: z.int(), sum: z.number(), mean: z.number() }))
      .describe('Every other metric that was reported, such as patches.'),
    modelBreakdown: z.array(modelShareSchema),
    asExpected: z
      .boolean()
      .nullable()
      .describe(
        'Whether every model’s part lies within the tolerance of what was expected; null when nothing was, or without calls.',
      ),
    taskBreakdown: z.array(taskShareSchema),
    breakdown: z
      .array(groupSchema)
      .nullable()
      .describe(
        'By what was asked for with `by`: models, tasks, or ranges of a metric, such as "10 to 20" patches; else null.',
      ),
  })
  .meta({ id: 'VariantSummary' })
export type VariantSummary = z.infer<typeof variantSummarySchema>

export const metricsSummarySchema = z
  .strictObject({ from: instant, to: instant, items: z.array(variantSummarySchema) })
  .meta({ id: 'MetricsSummary' })
export type MetricsSummary = z.infer<typeof metricsSummarySchema>

/** One variant on one day, in UTC; a day without calls is left out. */
const trendPointSchema = z.strictObject({
  day: z.iso.date(),
  totalCalls: z.int(),
  errorRate: figure,
  avgResponseTime: figure,
  p95ResponseTime: figure,
  avgTokensPerCall: figure,
  totalCostUsd: z.number(),
})
export type TrendPoint = z.infer<typeof trendPointSchema>

export const metricsTrendSchema = z
  .strictObject({
    from: z.iso.date(),
    to: z.iso.date(),
    items: z.array(z.strictObject({ flag: z.string(), variant: z.string(), points: z.array(trendPointSchema) })),
  })
  .meta({ id: 'MetricsTrend' })
export type MetricsTrend = z.infer<typeof metricsTrendSchema>
