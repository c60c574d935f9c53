import { attribute } from './context.ts'
import type { Context } from './context.ts'
import type { Condition, Json, Leaf, Segment } from './flag.ts'
import { Unsupported } from './unsupported.ts'
import { matchValue } from './operators/match-value.ts'

/** Where a condition is looked at. */
export interface Surroundings {
  readonly context: Context
  readonly now: number
  readonly segments: Readonly<Record<string, Segment>>
}

const deepest = 32

/** Whether the condition holds. Throws `Unsupported` where it cannot be told. */
export function matchCondition(condition: Condition, at: Surroundings, depth = 0): boolean {
  if (depth > deepest) throw new Unsupported('conditions nested too deeply')
  if ('all' in condition) return condition.all.every((part) => matchCondition(part, at, depth + 1))
  if ('any' in condition) return condition.any.some((part) => matchCondition(part, at, depth + 1))
  if ('not' in condition) return !matchCondition(condition.not, at, depth + 1)
  if ('segment' in condition) {
    const segment = Object.hasOwn(at.segments, condition.segment) ? at.segments[condition.segment] : undefined
    if (!segment) throw new Unsupported(`unknown segment "${condition.segment}"`)
    return matchCondition(segment.if, at, depth + 1)
  }
  return matchLeaf(condition, at)
}

function matchLeaf(leaf: Leaf, at: Surroundings): boolean {
  const known = leaf.op === 'exists' || Object.hasOwn(matchValue, leaf.op)
  if (!known) throw new Unsupported(`unknown operator "${leaf.op}"`)
  const given = read(leaf.attr, at)
  const absent = given === undefined || given === null
  const negate = leaf.negate === true
  if (leaf.op === 'exists') return absent === negate
  if (absent) return false
  const candidates: readonly unknown[] = Array.isArray(given)
    ? given.filter((item) => item !== null && item !== undefined)
    : [given]
  const match = matchValue[leaf.op as keyof typeof matchValue]
  const fold = leaf.fold === true
  const hit = candidates.some((value) =>
    (leaf.values ?? []).some((wanted) => match(folded(value, fold), folded(wanted, fold) as Json)),
  )
  return hit !== negate
}

const folded = (value: unknown, fold: boolean): unknown =>
  fold && typeof value === 'string' ? value.toLowerCase() : value

/** One literal name, or a path; names with a leading `$` are ours. */
function read(attr: string | readonly string[], { context, now }: Surroundings): unknown {
  const path = typeof attr === 'string' ? [attr] : attr
  const [first] = path
  if (first === undefined) return undefined
  if (first.startsWith('$')) return first === '$now' && path.length === 1 ? now : undefined
  return path.reduce<unknown>(
    (value, name) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? attribute(value as Context, name)
        : undefined,
    context,
  )
}
