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
    units: z.int().describe('Units that were counted.'),
    events: z.int().nullable().describe('Of these, units with the outcome; null for amounts.'),
    value: z.number().nullable().describe('The rate, mean or quantile; null when nothing was counted.'),
    calls: z.int().describe('Calls, shown beside the units.'),
  })
  .meta({ id: 'ArmSummary', description: 'Units are what the evidence counts; calls are shown beside them.' })

/** One guardrail as people see it: the limit, the interval against it, and what it would take to decide. */
export const verdictSchema = z
  .strictObject({
    guardrail: z.string().describe('The id of the guardrail.'),
    metric: z.string(),
    stat: z.string(),
    label: z.string().describe('What it looks at, in words.'),
    unit: z.string().describe('Of the limit and the interval, where they are no multiple.'),
    compare: z.enum(['ratio', 'absolute']).describe('Against the baseline, or the candidate alone.'),
    direction: z.enum(['over', 'under']).describe('On which side of the limit harm lies.'),
    limit: z.number().describe('Where harm begins.'),
    safe: z.number().describe('The safe line.'),
    onBreach: z.string(),
    verdict: z.enum(['pass', 'measuring', 'warn', 'fail', 'no_data']),
    estimate: z.number().nullable().describe('What was seen; null before there is anything.'),
    interval: z
      .tuple([z.number().nullable(), z.number().nullable()])
      .describe('The limits that the evidence has not refused; an end that nothing bounds yet is null.'),
    candidate: armSchema,
    baseline: armSchema,
    harm: z.strictObject({ logE: z.number(), warnsAt: z.number(), breachesAt: z.number() }),
    safety: z.strictObject({ logE: z.number(), provenAt: z.number() }),
    counting: z
      .enum(['unit', 'request', 'window'])
      .describe(
        'What is counted: each unit once, or calls; windows are plain thresholds without a statistical guarantee.',
      ),
    windows: z.strictObject({ beyond: z.int(), seen: z.int(), needed: z.int(), of: z.int() }).nullable(),
    shared: z.boolean().describe('A breach that the baseline suffers as well.'),
    noDataSince: instant.nullable().describe('Since when a needed side is silent.'),
    sentence: z.string().describe('All of it for people.'),
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
    version: z.int().describe('Rises with every change; ETag and If-Match name it.'),
    attempt: z.int().describe('Counts starts with fresh evidence.'),
    plan: planSchema,
    notes: z
      .array(z.string())
      .describe('What was chosen where the request was silent, and why; what the plan cannot see.'),
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
    verdicts: z.array(verdictSchema).describe('One for each guardrail.'),
    armed: z
      .strictObject({ by: z.string(), at: instant, reason: z.string() })
      .nullable()
      .describe('Who asked for the start while something was still open; it starts by itself when all of it is met.'),
    checklist: z.array(checkSchema).describe('What has to be done, and what was.'),
    waitingFor: z.array(waitingSchema).describe('Everything that keeps it from going on, the weightiest first.'),
    why: whySchema.describe('Where it stands, in a sentence.'),
    nextDecisionAt: instant
      .nullable()
      .describe('The earliest instant at which it may go on; null when time is not what it waits for.'),
    sampleRatio: z.strictObject({
      verdict: z.enum(['ok', 'mismatch', 'measuring']),
      logBayesFactor: z.number(),
      sentence: z.string(),
    }),
    uncounted: z
      .strictObject({ late: z.int(), mismatch: z.int(), withoutUnit: z.int(), public: z.int() })
      .describe('Rows that are shown and never counted as evidence.'),
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
    seq: z.int().describe('Rises within the environment.'),
    at: instant,
    rollout: z.string(),
    flag: z.string(),
    actor: actorSchema,
    action: z.string().describe('What happened.'),
    from: z.number().describe('Set share in percent before and after.'),
    to: z.number(),
    stage: z.int().describe('Index of the stage, from 0.'),
    attempt: z.int(),
    block: z.int().describe('The sealed interval it rests on.'),
    why: whySchema,
    reason: z.string().nullable().describe('What a person said.'),
    verdicts: z.array(verdictSchema).describe('The evidence at that time.'),
    revision: z.int().describe('Of the flag set after it.'),
  })
  .meta({ id: 'Decision' })
export type DecisionEvent = z.infer<typeof decisionSchema>

export const actionInputSchema = z
  .strictObject({
    action: z.enum(['start', 'proceed', 'hold', 'resume', 'rollback', 'takeover'], {
      error: 'Expected one of start, proceed, hold, resume, rollback, takeover.',
    }),
    reason: z.string().max(500).optional().describe('Kept in the log.'),
    to: percentSchema.optional().describe('Of proceed, rollback and takeover: the percent to set.'),
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
    bucketMs: z.int().describe('How long a point stands for.'),
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
    headline: z.string().describe('How it ended, in a line.'),
    sentences: z.array(z.string()).describe('The account, for people.'),
    exposed: z.strictObject({ units: z.int(), calls: z.int(), failedCalls: z.int() }),
    firstExcessAt: instant.nullable().describe('When the candidate first did worse than its limit.'),
    decidedAt: instant.nullable().describe('When it was decided.'),
    fired: z.array(verdictSchema).describe('The guardrails that decided.'),
    timeline: z.array(decisionSchema).describe('Everything that happened, oldest first.'),
    series: seriesSchema,
    credit: z.string().nullable().describe('Whose data it rests on, where somebody has to be named.'),
  })
  .meta({ id: 'Report' })
export type Report = z.infer<typeof reportSchema>
