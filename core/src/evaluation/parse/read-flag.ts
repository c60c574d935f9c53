import type { Json, RolloutMark, SnapshotFlag } from '../flag.ts'
import { isPlainObject } from '../faults.ts'
import { parseFlag } from './parse-flag.ts'

/** A flag of a snapshot as it counts, and what was wrong with it. */
export interface ReadFlag {
  readonly flag: SnapshotFlag
  readonly error: string | null
}

/** One that cannot be read is a killed one, which serves `off` as far as it names it. Never throws. */
export function readFlag(input: unknown): ReadFlag {
  if (!isPlainObject(input)) return { flag: killed, error: 'The flag is not an object.' }
  const { rollout, ...rest } = input
  const parsed = parseFlag(rest, { lenient: true })
  if (parsed.ok)
    return {
      flag: isPlainObject(rollout) ? { ...parsed.flag, rollout: rollout as unknown as RolloutMark } : parsed.flag,
      error: null,
    }
  const [{ pointer, message } = { pointer: '', message: '' }] = parsed.problems
  return { flag: remainsOf(rest), error: `The flag cannot be read: ${pointer} ${message}` }
}

const killed: SnapshotFlag = { enabled: false, variants: {}, off: null, serve: null }

function remainsOf({ variants, off }: Record<string, unknown>): SnapshotFlag {
  const isUsable = isPlainObject(variants) && typeof off === 'string' && Object.hasOwn(variants, off)
  return isUsable ? { ...killed, variants: { [off]: variants[off] as Json }, off } : killed
}
