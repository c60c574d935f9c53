// The evaluator in plain words, straight from the flag as it is written: nothing compiled, kept or shared. The fast one must agree.
import { RE2JS } from 're2js'
import type { Condition, Flag, FlagSet, Leaf, ListEntry, SnapshotFlag, Bucket } from '../src/evaluation/flag.ts'
import { instantMs } from '../src/evaluation/instant.ts'
import { isInRange, parseAddress, parseRange } from '../src/evaluation/operators/cidr.ts'
import { compareVersions, parseVersion } from '../src/evaluation/operators/semver.ts'
import type { Reason } from '../src/evaluation/outcome.ts'

type Context = Readonly<Record<string, unknown>>

export interface PlainOutcome {
  readonly variant: string | null
  readonly reason: Reason
  readonly rule: string | null
  readonly arm: 'T' | 'C' | null
}

/** What `evaluate` must answer for a set without faults. */
export function plainEvaluate(set: FlagSet, key: string, context: Context, now: number): PlainOutcome {
  const flag = set.flags[key]
  return flag
    ? evaluateFlag({ set, context, now }, flag)
    : { variant: null, reason: 'FLAG_NOT_FOUND', rule: null, arm: null }
}

interface At {
  readonly set: FlagSet
  readonly context: Context
  readonly now: number
}

function evaluateFlag(at: At, flag: SnapshotFlag): PlainOutcome {
  const off = (reason: Reason): PlainOutcome => ({ variant: flag.off, reason, rule: null, arm: null })
  const given = (variant: string, reason: Reason): PlainOutcome => ({ variant, reason, rule: null, arm: null })
  if (!flag.enabled) return off('OFF')
  if (!(flag.requires ?? []).every((requirement) => isMet(at, requirement))) return off('REQUIRES')
  if (entryFor(at, flag.exclude)) return off('EXCLUDE')
  if (flag.force !== undefined) return given(flag.force, 'FORCED')
  const included = entryFor(at, flag.include)
  if (included) return given(included.variant, 'INCLUDE')
  let arm: 'C' | null = null
  for (const rule of flag.rules ?? []) {
    if (rule.if && !holds(at, rule.if)) continue
    const isRollout = rule.sample !== undefined && flag.rollout?.rule === rule.id
    if (rule.sample) {
      const drawn = bucketOf(rule.sample, at.context)
      if (drawn === null) continue
      if (drawn >= rule.sample.share) {
        if (isRollout) arm = 'C'
        continue
      }
    }
    const variant = typeof rule.serve === 'string' ? rule.serve : chosen(rule.serve, at.context)
    if (variant !== null) return { variant, reason: 'RULE', rule: rule.id, arm: isRollout ? 'T' : arm }
  }
  if (flag.serve === null || typeof flag.serve === 'string')
    return { variant: flag.serve, reason: 'SERVE', rule: null, arm }
  const variant = chosen(flag.serve, at.context)
  return variant === null ? off('NO_TARGETING_KEY') : { variant, reason: 'SERVE', rule: null, arm }
}

function isMet(at: At, { flag: key, variants, on = true }: NonNullable<Flag['requires']>[number]): boolean {
  const parent = at.set.flags[key]
  if (!parent) return false
  const { variant, reason } = evaluateFlag(at, parent)
  const value = variant === null ? undefined : parent.variants[variant]
  const isOn =
    reason !== 'OFF' && reason !== 'REQUIRES' && (typeof value === 'boolean' ? value : variant !== parent.off)
  return isOn === on && (variants === undefined || (variant !== null && variants.includes(variant)))
}

const own = (context: Context, name: string): unknown => (Object.hasOwn(context, name) ? context[name] : undefined)

function unitIn(context: Context, by: Bucket['by'] = 'targetingKey'): string | null {
  for (const name of [by].flat()) {
    const value = name.startsWith('$') ? undefined : own(context, name)
    if (typeof value === 'string' && value !== '') return value
    if (Number.isSafeInteger(value)) return String(value)
  }
  return null
}

function entryFor<Entry extends ListEntry>({ context, now }: At, list: readonly Entry[] = []): Entry | undefined {
  return list.find(
    ({ unit, by, expires }) =>
      unitIn(context, by) === unit && (expires === undefined || (instantMs(expires) as number) > now),
  )
}

