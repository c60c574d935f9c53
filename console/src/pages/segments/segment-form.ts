import type { Segment } from '@sluice/core/evaluation'
import { type ConditionValues, conditionOf, conditionValuesOf, emptyPart } from '../../conditions/condition-form.ts'

export interface SegmentValues {
  readonly name: string
  readonly description: string
  readonly condition: ConditionValues
}

export function segmentValuesOf(name: string, segment: Segment | null): SegmentValues {
  if (!segment) return { name, description: '', condition: { join: 'all', parts: [emptyPart] } }
  return { name, description: segment.description ?? '', condition: conditionValuesOf(segment.if) }
}

/** What is sent; a condition that nobody touched is the stored one. */
export function segmentOf({ description, condition }: SegmentValues, stored: Segment | null): object {
  const isUntouched = stored && JSON.stringify(conditionValuesOf(stored.if)) === JSON.stringify(condition)
  const wanted = isUntouched ? stored.if : conditionOf(condition)
  return {
    ...(wanted === undefined ? {} : { if: wanted }),
    ...(description === '' ? {} : { description }),
  }
}
