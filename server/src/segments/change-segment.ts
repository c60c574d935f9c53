// Every write of a segment: checked against what names it, stored, told as one event, and published as a whole snapshot,
// because any flag may stand on it.
import type { Segment } from '@sluice/core/evaluation'
import { bumpRevision, lockEnvironment } from '../environments/environment-store.ts'
import { type EventParts, appendEvent } from '../events/append-event.ts'
import { canonicalJson } from '../events/canonical-json.ts'
import type { Actor } from '../events/event.ts'
import type { FlagParts } from '../flags/flag-service.ts'
import { listFlags } from '../flags/flag-store.ts'
import { republishSnapshot } from '../flags/publish-snapshot.ts'
import type { DatabaseTransaction } from '../ports/database.ts'
import { readSegment, refuseUnderRollout, refuseWhileUsed, segmentNotFound } from './edit-segment.ts'
import { type StoredSegment, findSegment, listSegments, removeSegment, saveSegment } from './segment-store.ts'

export interface SegmentChange {
  readonly environment: string
  readonly name: string
  /** Null deletes it. */
  readonly input: unknown
  readonly actor: Actor
  readonly reason: string | null
  /** Throws when the segment is not what the request expects, such as its `If-Match`. */
  readonly precondition: (current: StoredSegment | null) => void
}

export interface SegmentChanged {
  readonly before: StoredSegment | null
  readonly after: StoredSegment | null
}

export async function changeSegment(request: SegmentChange, parts: FlagParts): Promise<SegmentChanged> {
  const changed = await parts.database.transaction((transaction) => commit(transaction, request, parts))
  if (changed.before !== changed.after) await republishSnapshot(request.environment, parts)
  return changed
}

async function commit(
  transaction: DatabaseTransaction,
  request: SegmentChange,
  parts: EventParts,
): Promise<SegmentChanged> {
  const { environment, name, input } = request
  await lockEnvironment(transaction, environment)
  const { present: before } = await findSegment(transaction, environment, name)
  request.precondition(before)
  const around = {
    flags: await listFlags(transaction, environment),
    segments: await listSegments(transaction, environment),
  }
  const others = new Map(around.segments.map((other) => [other.name, other.segment]))
  const segment = input === null ? null : readSegment(name, input, others)
  if (segment === null) {
    if (!before) throw segmentNotFound(name)
    refuseWhileUsed(name, around)
  }
  if (before && segment && canonicalJson(before.segment) === canonicalJson(segment)) return { before, after: before }
  refuseUnderRollout(name, around)
  return writeSegment(transaction, { ...request, segment }, parts)
}

export interface SegmentWrite extends Pick<SegmentChange, 'environment' | 'name' | 'actor' | 'reason'> {
  /** As checked; null deletes it. */
  readonly segment: Segment | null
}

/** Stores what was checked and tells it. The caller publishes once that has committed. */
export async function writeSegment(
  transaction: DatabaseTransaction,
  { environment, name, segment, actor, reason }: SegmentWrite,
  parts: EventParts,
): Promise<SegmentChanged & { readonly revision: number }> {
  const { present: before, lastVersion } = await findSegment(transaction, environment, name)
  const { revision } = await bumpRevision(transaction, environment)
  const nowMs = parts.clock.now()
  const after = segment && {
    environment,
    name,
    version: lastVersion + 1,
    revision,
    segment,
    createdAtMs: before?.createdAtMs ?? nowMs,
    updatedAtMs: nowMs,
  }
  if (after) await saveSegment(transaction, after)
  else if (before) await removeSegment(transaction, before, { revision, nowMs })
  const event = {
    actor,
    subject: { kind: 'segment', id: name },
    action: !before ? 'create' : after ? 'update' : 'delete',
    from: before && `v${before.version}`,
    to: after && `v${after.version}`,
    reason,
    evidence: { before: before?.segment ?? null, after: after?.segment ?? null },
    revision,
  }
  await appendEvent(transaction, environment, event, parts)
  return { before, after, revision }
}
