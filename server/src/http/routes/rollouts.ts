import {
  SluiceError,
  actionInputSchema,
  decisionSchema,
  planInputSchema,
  planTemplates,
  previewInputSchema,
  previewSchema,
  recordingSchema,
  reportSchema,
  rolloutSchema,
  seriesSchema,
} from '@sluice/contract'
import type { ActionInput, PlanInput, PreviewInput, Rollout } from '@sluice/contract'
import { z } from 'zod'
import { actorOf } from '../../access/principal.ts'
import { chart } from '../../rollouts/block-series.ts'
import { chartBlocks } from '../../rollouts/block-store.ts'
import { decisionsOf } from '../../rollouts/decisions-of.ts'
import { previewInput, previewStored } from '../../rollouts/preview-rollout.ts'
import { readRecording } from '../../rollouts/recording.ts'
import { reportPage } from '../../rollouts/report-page.ts'
import type { RolloutRunner } from '../../rollouts/rollout-runner.ts'
import type { RunnerParts } from '../../rollouts/runner-parts.ts'
import { listRollouts } from '../../rollouts/rollout-store.ts'
import { writeReport } from '../../rollouts/write-report.ts'
import { namesTag, versionTag } from '../conditional.ts'
import { selfContainedPagePolicy } from '../headers.ts'
import { defineRoute, json } from '../route.ts'
import type { Route } from '../route.ts'

const base = '/api/v1/environments/{env}/rollouts'
const flagOf = z.enum(['true', 'false']).optional()

const templateSchema = z
  .strictObject({
    name: z.string(),
    title: z.string(),
    description: z.string(),
    plan: planInputSchema.omit({ flag: true }),
  })
  .meta({ id: 'PlanTemplate' })

