import type { Context } from './context.ts'
import { unitOf, unitText } from './context.ts'
import type { Bucket, Sample } from './flag.ts'
import { murmur3 } from './murmur3.ts'
import { Unsupported } from './unsupported.ts'
import type { Arm } from './outcome.ts'

export const fullShare = 100_000

/** Where a unit falls under a salt: an integer from 0 to 99,999. Exact in doubles. */
export const bucketOf = (salt: string, unit: string): number =>
  Math.floor((murmur3(`${salt}:${unit}`) * fullShare) / 2 ** 32)

/** The side of a sample that a unit is on; null without a unit, whatever the share. */
export function armOf(sample: Sample, unit: string | number | undefined | null): Arm | null {
  const text = unitText(unit)
  if (text === null) return null
  return bucketOf(sample.salt, text) < sample.share ? 'T' : 'C'
}

/**
 * The bucket of the context's unit; null when it has none. Throws `Unsupported` for a draw that this version cannot make: one
 * by a foreign hash, or one without a salt, which is never made up when read.
 */
export function drawBucket(bucket: Bucket, context: Context): number | null {
  if (typeof bucket.salt !== 'string') throw new Unsupported('a draw without a salt')
  const { hash = 'm3', of = fullShare, x } = bucket as Bucket & { hash?: unknown; of?: unknown; x?: unknown }
  if (hash !== 'm3' || of !== fullShare || x !== undefined) throw new Unsupported('a draw by a foreign hash')
  const unit = unitOf(context, bucket.by)
  return unit === null ? null : bucketOf(bucket.salt, unit)
}
