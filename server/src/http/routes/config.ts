import { configFileSchema, configPlanSchema } from '@sluice/contract'
import type { ConfigFile } from '@sluice/contract'
import { z } from 'zod'
import { actorOf } from '../../access/principal.ts'
import { applyConfig, exportConfig, planConfig } from '../../config-as-code/config-service.ts'
import type { FlagParts } from '../../flags/flag-service.ts'
import { reasonParameter, switchParameter } from '../query.ts'
import { mebibyte } from '../read-body.ts'
import { type Route, defineRoute, json } from '../route.ts'

const base = '/api/v1/environments/{env}/config'
const bodyRules = { bytes: 16 * mebibyte, json: { depth: 32, tokens: 2_000_000 } }

/** Configuration as code: what a file declares against what is there. */
export function configRoutes(parts: FlagParts): readonly Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: `${base}/plan`,
      summary: 'What applying this file would change, and what it leaves alone',
      query: z.strictObject({ prune: switchParameter.describe('Deletes what the file does not name.') }),
      body: configFileSchema,
      bodyRules,
      answers: { 200: { description: 'The plan', schema: configPlanSchema } },
      handle: async ({ environment, body, query: { prune } }) =>
        json(await planConfig({ environment, file: body as ConfigFile, prune }, parts)),
    }),
    defineRoute({
      method: 'POST',
      path: `${base}/apply`,
      summary: 'Apply a file: all of it or nothing, and only if nothing changed since the plan',
      query: z.strictObject({
        prune: switchParameter.describe('Deletes what the file does not name.'),
        revision: z.coerce
          .number({ error: 'Expected the revision of the plan.' })
          .int()
          .min(0)
          .optional()
          .describe('Of the plan that was seen; refused when the environment is past it.'),
        reason: reasonParameter,
      }),
      body: configFileSchema,
      bodyRules,
      answers: { 200: { description: 'What was changed', schema: configPlanSchema } },
      handle: async ({ environment, body, query, principal }) => {
        const revision = query.revision ?? null
        const request = { environment, file: body as ConfigFile, prune: query.prune, revision }
        const told = { actor: actorOf(principal), reason: query.reason ?? null }
        return json(await applyConfig({ ...request, ...told }, parts))
      },
    }),
    defineRoute({
      method: 'GET',
      path: `${base}/export`,
      summary: 'What is there, as a file',
      answers: { 200: { description: 'The file', schema: configFileSchema } },
      handle: async ({ environment }) => json(await exportConfig(environment, parts)),
    }),
  ]
}
