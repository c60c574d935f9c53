import { isCall } from '../observations/is-call.ts'
import type { Database, DatabaseTransaction } from '../ports/database.ts'
import { type DayFigures, addCalls, dayMs, noFigures } from './day-figures.ts'

const rowsPerPage = 2000

/**
 * Adds the observations since the last time to the day of each variant, a page a transaction: every call counts once,
 * and its day outlives it.
 */
export async function rollUpDays(database: Database): Promise<void> {
  while ((await database.transaction(rollUpPage)) === rowsPerPage);
}

async function rollUpPage(transaction: DatabaseTransaction): Promise<number> {
  const cursor = await transaction.selectFrom('daily_calls_cursor').select('seq').executeTakeFirst()
  const rows = await transaction
    .selectFrom('observations')
    .select(['seq', 'environment', 'flag', 'variant', 'at', 'metrics'])
    .where('seq', '>', cursor?.seq ?? 0)
    .orderBy('seq')
    .limit(rowsPerPage)
    .execute()
  const last = rows.at(-1)
  if (!last) return 0
  const calls = rows
    .map((row) => ({
      ...row,
      day: Math.floor(row.at / dayMs),
      metrics: JSON.parse(row.metrics) as Record<string, number>,
    }))
    .filter(({ metrics }) => isCall(metrics))
  const days = Map.groupBy(calls, ({ environment, flag, variant, day }) =>
    JSON.stringify([environment, flag, variant, day]),
  )
  for (const group of days.values())
    if (group[0])
      await addToDay(
        transaction,
        group[0],
        group.map(({ metrics }) => metrics),
      )
  await transaction
    .insertInto('daily_calls_cursor')
    .values({ id: 1, seq: last.seq })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ seq: last.seq }))
    .execute()
  return rows.length
}

interface Day {
  readonly environment: string
  readonly flag: string
  readonly variant: string
  readonly day: number
}

async function addToDay(
  transaction: DatabaseTransaction,
  { environment, flag, variant, day }: Day,
  calls: readonly Readonly<Record<string, number>>[],
): Promise<void> {
  const key = ['environment', 'flag', 'variant', 'day'] as const
  const stored = await transaction
    .selectFrom('daily_calls')
    .select('figures')
    .where('environment', '=', environment)
    .where('flag', '=', flag)
    .where('variant', '=', variant)
    .where('day', '=', day)
    .executeTakeFirst()
  const before = stored ? (JSON.parse(stored.figures) as DayFigures) : noFigures
  const figures = JSON.stringify(addCalls(before, calls))
  await transaction
    .insertInto('daily_calls')
    .values({ environment, flag, variant, day, figures })
    .onConflict((conflict) => conflict.columns(key).doUpdateSet({ figures }))
    .execute()
}
