import type { MetricsTrend } from '@sluice/contract'
import type { Database } from '../ports/database.ts'
import { type DayFigures, dateOf, dayMs, trendPoint } from './day-figures.ts'
import { rollUpDays } from './roll-up-days.ts'

export interface TrendRequest {
  readonly environment: string
  readonly flag: string | null
  readonly days: number
  readonly nowMs: number
}

/** What each variant did on each of the last days, today included. */
export async function metricsTrend(request: TrendRequest, database: Database): Promise<MetricsTrend> {
  const { environment, flag, days, nowMs } = request
  await rollUpDays(database)
  const today = Math.floor(nowMs / dayMs)
  const all = database.kysely
    .selectFrom('daily_calls')
    .selectAll()
    .where('environment', '=', environment)
    .where('day', '>', today - days)
    .where('day', '<=', today)
  const rows = await (flag === null ? all : all.where('flag', '=', flag))
    .orderBy('flag')
    .orderBy('variant')
    .orderBy('day')
    .execute()
  const variants = Map.groupBy(rows, (row) => JSON.stringify([row.flag, row.variant]))
  return {
    from: dateOf(today - days + 1),
    to: dateOf(today),
    items: [...variants.values()].flatMap((group) => {
      const [first] = group
      if (!first) return []
      const points = group.map(({ day, figures }) => trendPoint(day, JSON.parse(figures) as DayFigures))
      return [{ flag: first.flag, variant: first.variant, points }]
    }),
  }
}
