import type { Traffic } from '@sluice/core/planning'
import { comparable, metricNamed } from '@sluice/core/rollout'
import { addValues, emptyHistogram } from '@sluice/core/statistics'
import type { Kysely } from 'kysely'
import { isCall, withModel } from '../observations/is-call.ts'
import type { Tables } from '../ports/database.ts'

const day = 86_400_000
const mostRows = 20_000
const shortestMs = 60_000

/** An amount that is looked at divided by another one, such as tokens per patches. */
export interface Quotient {
  readonly metric: string
  readonly per?: string | undefined
}

/**
 * What the last week's observations tell of a flag's traffic; null when there are none. Rates and amounts are those of
 * units that were not the candidate's.
 */
export async function trafficOf(
  db: Kysely<Tables>,
  environment: string,
  flag: string,
  nowMs: number,
  quotients: readonly Quotient[] = [],
): Promise<Traffic | null> {
  const rows = await db
    .selectFrom('observations')
    .select(['unit', 'arm', 'at', 'model', 'metrics'])
    .where('environment', '=', environment)
    .where('flag', '=', flag)
    .where('at', '>', nowMs - 7 * day)
    // A sender whose clock is years ahead would stretch the week to years.
    .where('at', '<=', nowMs)
    .orderBy('at', 'desc')
    .limit(mostRows)
    .execute()
  const calls = rows.flatMap(({ unit, arm, at, model, metrics }) =>
    unit === null ? [] : [{ unit, arm, at, metrics: withModel(JSON.parse(metrics) as Record<string, number>, model) }],
  )
  const [newest, oldest] = [calls[0]?.at, calls.at(-1)?.at]
  if (newest === undefined || oldest === undefined || newest - oldest < shortestMs) return null
  const perDay = (count: number) => (count * day) / (newest - oldest)
  const past = new Past(quotients)
  for (const { unit, arm, metrics } of calls.reverse()) if (arm !== 'T') past.add(unit, metrics)
  return {
    unitsPerDay: perDay(new Set(calls.map(({ unit }) => unit)).size),
    callsPerDay: perDay(calls.filter(({ metrics }) => isCall(metrics)).length),
    ...past.figures(),
  }
}

/** What units did: whether an outcome ever happened to them, and their first amounts. */
class Past {
  readonly #quotients: readonly Quotient[]
  readonly #units = new Set<string>()
  readonly #failed = new Map<string, Set<string>>()
  readonly #amounts = new Map<string, Map<string, number>>()

  constructor(quotients: readonly Quotient[]) {
    this.#quotients = quotients
  }

  add(unit: string, metrics: Readonly<Record<string, number>>): void {
    this.#units.add(unit)
    for (const [name, value] of Object.entries(metrics)) {
      const failed = of(this.#failed, name, () => new Set())
      if (value === metricNamed(name, 'rate').failsOn) failed.add(unit)
    }
    const amounts = comparable(metrics)
    for (const [name, value] of Object.entries(amounts)) this.#first(name, unit, value)
    for (const { metric, per } of this.#quotients) {
      const [value, divisor] = [amounts[metric], per === undefined ? undefined : amounts[per]]
      if (value !== undefined && divisor !== undefined && divisor > 0)
        this.#first(`${metric}/${per}`, unit, value / divisor)
    }
  }

  figures(): Pick<Traffic, 'units' | 'rates' | 'values'> {
    const units = this.#units.size
    const values = [...this.#amounts].map(([name, amounts]) => [name, addValues(emptyHistogram, [...amounts.values()])])
    return {
      units,
      rates: Object.fromEntries([...this.#failed].map(([name, failed]) => [name, failed.size / units])),
      values: Object.fromEntries(values),
    }
  }

  #first(name: string, unit: string, value: number): void {
    const amounts = of(this.#amounts, name, () => new Map<string, number>())
    if (!amounts.has(unit)) amounts.set(unit, value)
  }
}

function of<T>(map: Map<string, T>, name: string, make: () => T): T {
  const known = map.get(name) ?? make()
  map.set(name, known)
  return known
}
