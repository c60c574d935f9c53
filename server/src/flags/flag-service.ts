import { SluiceError } from '@sluice/contract'
import type { Actor } from '../events/event.ts'
import type { EventParts } from '../events/append-event.ts'
import { type FlagChange, type FlagChanged, changeFlag } from './change-flag.ts'
import { faultOfKey } from './check-flag.ts'
import { type FlagEdit, editFlag } from './edit-flag.ts'
import { flagRecord } from './flag-record.ts'
import type { StoredFlag } from './flag-store.ts'
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
  const others = parts.cache.get(environment)?.flags ?? {}
  const rules = { key, reshuffle, mintSalt: () => parts.random.salt(), others }
  const change = (current: StoredFlag | null) => {
    request.precondition?.(current)
    return editFlag(current, edit, rules)
  }
  return commitFlagChange({ environment, key, actor, reason, change }, parts)
}

/** One change in a transaction of its own, published after the commit. */
export async function commitFlagChange(request: FlagChange, parts: FlagParts): Promise<FlagChanged> {
  const result = await parts.database.transaction((transaction) => changeFlag(transaction, request, parts))
  if (result.changed) await publishSnapshot(result.publication, parts)
  return result
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
