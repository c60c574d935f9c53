import { alertActionSchema, alertSchema } from '@sluice/contract'
import type { AlertActionInput } from '@sluice/contract'
import { z } from 'zod'
import { actorOf } from '../../access/principal.ts'
import type { AlertKeeper } from '../../alerts/alert-keeper.ts'
import { listAlerts } from '../../alerts/alert-store.ts'
import type { Database } from '../../ports/database.ts'
import { type Route, defineRoute, json } from '../route.ts'

const base = '/api/v1/environments/{env}/alerts'

/** What people should know about, and their answers to it. */
export function alertRoutes(alerts: AlertKeeper, { kysely }: Database): readonly Route[] {
  return [
    defineRoute<undefined, { state?: 'open' | 'all' | undefined; flag?: string | undefined }>({
      method: 'GET',
      path: base,
      summary: 'Alerts, the newest first; state=open leaves out what is resolved',
      query: z.strictObject({
        state: z.enum(['open', 'all']).optional().describe('open leaves out what is resolved.'),
        flag: z.string().optional().describe('Those of one flag.'),
      }),
      answers: { 200: { description: 'The alerts', schema: z.strictObject({ items: z.array(alertSchema) }) } },
      async handle({ environment, query }) {
        const filter = {
          ...(query.state === 'open' ? { states: ['open', 'acknowledged'] as const } : {}),
          ...(query.flag === undefined ? {} : { flag: query.flag }),
        }
        return json({ items: await listAlerts(kysely, environment, filter) })
      },
    }),
    defineRoute<AlertActionInput>({
      method: 'POST',
      path: `${base}/{id}/actions`,
      summary: 'Acknowledge or resolve an alert',
      body: alertActionSchema,
      answers: { 200: { description: 'The alert as it is now', schema: alertSchema } },
      async handle({ environment, params, body, principal }) {
        return json(await alerts.act(environment, params['id'] ?? '', body, actorOf(principal)))
      },
    }),
  ]
}
