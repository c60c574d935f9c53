import type { FlagRecord } from '@sluice/contract'
import { ApiError } from '../../api/client.ts'

type Body = Readonly<Record<string, unknown>>

/** A member of the flag that somebody changed since the form opened. */
export interface MemberConflict {
  readonly member: string
  readonly base: unknown
  readonly theirs: unknown
  readonly yours: unknown
  /** Both changed it, and not to the same. */
  readonly isBoth: boolean
}

/** The flag as it is now, when a write was refused because it had moved on. */
export function newerFlag(error: Error | null): FlagRecord | null {
  if (!(error instanceof ApiError) || error.code !== 'VERSION_CONFLICT') return null
  const current = error.current as FlagRecord | undefined
  return current?.flag ? current : null
}

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)

/** What they changed and what you did, by the flag's members. */
export function memberConflicts(base: Body, theirs: Body, yours: Body): readonly MemberConflict[] {
  const names = new Set([...Object.keys(base), ...Object.keys(theirs), ...Object.keys(yours)])
  return [...names].flatMap((member) => {
    const [was, their, your] = [base[member], theirs[member], yours[member]]
    const [byThem, byYou] = [!isSame(was, their), !isSame(was, your)]
    if (!byThem && !byYou) return []
    return [{ member, base: was, theirs: their, yours: your, isBoth: byThem && byYou && !isSame(their, your) }]
  })
}

/** Your change on top of theirs; members in `kept` stay theirs. */
export function onTop(base: Body, theirs: Body, yours: Body, kept: ReadonlySet<string>): Body {
  const merged: Record<string, unknown> = { ...theirs }
  for (const { member } of memberConflicts(base, theirs, yours)) {
    if (isSame(base[member], yours[member]) || kept.has(member)) continue
    if (yours[member] === undefined) delete merged[member]
    else merged[member] = yours[member]
  }
  return withSharesOf(base, theirs, merged)
}

interface Ruled {
  readonly id?: unknown
  readonly sample?: { readonly share?: unknown }
}

/** A rollout may have moved on meanwhile: shares that you left alone are theirs. */
function withSharesOf(base: Body, theirs: Body, merged: Body): Body {
  const rulesOf = (body: Body): readonly Ruled[] => (Array.isArray(body['rules']) ? body['rules'] : [])
  if (!Array.isArray(merged['rules'])) return merged
  const rules = rulesOf(merged).map((rule) => {
    const [was, their] = [base, theirs].map((body) => rulesOf(body).find(({ id }) => id === rule.id)?.sample?.share)
    const isYours = their === undefined || rule.sample === undefined || rule.sample.share !== was
    return isYours ? rule : { ...rule, sample: { ...rule.sample, share: their } }
  })
  return { ...merged, rules }
}
