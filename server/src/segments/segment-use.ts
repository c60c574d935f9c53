import { type Segment, type SnapshotFlag, segmentsIn } from '@sluice/core/evaluation'
import type { StoredFlag } from '../flags/flag-store.ts'
import { pathBetween } from '../flags/path-between.ts'
import type { StoredSegment } from './segment-store.ts'

/** The flags and segments that name a segment. */
export interface SegmentUse {
  readonly flags: string[]
  readonly segments: string[]
}

export function useOf(name: string, flags: readonly StoredFlag[], segments: readonly StoredSegment[]): SegmentUse {
  return {
    flags: flags.filter(({ flag }) => segmentsOfFlag(flag).includes(name)).map(({ key }) => key),
    segments: segments.filter(({ segment }) => segmentsIn(segment.if).includes(name)).map((other) => other.name),
  }
}

function segmentsOfFlag({ rules = [] }: SnapshotFlag): string[] {
  return rules.flatMap(({ if: condition }) => (condition === undefined ? [] : segmentsIn(condition)))
}

/** The way by which a segment comes back to itself; null when it does not. */
export function cycleOf(name: string, segments: ReadonlyMap<string, Segment | null>): readonly string[] | null {
  const named = (one: string): readonly string[] => {
    const segment = segments.get(one)
    return segment ? segmentsIn(segment.if) : []
  }
  for (const next of named(name)) {
    const way = pathBetween(next, name, named)
    if (way) return [name, ...way]
  }
  return null
}

/** The flags under a running rollout that a segment decides about, by itself or through others. */
export function runningOn(
  name: string,
  flags: readonly StoredFlag[],
  segments: readonly StoredSegment[],
): readonly StoredFlag[] {
  const reached = new Set([name])
  for (let size = 0; size !== reached.size;) {
    size = reached.size
    for (const { name: other, segment } of segments)
      if (segmentsIn(segment.if).some((used) => reached.has(used))) reached.add(other)
  }
  return flags.filter(({ flag, rollout }) => rollout !== null && segmentsOfFlag(flag).some((used) => reached.has(used)))
}
