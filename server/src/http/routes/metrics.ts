import { SluiceError, metricsSummarySchema } from '@sluice/contract'
import { z } from 'zod'
import type { FlagParts } from '../../flags/flag-service.ts'
import type { PrometheusMetrics } from '../../metrics/prometheus.ts'
import { metricsSummary } from '../../metrics/metrics-summary.ts'
import { type Route, defineRoute, json } from '../route.ts'

const mostMinutes = 31 * 24 * 60

/** What happened lately, for people and dashboards. */
export function metricsRoutes({
  cache,
  clock,
  database,
  prometheus,
}: FlagParts & { readonly prometheus: PrometheusMetrics }): readonly Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/metrics',
      summary: 'Rollouts, verdicts, decisions and this process, for Prometheus',
      answers: { 200: { description: 'The exposition', mediaType: 'text/plain' } },
      async handle() {
        const { text, mediaType } = await prometheus.scrape()
        return new Response(text, { headers: { 'content-type': mediaType, 'cache-control': 'no-store' } })
      },
    }),
    defineRoute<undefined, { lastMinutes?: number | undefined; flag?: string | undefined }>({
      method: 'GET',
      path: '/api/v1/environments/{env}/metrics/summary',
      summary: 'Calls, rates, times, tokens, users and models of each variant over the last minutes',
      query: z.strictObject({
        lastMinutes: z.coerce
          .number({ error: `Expected minutes from 1 to ${mostMinutes}.` })
          .int()
          .min(1)
          .max(mostMinutes)
          .optional(),
        flag: z.string().optional(),
      }),
      answers: { 200: { description: 'A summary a variant', schema: metricsSummarySchema } },
      async handle({ environment, query }) {
        const flags = cache.get(environment)?.flags ?? {}
        if (query.flag !== undefined && !Object.hasOwn(flags, query.flag))
          throw new SluiceError('NOT_FOUND', `There is no flag "${query.flag.slice(0, 80)}" in ${environment}.`)
        const chosen = Object.entries(flags).filter(([key]) => query.flag === undefined || key === query.flag)
        const toMs = clock.now() + 1
        const request = {
          environment,
          flags: chosen.map(([key, { variants }]) => ({ key, variants: Object.keys(variants) })),
          fromMs: toMs - (query.lastMinutes ?? 60) * 60_000,
          toMs,
        }
        return json(await metricsSummary(request, database))
      },
    }),
  ]
}