function bucketOf({ salt, by }: Bucket, context: Context): number | null {
  const unit = unitIn(context, by)
  return unit === null ? null : Math.floor((plainMurmur3(`${salt}:${unit}`) * 100_000) / 2 ** 32)
}

function chosen(
  { split, ...bucket }: Bucket & { split: readonly (readonly [string, number])[] },
  context: Context,
): string | null {
  const drawn = bucketOf(bucket, context)
  let below = 0
  return drawn === null ? null : ((split.find(([, weight]) => drawn < (below += weight)) ?? [])[0] as string)
}

function holds(at: At, condition: Condition): boolean {
  if ('all' in condition) return condition.all.every((part) => holds(at, part))
  if ('any' in condition) return condition.any.some((part) => holds(at, part))
  if ('not' in condition) return !holds(at, condition.not)
  if ('segment' in condition) return holds(at, at.set.segments![condition.segment]!.if)
  return leafHolds(at, condition)
}

function leafHolds(at: At, leaf: Leaf): boolean {
  const value = read(at, [leaf.attr].flat())
  const { op, values = [], negate = false, fold = false } = leaf
  const isAbsent = value === undefined || value === null
  if (op === 'exists') return isAbsent === negate
  if (isAbsent) return false
  const candidates = (Array.isArray(value) ? value : [value]).filter((item) => item !== null && item !== undefined)
  const lower = (item: unknown): unknown => (fold && typeof item === 'string' ? item.toLowerCase() : item)
  return candidates.some((item) => values.some((wanted) => matches(op, lower(item), lower(wanted)))) !== negate
}

function read({ context, now }: At, path: readonly string[]): unknown {
  if (path[0]?.startsWith('$')) return path[0] === '$now' && path.length === 1 ? now : undefined
  return path.reduce<unknown>(
    (value, name) =>
      typeof value === 'object' && value !== null && !Array.isArray(value) ? own(value as Context, name) : undefined,
    context,
  )
}

function matches(op: string, given: unknown, wanted: unknown): boolean {
  if (op === 'in') return given === wanted
  if (op === 'before' || op === 'after') {
    const [a, b] = [instantMs(given), instantMs(wanted)]
    return a !== null && b !== null && (op === 'before' ? a < b : a > b)
  }
  if (['lt', 'lte', 'gt', 'gte'].includes(op)) {
    if (typeof given !== 'number' || !Number.isFinite(given)) return false
    return ordered(op, given - (wanted as number))
  }
  if (typeof given !== 'string' || typeof wanted !== 'string') return false
  if (op === 'starts') return given.startsWith(wanted)
  if (op === 'ends') return given.endsWith(wanted)
  if (op === 'contains') return given.includes(wanted)
  if (op === 'regex') return RE2JS.compile(wanted).test(given)
  if (op === 'cidr') {
    const [address, range] = [parseAddress(given), parseRange(wanted)]
    return address !== null && range !== null && isInRange(address, range)
  }
  const [a, b] = [parseVersion(given), parseVersion(wanted)]
  return a !== null && b !== null && ordered(op.slice('semver.'.length), compareVersions(a, b))
}

function ordered(op: string, order: number): boolean {
  if (op === 'eq') return order === 0
  if (op.startsWith('lt')) return order < 0 || (op === 'lte' && order === 0)
  return order > 0 || (op === 'gte' && order === 0)
}

/** MurmurHash3_x86_32 (Austin Appleby, public domain) over the bytes of the text, as its description has it. */
export function plainMurmur3(text: string, seed = 0): number {
  const bytes = Buffer.from(text.toWellFormed(), 'utf8')
  const mix = (block: number): number => {
    const scrambled = Math.imul(block, 0xcc9e2d51)
    return Math.imul((scrambled << 15) | (scrambled >>> 17), 0x1b873593)
  }
  let hash = seed
  const whole = bytes.length - (bytes.length % 4)
  for (let i = 0; i < whole; i += 4) {
    hash ^= mix(bytes.readInt32LE(i))
    hash = Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64
  }
  let tail = 0
  for (let i = whole; i < bytes.length; i++) tail |= (bytes[i] as number) << (8 * (i - whole))
  hash ^= mix(tail) ^ bytes.length
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
