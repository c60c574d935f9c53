import { unitText } from './context.ts'
import type { Bucket, Sample } from './flag.ts'
import { isKnownSwitch } from './foreign/unleash-text.ts'
import { type Placing, foreignHashes } from './foreign/foreign-hashes.ts'
import { murmur3 } from './murmur3.ts'
import type { Arm } from './outcome.ts'
import { Unsupported } from './unsupported.ts'

export const fullShare = 100_000

/** Where a unit falls under a salt: an integer from 0 to `total` - 1. Exact in doubles up to a total of 2^21. */
export const bucketOf = (salt: string, unit: string, total = fullShare): number =>
  Math.floor((murmur3(`${salt}:${unit}`) * total) / 2 ** 32)

/** Throws `Unsupported` for a draw that this version cannot make, such as one without a salt, which is never made up when read. */
export function placingOf({ salt, hash = 'm3', of = fullShare, x }: Bucket): Placing {
  if (typeof salt !== 'string') throw new Unsupported('a draw without a salt')
  if (!Object.entries(x ?? {}).every(([name, value]) => isKnownSwitch(name, value)))
    throw new Unsupported('a draw with a switch this version does not know')
  if (!(Number.isSafeInteger(of) && of > 0)) throw new Unsupported('a draw out of no total')
  if (hash === 'm3') return { total: of, place: (unit) => projected(murmur3(`${salt}:${unit}`), of) }
  const foreign = Object.hasOwn(foreignHashes, hash) ? foreignHashes[hash] : undefined
  if (!foreign) throw new Unsupported(`unknown hash "${hash}"`)
  return foreign(salt, of)
}

/** Larger totals are those of importers only. */
const projected = (hash: number, total: number): number =>
  total <= 2 ** 21 ? Math.floor((hash * total) / 2 ** 32) : Number((BigInt(hash) * BigInt(total)) >> 32n)

/** The side of a sample that a unit is on; null without a unit, whatever the share, and where the draw is not supported. */
export function armOf(sample: Sample, unit: string | number | undefined | null): Arm | null {
  const text = unitText(unit)
  if (text === null) return null
  try {
    const { total, place } = placingOf(sample)
    return place(text) * (sample.of ?? fullShare) < sample.share * total ? 'T' : 'C'
  } catch {
    return null
  }
}
