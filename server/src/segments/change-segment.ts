// Every write of a segment: checked against what names it, stored, told as one event, and published as a whole snapshot,
// because any flag may stand on it.
import { SluiceError } from '@sluice/contract'
import { type Segment, parseSegment } from '@sluice/core/evaluation'
import { bumpRevision, lockEnvironment } from '../environments/environment-store.ts'
import { appendEvent } from '../events/append-event.ts'
import { canonicalJson } from '../events/canonical-json.ts'
import type { Actor } from '../events/event.ts'
import { faultOfKey } from '../flags/check-flag.ts'
import { refusedShape } from '../flags/edit-flag.ts'
import type { FlagParts } from '../flags/flag-service.ts'
import { type StoredFlag, listFlags } from '../flags/flag-store.ts'
import { republishSnapshot } from '../flags/publish-snapshot.ts'
import { compileRegex } from '../flags/regex.ts'
import type { DatabaseTransaction } from '../ports/database.ts'
import { type StoredSegment, findSegment, listSegments, removeSegment, saveSegment } from './segment-store.ts'
import { cycleOf, runningOn, useOf } from './segment-use.ts'

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
  parts: FlagParts,
): Promise<SegmentChanged> {
  const { environment, name, input, actor, reason } = request
  await lockEnvironment(transaction, environment)
  const { present: before, lastVersion } = await findSegment(transaction, environment, name)
  request.precondition(before)
  const flags = await listFlags(transaction, environment)
  const segments = await listSegments(transaction, environment)
  const segment = input === null ? null : checked(name, input, segments)
  if (segment === null) checkDeletion(name, before, flags, segments)
  if (before && segment && canonicalJson(before.segment) === canonicalJson(segment)) return { before, after: before }
  refuseUnderRollout(name, flags, segments)
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
  return { before, after }
}

function checked(name: string, input: unknown, segments: readonly StoredSegment[]): Segment {
  const fault = faultOfKey(name)
  if (fault) throw broken('', fault.replaceAll('flag key', "segment's name"))
  const names = new Set([name, ...segments.map((other) => other.name)])
  const parsed = parseSegment(input, { regex: compileRegex, segments: names })
  if (!parsed.ok) throw refusedShape(parsed.problems, 'segment')
  const all = new Map(segments.map((other) => [other.name, other.segment]))
  const cycle = cycleOf(name, all.set(name, parsed.segment))
  if (cycle) throw broken('/if', `The segments would name each other: ${cycle.join(' → ')}. Write one of them out.`)
  return parsed.segment
}

function broken(pointer: string, message: string): SluiceError {
  return new SluiceError('UNPROCESSABLE', 'The segment breaks a rule; nothing was changed.', {
    errors: [{ pointer, code: 'custom', message }],
  })
}

function checkDeletion(
  name: string,
  before: StoredSegment | null,
  flags: readonly StoredFlag[],
  segments: readonly StoredSegment[],
): void {
  if (!before) throw segmentNotFound(name)
  const { flags: keys, segments: names } = useOf(name, flags, segments)
  if (keys.length + names.length === 0) return
  throw new SluiceError('STATE_CONFLICT', `It is in use: ${[...keys, ...names].slice(0, 10).join(', ')}.`, {
    hint: 'Take it out of their conditions first.',
  })
}

/** Who is compared with whom would change in the middle of the evidence. */
function refuseUnderRollout(name: string, flags: readonly StoredFlag[], segments: readonly StoredSegment[]): void {
  const [running] = runningOn(name, flags, segments)
  if (!running) return
  throw new SluiceError(
    'STATE_CONFLICT',
    `The flag "${running.key}" stands on this segment, and the rollout ${running.rollout?.id} is running on it.`,
    {
      hint: `Wait for its end, or end its hold first: POST …/rollouts/${running.rollout?.id}/actions with {"action": "takeover"}.`,
    },
  )
}

export function segmentNotFound(name: string): SluiceError {
  return new SluiceError('NOT_FOUND', `There is no segment "${name.slice(0, 200)}" in this environment.`, {
    hint: 'List the segments of this environment, or create this one with PUT.',
  })
}
