import { SluiceError } from '@sluice/contract'
import { type Segment, parseSegment } from '@sluice/core/evaluation'
import { faultOfKey } from '../flags/check-flag.ts'
import { refusedShape } from '../flags/edit-flag.ts'
import type { StoredFlag } from '../flags/flag-store.ts'
import { compileRegex } from '../flags/regex.ts'
import type { StoredSegment } from './segment-store.ts'
import { cycleOf, runningOn, useOf } from './segment-use.ts'

/** What there is in the environment besides. */
export interface SegmentSurroundings {
  readonly flags: readonly StoredFlag[]
  readonly segments: readonly StoredSegment[]
}

/** The segment that an input stands for, beside the others of its environment (null: one that could not be read), or why not. */
export function readSegment(name: string, input: unknown, others: ReadonlyMap<string, Segment | null>): Segment {
  const fault = faultOfKey(name)
  if (fault) throw broken('', fault.replaceAll('flag key', "segment's name"))
  const parsed = parseSegment(input, { regex: compileRegex, segments: new Set([name, ...others.keys()]) })
  if (!parsed.ok) throw refusedShape(parsed.problems, 'segment')
  const cycle = cycleOf(name, new Map(others).set(name, parsed.segment))
  if (cycle) throw broken('/if', `The segments would name each other: ${cycle.join(' → ')}. Write one of them out.`)
  return parsed.segment
}

function broken(pointer: string, message: string): SluiceError {
  return new SluiceError('UNPROCESSABLE', 'The segment breaks a rule; nothing was changed.', {
    errors: [{ pointer, code: 'custom', message }],
  })
}

export function refuseWhileUsed(name: string, { flags, segments }: SegmentSurroundings): void {
  const use = useOf(name, flags, segments)
  const named = [...listed('flag', use.flags), ...listed('segment', use.segments)]
  if (named.length === 0) return
  throw new SluiceError('STATE_CONFLICT', `The segment "${name}" is in use by ${named.join(' and ')}.`, {
    hint: 'Take it out of their conditions first.',
  })
}

const mostNamed = 10

function listed(what: string, names: readonly string[]): string[] {
  if (names.length === 0) return []
  const more = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : ''
  return [`the ${what}${names.length === 1 ? '' : 's'} ${names.slice(0, mostNamed).join(', ')}${more}`]
}

/** Who is compared with whom would change in the middle of the evidence. */
export function refuseUnderRollout(name: string, { flags, segments }: SegmentSurroundings): void {
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
