import { SluiceError, metricsSummarySchema, metricsTrendSchema } from '@sluice/contract'
import { z } from 'zod'
import type { FlagParts } from '../../flags/flag-service.ts'
import type { PrometheusMetrics } from '../../metrics/prometheus.ts'
import type { ExpectedMix } from '../../metrics/summarize-calls.ts'
import { metricsSummary } from '../../metrics/metrics-summary.ts'
import { metricsTrend } from '../../metrics/metrics-trend.ts'
import { type Route, defineRoute, json } from '../route.ts'

const mostMinutes = 31 * 24 * 60
const mostDays = 400

interface SummaryQuery {
  readonly lastMinutes?: number | undefined
  readonly flag?: string | undefined
  /** `model=share,model=share`; a model's id may hold `=`, its share stands after the last one. */
  readonly expect?: string | undefined
  readonly tolerance?: number | undefined
  readonly by?: string | undefined
}

interface TrendQuery {
  readonly days?: number | undefined
  readonly flag?: string | undefined
}

function readMix(text: string, tolerance: number): ExpectedMix {
  const shares = text.split(',').map((part) => {
    const cut = part.lastIndexOf('=')
    return [part.slice(0, Math.max(0, cut)).trim(), Number(part.slice(cut + 1))] as const
  })
  if (shares.some(([model, share]) => model === '' || !(share >= 0 && share <= 1)))
    throw new SluiceError('UNPROCESSABLE', 'The expected mix cannot be read.', {
      errors: [
        {
          pointer: '/expect',
          code: 'rule',
          message: 'Expected models with their part from 0 to 1, such as a:x=0.7,b:y=0.3.',
        },
      ],
    })
  return { shares: Object.fromEntries(shares), tolerance }
}

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
    defineRoute<undefined, SummaryQuery>({
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
        flag: z.string().optional().describe('One flag only.'),
        expect: z
          .string()
          .max(2000)
          .optional()
          .describe(
            'Parts that models should have in every variant but the one that is off: MODEL=SHARE, with commas between.',
          ),
        by: z
          .string()
          .regex(/^[A-Za-z][A-Za-z0-9_.]{0,63}$/, 'Expected model, task, or the name of a metric.')
          .optional()
          .describe(
            'Tells the calls of each variant apart as well: by model, task, or ranges of a metric such as patches.',
          ),
        tolerance: z.coerce.number().min(0).max(1).optional().describe('How far a part may be off; 0.1 unless said.'),
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
          flags: chosen.map(([key, { variants, off }]) => ({ key, variants: Object.keys(variants), off })),
          fromMs: toMs - (query.lastMinutes ?? 60) * 60_000,
          toMs,
          by: query.by ?? null,
          mix: query.expect === undefined ? null : readMix(query.expect, query.tolerance ?? 0.1),
        }
        return json(await metricsSummary(request, database))
      },
    }),
    defineRoute<undefined, TrendQuery>({
      method: 'GET',
      path: '/api/v1/environments/{env}/metrics/trend',
      summary: 'What each variant did on each of the last days, also when its calls are no longer kept',
      query: z.strictObject({
        days: z.coerce
          .number({ error: `Expected days from 1 to ${mostDays}.` })
          .int()
          .min(1)
          .max(mostDays)
          .optional(),
        flag: z.string().optional(),
      }),
      answers: { 200: { description: 'By flag, variant and day', schema: metricsTrendSchema } },
      async handle({ environment, query: { days = 90, flag = null } }) {
        return json(await metricsTrend({ environment, flag, days, nowMs: clock.now() }, database))
      },
    }),
  ]
}
