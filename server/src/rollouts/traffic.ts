import type { Traffic } from '@sluice/core/rollout'
import type { Kysely } from 'kysely'
import type { Tables } from '../ports/database.ts'

const day = 86_400_000
const mostRows = 20_000

/** What the last week's observations tell of a flag's traffic; null when there are none. */
export async function trafficOf(
  db: Kysely<Tables>,
  environment: string,
  flag: string,
  nowMs: number,
): Promise<Traffic | null> {
  const rows = await db
    .selectFrom('observations')
    .select(['unit', 'at', 'metrics'])
    .where('environment', '=', environment)
    .where('flag', '=', flag)
    .where('at', '>', nowMs - 7 * day)
    .orderBy('at', 'desc')
    .limit(mostRows)
    .execute()
  const units = new Set<string>()
  const failed = new Map<string, Set<string>>()
  for (const { unit, metrics } of rows) {
    if (unit === null) continue
    units.add(unit)
    for (const [name, value] of Object.entries(JSON.parse(metrics) as Record<string, number>)) {
      const set = failed.get(name) ?? new Set()
      if (value === 1) set.add(unit)
      failed.set(name, set)
    }
  }
  const [newest, oldest] = [rows[0]?.at, rows.at(-1)?.at]
  if (newest === undefined || oldest === undefined || units.size === 0 || newest - oldest < 60_000) return null
  return {
    unitsPerDay: (units.size * day) / (newest - oldest),
    rates: Object.fromEntries([...failed].map(([name, set]) => [name, set.size / units.size])),
  }
}
