import { SluiceError } from '@sluice/contract'
import type { SnapshotFlag } from '@sluice/core/evaluation'
import { lockEnvironment } from '../environments/environment-store.ts'
import type { EventParts } from '../events/append-event.ts'
import type { Actor } from '../events/event.ts'
import type { DatabaseTransaction } from '../ports/database.ts'
import { listSegments } from '../segments/segment-store.ts'
import { type FlagChange, type FlagChanged, changeFlag, snapshotFlag } from './change-flag.ts'
import { faultOfKey } from './check-flag.ts'
import { type FlagEdit, editFlag } from './edit-flag.ts'
import { flagRecord } from './flag-record.ts'
import { type StoredFlag, flagsChangedAfter } from './flag-store.ts'
import { type PublishParts, publishSnapshot } from './publish-snapshot.ts'

export type FlagParts = PublishParts & EventParts

export interface EditRequest {
  readonly environment: string
  readonly key: string
  readonly edit: FlagEdit
  readonly actor: Actor
  readonly reason: string | null
  readonly reshuffle: boolean
  /** Throws when the flag is not what the request expects, such as its `If-Match`. */
  readonly precondition?: (current: StoredFlag | null) => void
}

/** A person's write of a flag: refused whole, or committed and then told to all. */
export async function applyEdit(request: EditRequest, parts: FlagParts): Promise<FlagChanged> {
  const { environment, key, edit, actor, reason, reshuffle } = request
  const fault = edit.kind === 'replace' ? faultOfKey(key) : null
  if (fault)
    throw new SluiceError('UNPROCESSABLE', fault, { errors: [{ pointer: '', code: 'custom', message: fault }] })
  return commit(parts, async (transaction) => {
    const others = await presentFlags(transaction, environment, parts)
    const segments = new Set((await listSegments(transaction, environment)).map(({ name }) => name))
    const rules = { key, reshuffle, mintSalt: () => parts.random.salt(), others, segments }
    const change = (current: StoredFlag | null) => {
      request.precondition?.(current)
      return editFlag(current, edit, rules)
    }
    return changeFlag(transaction, { environment, key, actor, reason, change }, parts)
  })
}

/** One change in a transaction of its own, published after the commit. */
export async function commitFlagChange(request: FlagChange, parts: FlagParts): Promise<FlagChanged> {
  return commit(parts, (transaction) => changeFlag(transaction, request, parts))
}

async function commit(
  parts: FlagParts,
  work: (transaction: DatabaseTransaction) => Promise<FlagChanged>,
): Promise<FlagChanged> {
  const result = await parts.database.transaction(work)
  if (result.changed) await publishSnapshot(result.publication, parts)
  return result
}

/**
 * The flags as they are once this transaction's turn has come. What is served may lag behind by the commits that are on
 * their way there: of two flags that begin to require each other at the same time, both would pass.
 */
async function presentFlags(
  transaction: DatabaseTransaction,
  environment: string,
  { cache }: FlagParts,
): Promise<Readonly<Record<string, SnapshotFlag>>> {
  const { revision } = await lockEnvironment(transaction, environment)
  const served = cache.get(environment)
  if (served?.revision === revision) return served.flags
  const flags = new Map(Object.entries(served?.flags ?? {}))
  for (const [key, stored] of await flagsChangedAfter(transaction, environment, served?.revision ?? 0))
    if (stored) flags.set(key, snapshotFlag(stored))
    else flags.delete(key)
  return Object.fromEntries(flags)
}

/** The refusal when `If-Match` names another version; it carries the present record. */
export function versionConflict(current: StoredFlag | null): SluiceError {
  return new SluiceError(
    'VERSION_CONFLICT',
    current ? `The flag is at version v${current.version} now.` : 'The flag does not exist any more.',
    {
      hint: 'Read it again, put your change on top, and send that with the new ETag.',
      ...(current ? { current: flagRecord(current) } : {}),
    },
  )
}
