// Every write of a flag goes through here: a person's edit, an import, a step of a rollout. It runs inside the caller's
// transaction and tells what to publish once that has committed; see `publish-snapshot.ts`.
import type { Flag, RolloutMark, SnapshotFlag } from '@sluice/core/evaluation'
import { bumpRevision, lockEnvironment } from '../environments/environment-store.ts'
import { type EventParts, appendEvent } from '../events/append-event.ts'
import { canonicalJson } from '../events/canonical-json.ts'
import type { Actor, EventInput, StoredEvent } from '../events/event.ts'
import type { DatabaseTransaction } from '../ports/database.ts'
import { type StoredFlag, findFlagRow, removeFlag, saveFlag } from './flag-store.ts'

export interface FlagChange {
  readonly environment: string
  readonly key: string
  readonly actor: Actor
  readonly reason?: string | null
  /** From what is there now to what shall be; null: no such flag. May throw to refuse. Must not do anything else. */
  readonly change: (current: StoredFlag | null) => FlagNext | null
  /** Told instead of the usual event about the flag, such as a rollout's decision; its revision is filled in. */
  readonly event?: EventInput
}

export interface FlagNext {
  readonly flag: Flag
  /** Absent: stays as it is. */
  readonly rollout?: RolloutMark | null
}

/** What snapshots and streams have to be told after the commit. */
export interface Publication {
  readonly environment: string
  readonly epoch: string
  /** The revision before. */
  readonly from: number
  readonly revision: number
  readonly key: string
  readonly flag: SnapshotFlag | null
}

export type FlagChanged =
  | { readonly changed: false; readonly flag: StoredFlag | null }
  | {
      readonly changed: true
      readonly before: StoredFlag | null
      readonly flag: StoredFlag | null
      readonly publication: Publication
      readonly event: StoredEvent
    }

export async function changeFlag(
  transaction: DatabaseTransaction,
  request: FlagChange,
  parts: EventParts,
): Promise<FlagChanged> {
  const { environment, key } = request
  await lockEnvironment(transaction, environment)
  const { present: before, lastVersion } = await findFlagRow(transaction, environment, key)
  const wanted = request.change(before)
  const next = wanted && {
    flag: wanted.flag,
    rollout: wanted.rollout === undefined ? (before?.rollout ?? null) : wanted.rollout,
  }
  if (isSame(before, next)) return { changed: false, flag: before }

  const { epoch, revision } = await bumpRevision(transaction, environment)
  const nowMs = parts.clock.now()
  const flag: StoredFlag | null = next && {
    environment,
    key,
    version: lastVersion + 1,
    revision,
    ...next,
    createdAtMs: before?.createdAtMs ?? nowMs,
    updatedAtMs: nowMs,
  }
  if (flag) await saveFlag(transaction, flag)
  else if (before) await removeFlag(transaction, before, { revision, nowMs })
  const told = request.event ?? describeChange(request, before, flag)
  const event = await appendEvent(transaction, environment, { ...told, revision }, parts)
  const publication = { environment, epoch, from: revision - 1, revision, key, flag: flag && snapshotFlag(flag) }
  return { changed: true, before, flag, publication, event }
}

/** The flag as snapshots carry it. */
export function snapshotFlag({ flag, rollout }: StoredFlag): SnapshotFlag {
  return rollout === null ? flag : { ...flag, rollout }
}

function isSame(before: StoredFlag | null, next: { flag: Flag; rollout: RolloutMark | null } | null): boolean {
  if (before === null || next === null) return before === next
  return (
    canonicalJson({ flag: before.flag, rollout: before.rollout }) ===
    canonicalJson({ flag: next.flag, rollout: next.rollout })
  )
}

function describeChange(
  { key, actor, reason = null }: FlagChange,
  before: StoredFlag | null,
  after: StoredFlag | null,
): EventInput {
  return {
    actor,
    subject: { kind: 'flag', id: key },
    action: actionOf(before, after),
    from: before && `v${before.version}`,
    to: after && `v${after.version}`,
    reason,
    evidence: evidenceOf(before, after),
  }
}

function actionOf(before: StoredFlag | null, after: StoredFlag | null): string {
  if (!before) return 'create'
  if (!after) return 'delete'
  if (before.flag.enabled !== after.flag.enabled) return after.flag.enabled ? 'enable' : 'disable'
  return 'update'
}

const largestEvidence = 65_536

/** Both sides in full; of large flags, such as those with long lists, the names of the fields that differ. */
function evidenceOf(before: StoredFlag | null, after: StoredFlag | null): unknown {
  const whole = { before: before?.flag ?? null, after: after?.flag ?? null }
  if (JSON.stringify(whole).length <= largestEvidence) return whole
  const sides = [before?.flag ?? {}, after?.flag ?? {}] as Record<string, unknown>[]
  const names = new Set(sides.flatMap((side) => Object.keys(side)))
  return {
    changed: [...names].filter((name) => canonicalJson(sides[0]?.[name]) !== canonicalJson(sides[1]?.[name])),
    note: `Both sides together are larger than ${largestEvidence} characters, so only the changed fields are named.`,
  }
}