/** Rollouts: plan, start, look at, act on. */
export function rolloutRoutes(runner: RolloutRunner, parts: RunnerParts): readonly Route[] {
  const { kysely } = parts.database
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/plan-templates',
      summary: 'The plans that come with Sluice',
      answers: { 200: { description: 'The templates', schema: z.strictObject({ items: z.array(templateSchema) }) } },
      handle: () => json({ items: planTemplates }),
    }),
    defineRoute<undefined, { flag?: string | undefined }>({
      method: 'GET',
      path: base,
      summary: 'The rollouts of an environment, the newest first',
      query: z.strictObject({ flag: z.string().optional().describe('Those of one flag.') }),
      answers: { 200: { description: 'The rollouts', schema: z.strictObject({ items: z.array(rolloutSchema) }) } },
      async handle({ environment, query }) {
        const records = await listRollouts(kysely, environment, query.flag)
        return json({ items: records.map((record) => runner.view(record)) })
      },
    }),
    defineRoute<PlanInput, { start?: 'true' | 'false' | undefined; dryRun?: 'true' | 'false' | undefined }>({
      method: 'POST',
      path: base,
      summary: 'Plan a rollout; only the flag is needed, the answer shows what was chosen',
      query: z.strictObject({
        start: flagOf.describe('Starts it at once.'),
        dryRun: flagOf.describe('Answers what would be made, and stores nothing.'),
      }),
      body: planInputSchema,
      idempotent: true,
      answers: { 201: { description: 'The rollout, a draft unless started', schema: rolloutSchema } },
      async handle({ environment, body, query, principal }) {
        const dryRun = query.dryRun === 'true'
        const options = { actor: actorOf(principal), start: query.start === 'true', dryRun }
        return json(await runner.create(environment, body, options), dryRun ? 200 : 201)
      },
    }),
    defineRoute<PreviewInput>({
      method: 'POST',
      path: `${base}/preview`,
      summary: 'What a plan will see at this traffic, how long it takes, and what is wrong with it; stores nothing',
      body: previewInputSchema,
      answers: { 200: { description: 'The preview', schema: previewSchema } },
      handle: async ({ environment, body }) => json(await previewInput(environment, body, parts)),
    }),
    defineRoute({
      method: 'GET',
      path: `${base}/{id}/preview`,
      summary: 'The same for the plan of a rollout that is there',
      answers: { 200: { description: 'The preview', schema: previewSchema } },
      async handle({ environment, params }) {
        return json(await previewStored(await runner.find(environment, params['id'] ?? ''), parts))
      },
    }),
    defineRoute({
      method: 'GET',
      path: `${base}/{id}`,
      summary: 'One rollout, by its id or the key of its flag',
      answers: { 200: { description: 'The rollout', schema: rolloutSchema } },
      async handle({ environment, params }) {
        const rollout = runner.view(await runner.find(environment, params['id'] ?? ''))
        return json(rollout, 200, { etag: versionTag(rollout.version) })
      },
    }),
    defineRoute<ActionInput, { dryRun?: 'true' | 'false' | undefined }>({
      method: 'POST',
      path: `${base}/{id}/actions`,
      summary: 'Start, proceed, hold, resume, roll back or take over',
      query: z.strictObject({ dryRun: flagOf.describe('Answers what it would do, and does nothing.') }),
      body: actionInputSchema,
      answers: {
        200: {
          description: 'What it did; with dryRun what it would do',
          schema: z.union([
            z.strictObject({ changed: z.boolean(), rollout: rolloutSchema, decision: decisionSchema.nullable() }),
            z.strictObject({
              effect: z.strictObject({
                fromPercent: z.number(),
                toPercent: z.number(),
                units: z.int(),
                sentence: z.string(),
              }),
            }),
          ]),
        },
      },
      async handle({ environment, params, body, query, principal, request }) {
        const id = params['id'] ?? ''
        if (query.dryRun === 'true') return json({ effect: await runner.preview(environment, id, body) })
        const precondition = (present: Rollout): void => checkVersion(request, present)
        return json(await runner.act(environment, id, body, actorOf(principal), precondition))
      },
    }),
    defineRoute({
      method: 'GET',
      path: `${base}/{id}/decisions`,
      summary: 'Every decision with its evidence, the oldest first',
      answers: { 200: { description: 'The decisions', schema: z.strictObject({ items: z.array(decisionSchema) }) } },
      async handle({ environment, params }) {
        const record = await runner.find(environment, params['id'] ?? '')
        return json({ items: await decisionsOf(kysely, environment, record.id) })
      },
    }),
    defineRoute<undefined, { points?: number | undefined }>({
      method: 'GET',
      path: `${base}/{id}/series`,
      summary: 'What charts show: calls of both arms over time',
      query: z.strictObject({
        points: z.coerce
          .number()
          .int()
          .min(10)
          .max(2000)
          .optional()
          .describe('How many points at most; 240 unless said.'),
      }),
      answers: { 200: { description: 'The series', schema: seriesSchema } },
      async handle({ environment, params, query }) {
        const record = await runner.find(environment, params['id'] ?? '')
        return json(chart(await chartBlocks(kysely, record.id), query.points ?? 240, record.plan.blockMs))
      },
    }),
    defineRoute<undefined, { after?: string | undefined; limit?: number | undefined }>({
      method: 'GET',
      path: `${base}/{id}/recording`,
      summary: 'What the engine was told and what it decided, page by page: enough to run its decisions again',
      query: z.strictObject({
        after: z
          .string()
          .regex(/^\d{1,9}\.\d{1,12}$/, { error: 'Expected the "next" of the page before, such as 1.499.' })
          .optional(),
        limit: z.coerce.number().int().min(1).max(1000).optional().describe('How many steps at most; 500 unless said.'),
      }),
      answers: { 200: { description: 'A page of the record', schema: recordingSchema } },
      async handle({ environment, params, query: { after, limit = 500 } }) {
        const record = await runner.find(environment, params['id'] ?? '')
        const [attempt = 0, index = 0] = (after ?? '').split('.').map(Number)
        return json(await readRecording(record, kysely, after === undefined ? null : { attempt, index }, limit))
      },
    }),
    defineRoute<undefined, { format?: 'json' | 'html' | undefined }>({
      method: 'GET',
      path: `${base}/{id}/report`,
      summary: 'What happened, on what evidence; as one page with format=html',
      query: z.strictObject({ format: z.enum(['json', 'html']).optional() }),
      answers: { 200: { description: 'The report', schema: reportSchema } },
      async handle({ environment, params, query, request }) {
        const record = await runner.find(environment, params['id'] ?? '')
        const report = await writeReport(record, runner.view(record), kysely)
        const wantsPage =
          query.format === 'html' ||
          (query.format === undefined && (request.headers.get('accept') ?? '').includes('text/html'))
        if (!wantsPage) return json(report)
        const headers = {
          'content-type': 'text/html; charset=utf-8',
          'content-security-policy': selfContainedPagePolicy,
        }
        return new Response(reportPage(report), { headers })
      },
    }),
  ]
}

/** Whoever proceeds has seen a share; without this a second step of the engine's own would be added to it. */
function checkVersion(request: Request, present: Rollout): void {
  const wanted = request.headers.get('if-match')
  if (wanted === null || namesTag(wanted, versionTag(present.version))) return
  throw new SluiceError(
    'VERSION_CONFLICT',
    `The rollout is at version v${present.version} now: ${present.why.sentence}`,
    { hint: 'Look at it again, then repeat the action with the new ETag.', current: present },
  )
}
