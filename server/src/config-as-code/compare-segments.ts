import type { ConfigChange, ConfigFile, FieldError } from '@sluice/contract'
import { type Segment, parseSegment } from '@sluice/core/evaluation'
import { type SegmentSurroundings, readSegment, refuseUnderRollout } from '../segments/edit-segment.ts'
import { useOf } from '../segments/segment-use.ts'
import { changedFields } from './changed-fields.ts'
import { guarded } from './guarded.ts'

/** A change with the condition to store; null deletes it. */
export interface PlannedSegment {
  readonly change: ConfigChange
  readonly segment: Segment | null
}

export interface ComparedSegments {
  readonly changes: readonly PlannedSegment[]
  readonly unmanaged: readonly string[]
  /** What rules may name once the file is applied. */
  readonly names: ReadonlySet<string>
}

/** How the segments of a file differ from those that are there. A file that has none leaves them alone. */
export function compareSegments(
  file: ConfigFile,
  present: SegmentSurroundings,
  prune: boolean,
  faults: FieldError[],
): ComparedSegments {
  const stored = new Map(present.segments.map(({ name, segment }) => [name, segment]))
  const declared = Object.entries(file.segments ?? {})
  const unmanaged = file.segments === undefined ? [] : [...stored.keys()].filter((name) => !isIn(file.segments, name))
  const others = new Map<string, Segment | null>(stored)
  for (const [name, body] of declared) {
    const parsed = parseSegment(body)
    others.set(name, parsed.ok ? parsed.segment : null)
  }
  if (prune) for (const name of unmanaged) others.delete(name)
  const changes = declared.flatMap(([name, body]) =>
    guarded(['segments', name], faults, () => segmentChange(name, readSegment(name, body, others), present)),
  )
  const pruned = prune
    ? unmanaged.flatMap((name) => guarded(['segments', name], faults, () => deletion(name, present)))
    : []
  return {
    changes: [...changes, ...pruned],
    unmanaged: prune ? [] : unmanaged,
    names: new Set(others.keys()),
  }
}

const isIn = (members: object | undefined, name: string): boolean =>
  members !== undefined && Object.hasOwn(members, name)

function segmentChange(name: string, segment: Segment, present: SegmentSurroundings): PlannedSegment[] {
  const stored = present.segments.find((other) => other.name === name)
  const fields = stored ? changedFields(stored.segment, segment) : []
  if (stored && fields.length === 0) return []
  refuseUnderRollout(name, present)
  const users = useOf(name, present.flags, present.segments)
  const used = [...users.flags, ...users.segments]
  const effect = !stored
    ? 'a new condition for rules to name'
    : used.length === 0
      ? 'nothing uses it yet'
      : `decides in ${used.slice(0, 10).join(', ')}${used.length > 10 ? ` and ${used.length - 10} more` : ''}`
  return [{ change: { op: stored ? 'update' : 'create', kind: 'segment', key: name, fields, effect }, segment }]
}

/** Whether anything still names it shows in what does: that is read without this segment. */
function deletion(name: string, present: SegmentSurroundings): PlannedSegment[] {
  refuseUnderRollout(name, present)
  const effect = 'nothing in the file names it'
  return [{ change: { op: 'delete', kind: 'segment', key: name, fields: [], effect }, segment: null }]
}
