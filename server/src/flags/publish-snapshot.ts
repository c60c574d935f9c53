import type { Database } from '../ports/database.ts'
import type { Logger } from '../ports/logger.ts'
import { listEnvironments } from '../environments/environment-store.ts'
import type { Publication } from './change-flag.ts'
import { listSegments } from '../segments/segment-store.ts'
import { listFlags } from './flag-store.ts'
import type { CachedSnapshot, SnapshotCache } from './snapshot-cache.ts'

/** Whom a new revision is told to; the stream, in the running server. */
export interface SnapshotAudience {
  patch(publication: Publication, snapshot: CachedSnapshot): void
  put(snapshot: CachedSnapshot): void
}

export interface PublishParts {
  readonly database: Database
  readonly cache: SnapshotCache
  readonly audience: SnapshotAudience
  readonly logger: Logger
}

/**
 * Call after the commit, in the order of the changes. Two commits may arrive here out of order; then the whole
 * environment is read again, so that nobody sees a revision go back or a change go missing.
 */
export async function publishSnapshot(publication: Publication, parts: PublishParts): Promise<void> {
  const { cache, audience } = parts
  const { environment } = publication
  const applied = cache.apply(publication)
  const snapshot = cache.get(environment)
  if (applied === 'applied' && snapshot) return audience.patch(publication, snapshot)
  if (applied === 'gap') await republishSnapshot(environment, parts)
}

/** Reads the whole environment again, and tells everybody if there is something new. */
export async function republishSnapshot(environment: string, parts: PublishParts): Promise<void> {
  const { cache, audience, logger, database } = parts
  try {
    if (await reloadSnapshot(environment, database, cache)) audience.put(cache.get(environment) as CachedSnapshot)
  } catch (error) {
    // The change is committed; the next one finds the gap again and closes it.
    logger.error('A committed revision could not be published.', { environment, error })
  }
}

/** Reads one environment at one instant. False: the cache has the same or newer. */
export async function reloadSnapshot(environment: string, database: Database, cache: SnapshotCache): Promise<boolean> {
  const { row, flags, segments } = await database.transaction(
    async (transaction) => ({
      row: (await listEnvironments(transaction)).find(({ name }) => name === environment),
      flags: await listFlags(transaction, environment),
      segments: await listSegments(transaction, environment),
    }),
    { access: 'read only' },
  )
  return row ? cache.load(row, flags, segments) : false
}
