import { fullShare, placingOf } from '../bucket.ts'
import { type Context, readUnit } from '../context.ts'
import type { Bucket } from '../flag.ts'
import { type Placing } from '../foreign/foreign-hashes.ts'
import { readsAsUnleash, unleashText } from '../foreign/unleash-text.ts'
import { type Prefix, hashAfter, prefixOf } from '../murmur3.ts'

/** A draw made ready: where the unit stands, and where it falls. What it draws is compared with limits of the same scale. */
export interface Draw {
  /** The one attribute that holds the unit, or null when there are several to look at. */
  readonly attribute: string | null
  readonly names: readonly string[]
  /** Whether the names are read as Unleash reads them. */
  readonly asUnleash: boolean
  /** The salt, read already: whole hashes are compared, not buckets. Null for the hashes of others. */
  readonly prefix: Prefix | null
  readonly placing: Placing
  /** What shares and weights are of. */
  readonly of: number
}

/** Throws `Unsupported` for a draw that this version cannot make. */
export function compileDraw(bucket: Bucket): Draw {
  const { salt, by = 'targetingKey', hash = 'm3', of = fullShare } = bucket
  const placing = placingOf(bucket)
  const names = typeof by === 'string' ? [by] : by
  const asUnleash = readsAsUnleash(bucket.x)
  return {
    attribute: names.length === 1 && !asUnleash ? (names[0] as string) : null,
    names,
    asUnleash,
    prefix: hash === 'm3' ? prefixOf(`${salt}:`) : null,
    placing,
    of,
  }
}

/** The text of the context's unit; null when it has none. */
export const unitOf = (draw: Draw, context: Context): string | null =>
  draw.attribute === null ? firstUnit(draw, context) : readUnit(context, draw.attribute)

function firstUnit({ names, asUnleash }: Draw, context: Context): string | null {
  for (const name of names) {
    const unit = asUnleash ? unleashText(context, name) : readUnit(context, name)
    if (unit !== null && unit !== '') return unit
  }
  return null
}

/** Whether the unit draws less than a limit. */
export const drawsBelow = (draw: Draw, unit: string, limit: number): boolean =>
  draw.prefix === null ? draw.placing.place(unit) < limit : hashAfter(draw.prefix, unit) >>> 0 < limit

/** The index of the first limit that the unit draws less than; the last one lets everybody in. */
export function placeAmong(draw: Draw, unit: string, limits: readonly number[]): number {
  const drawn = draw.prefix === null ? draw.placing.place(unit) : hashAfter(draw.prefix, unit) >>> 0
  let i = 0
  while (i < limits.length - 1 && drawn >= (limits[i] as number)) i++
  return i
}

/**
 * What a unit must draw less than to be within a share. For `m3`: h < ceil(share * 2^32 / of) just when the bucket of h is below
 * the share. A double, because full share is 2^32.
 */
export function limitOf({ prefix, placing, of }: Draw, share: number): number {
  const places = prefix === null ? BigInt(placing.total) : 2n ** 32n
  const total = BigInt(of)
  return Number((BigInt(share) * places + total - 1n) / total)
}

/** At which percent a unit enters, for people: 53.261. */
export function entersAt({ placing }: Draw, unit: string): number {
  return ((placing.place(unit) + 1) * 100) / placing.total
}
