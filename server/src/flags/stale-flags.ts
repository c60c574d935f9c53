import type { Stale } from '@sluice/contract'
import type { Kysely } from 'kysely'
import { dayMs } from '../metrics/day-figures.ts'
import type { Tables } from '../ports/database.ts'
import { lastEnded } from '../rollouts/rollout-store.ts'
import type { StoredFlag } from './flag-store.ts'

const patienceDays = 30

/** The flags of an environment whose time in the code is over. */
export async function staleFlags(
  db: Kysely<Tables>,
  environment: string,
  flags: readonly StoredFlag[],
  nowMs: number,
): Promise<ReadonlyMap<string, Stale>> {
  if (flags.length === 0) return new Map()
  // Of one flag, or of all: a list of every key is more than a statement takes.
  const key = flags.length === 1 ? (flags[0]?.key ?? null) : null
  const shipped = await completedSince(db, environment, key, nowMs)
  const calledDays = await lastDays(db, environment, key)
  const found = new Map<string, Stale>()
  for (const flag of flags) {
    const stale =
      expired(flag, nowMs) ??
      (flag.rollout || flag.flag.kind === 'ops'
        ? null
        : (completed(shipped.get(flag.key), nowMs) ?? unread(flag, calledDays.get(flag.key), nowMs)))
    if (stale) found.set(flag.key, stale)
  }
  return found
}

const isLongAgo = (ms: number, nowMs: number): boolean => nowMs - ms >= patienceDays * dayMs
const daysSince = (ms: number, nowMs: number): number => Math.floor((nowMs - ms) / dayMs)

function expired({ flag: { expires } }: StoredFlag, nowMs: number): Stale | null {
  if (expires === undefined || Date.parse(expires) > nowMs) return null
  const since = new Date(expires).toISOString()
  return { code: 'expired', since, sentence: `its time was over on ${since.slice(0, 10)}` }
}

function completed(sinceMs: number | undefined, nowMs: number): Stale | null {
  if (sinceMs === undefined || !isLongAgo(sinceMs, nowMs)) return null
  return {
    code: 'completed',
    since: new Date(sinceMs).toISOString(),
    sentence: `everybody has had the candidate for ${daysSince(sinceMs, nowMs)} days: take the flag and the old path out of the code`,
  }
}

/** Days are added up once an hour: a flag that is called again may be unread for so long. */
function unread({ updatedAtMs }: StoredFlag, lastDay: number | undefined, nowMs: number): Stale | null {
  const sinceMs = Math.max(updatedAtMs, lastDay === undefined ? 0 : (lastDay + 1) * dayMs)
  if (!isLongAgo(sinceMs, nowMs)) return null
  return {
    code: 'unread',
    since: new Date(sinceMs).toISOString(),
    sentence: `no call has been reported for ${daysSince(sinceMs, nowMs)} days`,
  }
}

/** Since when each flag's last rollout stands completed. States are long: they are read of the few that ended long ago. */
async function completedSince(
  db: Kysely<Tables>,
  environment: string,
  key: string | null,
  nowMs: number,
): Promise<ReadonlyMap<string, number>> {
  const ended = db
    .selectFrom('rollouts')
    .select(({ fn }) => ['flag', fn.max('ended_at').as('ended_at')])
    .where('environment', '=', environment)
    .where('ended_at', 'is not', null)
  const ends = await (key === null ? ended : ended.where('flag', '=', key)).groupBy('flag').execute()
  const old = ends.filter(({ ended_at }) => ended_at !== null && isLongAgo(Number(ended_at), nowMs))
  const since = new Map<string, number>()
  for (const { flag } of old) {
    const last = await lastEnded(db, environment, flag)
    if (last?.state.ended === 'completed' && last.endedMs !== null) since.set(flag, last.endedMs)
  }
  return since
}

async function lastDays(
  db: Kysely<Tables>,
  environment: string,
  key: string | null,
): Promise<ReadonlyMap<string, number>> {
  const days = db
    .selectFrom('daily_calls')
    .select(({ fn }) => ['flag', fn.max('day').as('day')])
    .where('environment', '=', environment)
  const rows = await (key === null ? days : days.where('flag', '=', key)).groupBy('flag').execute()
  return new Map(rows.map(({ flag, day }) => [flag, Number(day)]))
}
