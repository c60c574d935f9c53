import { z } from 'zod'
import { actorSchema } from './actor.ts'
import { checkSchema } from './checklist.ts'
import { percentSchema } from './percent.ts'
import { guardrailInputSchema, planInputSchema, stageInputSchema } from './plan.ts'

const instant = z.iso.datetime({ precision: 3 })

export const waitingSchema = z.strictObject({ code: z.string(), sentence: z.string() })
export const whySchema = z.strictObject({ code: z.string(), sentence: z.string() })

const armSchema = z
  .strictObject({
    units: z.int(),
    events: z.int().nullable(),
    value: z.number().nullable(),
    calls: z.int(),
  })
  .meta({ id: 'ArmSummary', description: 'Units are what the evidence counts; calls are shown beside them.' })

/** One guardrail as people see it: the limit, the interval against it, and what it would take to decide. */
export const verdictSchema = z
  .strictObject({
    guardrail: z.string(),
    metric: z.string(),
    stat: z.string(),
    label: z.string(),
    unit: z.string(),
    compare: z.enum(['ratio', 'absolute']),
    direction: z.enum(['over', 'under']),
    limit: z.number(),
    safe: z.number(),
    onBreach: z.string(),
    verdict: z.enum(['pass', 'measuring', 'warn', 'fail', 'no_data']),
    estimate: z.number().nullable(),
    interval: z.tuple([z.number().nullable(), z.number().nullable()]),
    candidate: armSchema,
    baseline: armSchema,
    harm: z.strictObject({ logE: z.number(), warnsAt: z.number(), breachesAt: z.number() }),
    safety: z.strictObject({ logE: z.number(), provenAt: z.number() }),
    /** What is counted: each unit once, or calls; windows are plain thresholds without a statistical guarantee. */
    counting: z.enum(['unit', 'request', 'window']),
    windows: z.strictObject({ beyond: z.int(), seen: z.int(), needed: z.int(), of: z.int() }).nullable(),
    shared: z.boolean(),
    noDataSince: instant.nullable(),
    sentence: z.string(),
  })
  .meta({ id: 'Verdict' })

export const stateSchema = z.enum([
  'draft',
  'running',
  'held',
  'awaiting_decision',
  'rolled_back',
  'completed',
  'superseded',
])

/** The plan as it will run: every default written out. */
export const planSchema = planInputSchema
  .omit({ template: true })
  .required()
  .extend({
    stages: z.array(stageInputSchema.required()),
    guardrails: z.array(guardrailInputSchema.required({ id: true, stat: true, onBreach: true })),
  })
  .meta({ id: 'Plan' })

export const rolloutSchema = z
  .strictObject({
    id: z.string(),
    environment: z.string(),
    flag: z.string(),
    state: stateSchema,
    version: z.int(),
    attempt: z.int(),
    plan: planSchema,
    /** What was chosen where the request was silent, and why; what the plan cannot see. */
    notes: z.array(z.string()),
    stage: z
      .strictObject({
        index: z.int(),
        count: z.int(),
        percent: z.number(),
        since: instant.nullable(),
        earliestAt: instant.nullable(),
      })
      .nullable(),
    exposure: z.strictObject({
      set: z.number(),
      actual: z.number().nullable(),
      units: z.int(),
      calls: z.int(),
      baselineUnits: z.int(),
      baselineCalls: z.int(),
    }),
    verdicts: z.array(verdictSchema),
    /** Who asked for the start while something was still open; it starts by itself when all of it is met. */
    armed: z.strictObject({ by: z.string(), at: instant, reason: z.string() }).nullable(),
    checklist: z.array(checkSchema),
    waitingFor: z.array(waitingSchema),
    why: whySchema,
    nextDecisionAt: instant.nullable(),
    sampleRatio: z.strictObject({
      verdict: z.enum(['ok', 'mismatch', 'measuring']),
      logBayesFactor: z.number(),
      sentence: z.string(),
    }),
    /** Rows that are shown and never counted as evidence. */
    uncounted: z.strictObject({ late: z.int(), mismatch: z.int(), withoutUnit: z.int(), public: z.int() }),
    createdAt: instant,
    startedAt: instant.nullable(),
    endedAt: instant.nullable(),
  })
  .meta({ id: 'Rollout' })
export type Rollout = z.infer<typeof rolloutSchema>
export type RolloutVerdict = z.infer<typeof verdictSchema>

/** One event of the log, as decisions, history, audit and the deployment log show it. */
export const decisionSchema = z
  .strictObject({
    id: z.string(),
    seq: z.int(),
    at: instant,
    rollout: z.string(),
    flag: z.string(),
    actor: actorSchema,
    action: z.string(),
    /** Set share in percent before and after. */
    from: z.number(),
    to: z.number(),
    stage: z.int(),
    attempt: z.int(),
    block: z.int(),
    why: whySchema,
    reason: z.string().nullable(),
    verdicts: z.array(verdictSchema),
    revision: z.int(),
  })
  .meta({ id: 'Decision' })
export type DecisionEvent = z.infer<typeof decisionSchema>

export const actionInputSchema = z
  .strictObject({
    action: z.enum(['start', 'proceed', 'hold', 'resume', 'rollback', 'takeover'], {
      error: 'Expected one of start, proceed, hold, resume, rollback, takeover.',
    }),
    reason: z.string().max(500).optional(),
    /** Of proceed, rollback and takeover: the percent to set. */
    to: percentSchema.optional(),
  })
  .meta({ id: 'ActionInput' })
export type ActionInput = z.infer<typeof actionInputSchema>

/** One arm in one slice of time, for charts: calls, not units; quantiles from merged histograms. */
const armPointSchema = z.strictObject({
  calls: z.int(),
  errors: z.int(),
  newUnits: z.int(),
  p50LatencyMs: z.number().nullable(),
  p95LatencyMs: z.number().nullable(),
  tokens: z.number().nullable(),
  costUsd: z.number().nullable(),
  quality: z.number().nullable(),
})

export const seriesSchema = z
  .strictObject({
    bucketMs: z.int(),
    points: z.array(
      z.strictObject({
        at: instant,
        setPercent: z.number(),
        actualPercent: z.number().nullable(),
        candidate: armPointSchema,
        baseline: armPointSchema,
      }),
    ),
  })
  .meta({ id: 'Series' })
export type Series = z.infer<typeof seriesSchema>

/** The written account of how an attempt ended. */
export const reportSchema = z
  .strictObject({
    rollout: rolloutSchema,
    headline: z.string(),
    sentences: z.array(z.string()),
    exposed: z.strictObject({ units: z.int(), calls: z.int(), failedCalls: z.int() }),
    firstExcessAt: instant.nullable(),
    decidedAt: instant.nullable(),
    fired: z.array(verdictSchema),
    timeline: z.array(decisionSchema),
    series: seriesSchema,
    credit: z.string().nullable(),
  })
  .meta({ id: 'Report' })
export type Report = z.infer<typeof reportSchema>
