import {
  checkResultInputSchema,
  decisionSchema,
  deploymentLogSchema,
  noteInputSchema,
  rolloutSchema,
  trainSchema,
} from '@sluice/contract'
import type { CheckResultInput, NoteInput } from '@sluice/contract'
import { z } from 'zod'
import { actorOf } from '../../access/principal.ts'
import { logMarkdown } from '../../deployment-log/log-markdown.ts'
import { writeLog } from '../../deployment-log/write-log.ts'
import { chartBlocks } from '../../rollouts/block-store.ts'
import { eventsOf } from '../../rollouts/decisions-of.ts'
import type { RolloutRunner } from '../../rollouts/rollout-runner.ts'
import type { RunnerParts } from '../../rollouts/runner-parts.ts'
import { listRollouts } from '../../rollouts/rollout-store.ts'
import { viewTrains } from '../../trains/view-trains.ts'
import { defineRoute, json } from '../route.ts'
import type { Route } from '../route.ts'

const environmentPath = '/api/v1/environments/{env}'
const rolloutPath = `${environmentPath}/rollouts/{id}`

const acted = z.strictObject({ changed: z.boolean(), rollout: rolloutSchema, decision: decisionSchema.nullable() })

/** What people do around a rollout: checklists, the deployment log and its notes, trains of several rollouts. */
export function aroundRolloutRoutes(runner: RolloutRunner, parts: RunnerParts): readonly Route[] {
  const { kysely } = parts.database
  return [
    defineRoute<CheckResultInput>({
      method: 'POST',
      path: `${rolloutPath}/checks`,
      summary: 'Tick, fail, skip or reopen an item of the checklist',
      body: checkResultInputSchema,
      answers: {
        200: {
          description: 'The rollout with the answer; a start or a step that waited for it follows',
          schema: acted,
        },
      },
      handle: async ({ environment, params, body, principal }) =>
        json(await runner.desk.check(environment, params['id'] ?? '', body, actorOf(principal))),
    }),
    defineRoute<NoteInput>({
      method: 'POST',
      path: `${rolloutPath}/notes`,
      summary: 'Write a note into the deployment log, or give an earlier one another wording',
      body: noteInputSchema,
      answers: { 201: { description: 'The rollout, and the event of the note', schema: acted } },
      handle: async ({ environment, params, body, principal }) =>
        json(await runner.desk.note(environment, params['id'] ?? '', body, actorOf(principal)), 201),
    }),
    defineRoute<undefined, { format?: 'json' | 'md' | undefined }>({
      method: 'GET',
      path: `${rolloutPath}/log`,
      summary: 'The deployment log: one entry for each stay at a share; as Markdown with format=md',
      query: z.strictObject({ format: z.enum(['json', 'md']).optional() }),
      answers: { 200: { description: 'The log', schema: deploymentLogSchema } },
      async handle({ environment, params, query }) {
        const record = await runner.find(environment, params['id'] ?? '')
        const events = await eventsOf(kysely, environment, record.id)
        const blocks = await chartBlocks(kysely, record.id)
        const log = writeLog(runner.view(record), events, blocks, parts.clock.now())
        if (query.format !== 'md') return json(log)
        return new Response(logMarkdown(log), { headers: { 'content-type': 'text/markdown; charset=utf-8' } })
      },
    }),
    defineRoute({
      method: 'GET',
      path: `${environmentPath}/train`,
      summary: 'Rollouts that wait for each other, in their order',
      answers: { 200: { description: 'The trains', schema: z.strictObject({ items: z.array(trainSchema) }) } },
      async handle({ environment }) {
        const records = await listRollouts(kysely, environment)
        const newest = [...Map.groupBy(records, ({ flag }) => flag).values()].map(
          ([first, ...others]) => others.find(({ state }) => state.stage >= 0 && !state.ended) ?? first,
        )
        const flags = parts.cache.get(environment)?.flags ?? {}
        return json({
          items: viewTrains(
            newest.flatMap((record) => (record ? [runner.view(record)] : [])),
            flags,
          ),
        })
      },
    }),
  ]
}
