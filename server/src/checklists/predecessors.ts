import type { Kysely } from 'kysely'
import { findFlag } from '../flags/flag-store.ts'
import type { Tables } from '../ports/database.ts'
import type { RolloutRecord } from '../rollouts/rollout-record.ts'
import { newestOfFlag } from '../rollouts/rollout-store.ts'

/** A flag in an environment. */
export interface Place {
  readonly environment: string
  readonly flag: string
}

/** `flag`, of the rollout's own environment, or `environment/flag`; a flag whose key is the whole text comes first. */
async function placeOf(db: Kysely<Tables>, name: string, own: string, environments: readonly string[]): Promise<Place> {
  const cut = name.indexOf('/')
  const environment = name.slice(0, Math.max(0, cut))
  const isElsewhere = environments.includes(environment) && (await findFlag(db, own, name)) === null
  return isElsewhere ? { environment, flag: name.slice(cut + 1) } : { environment: own, flag: name }
}

/**
 * What of `after` is not met, in words. Met is it when the newest rollout of the flag has completed; of the same flag in
 * another environment it must have been the same candidate that did.
 */
export async function waitingForOthers(
  db: Kysely<Tables>,
  { environment, flag, plan, release }: RolloutRecord,
  environments: readonly string[],
): Promise<readonly string[]> {
  const sentences: string[] = []
  for (const name of release.after) {
    const place = await placeOf(db, name, environment, environments)
    const other = await newestOfFlag(db, place.environment, place.flag)
    const isPromotion = place.flag === flag && place.environment !== environment
    const sentence = whatIsMissing(name, other, isPromotion ? plan.candidate : null)
    if (sentence !== null) sentences.push(sentence)
  }
  return sentences
}

/** The kill switch stands above what was asked for before it was pulled. */
export async function wasKilledSince(
  db: Kysely<Tables>,
  { environment, flag }: Pick<RolloutRecord, 'environment' | 'flag'>,
  sinceMs: number,
): Promise<boolean> {
  if ((await findFlag(db, environment, flag))?.flag.enabled !== false) return false
  const killed = await db
    .selectFrom('events')
    .select('seq')
    .where('scope', '=', environment)
    .where('subject_kind', '=', 'flag')
    .where('subject_id', '=', flag)
    .where('action', '=', 'disable')
    .where('at', '>=', sinceMs)
    .limit(1)
    .executeTakeFirst()
  return killed !== undefined
}

function whatIsMissing(name: string, other: RolloutRecord | null, candidate: string | null): string | null {
  if (!other) return `the rollout of "${name}", which nobody has planned yet, completes`
  const { ended, stage } = other.state
  if (ended === 'rolled_back') return `a new rollout of "${name}" completes: the last one was rolled back`
  if (ended === 'superseded') return `a new rollout of "${name}" completes: the last one was taken over by a person`
  if (ended === null)
    return stage < 0 ? `the rollout of "${name}", not started yet, completes` : `the rollout of "${name}" completes`
  return candidate === null || other.plan.candidate === candidate
    ? null
    : `a rollout of "${candidate}" completes in "${name}": the last one was of "${other.plan.candidate}"`
}
