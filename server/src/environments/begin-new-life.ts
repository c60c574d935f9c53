import { type PublishParts, republishSnapshot } from '../flags/publish-snapshot.ts'
import type { Random } from '../ports/random.ts'
import { firstLife } from './environment-store.ts'

export type NewLifeParts = PublishParts & { readonly random: Random }

/** The revision that a reader holds (`<epoch>-<revision>`, also as an ETag), if it is of this epoch and later; else null. */
export function revisionAhead(held: string | null, present: { epoch: string; revision: number }): number | null {
  const [, epoch, digits] = /^(?:W\/)?"?([^"]+)-(\d{1,15})"?$/.exec(held ?? '') ?? []
  return epoch === present.epoch && Number(digits) > present.revision ? Number(digits) : null
}

/**
 * Call with what a reader of the snapshot says it holds (`<epoch>-<revision>`). One that is ahead of the database holds changes that
 * were lost: an older backup was put back. Revisions would now be given out a second time, and readers would take an old flag for
 * the present one; with a new epoch they take whatever is here.
 */
export async function beginNewLifeIfBehind(
  environment: string,
  held: string | null,
  parts: NewLifeParts,
): Promise<void> {
  const present = parts.cache.get(environment)
  const revision = present ? revisionAhead(held, present) : null
  if (!present || revision === null) return
  const { epoch } = present
  const next = `${firstLife(epoch)}.${parts.random.salt().slice(0, 8)}`
  // Another server of this database may be ahead of what is in memory here: the row decides.
  const { numUpdatedRows } = await parts.database.kysely
    .updateTable('environments')
    .set({ epoch: next })
    .where('name', '=', environment)
    .where('epoch', '=', epoch)
    .where('revision', '<', revision)
    .executeTakeFirst()
  if (numUpdatedRows > 0n)
    parts.logger.warn(
      'An SDK has seen newer flags than the database: an older copy was put back. All take these now.',
      {
        environment,
        revision: present.revision,
        seen: revision,
      },
    )
  await republishSnapshot(environment, parts)
}
