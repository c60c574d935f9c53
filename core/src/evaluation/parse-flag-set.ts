import { isPlainObject } from './faults.ts'
import type { FlagSet, SnapshotFlag } from './flag.ts'
import { parseFlag } from './parse-flag.ts'

/** A set that was read, or why it was refused. One bad flag does not spoil a set: it serves its `off`. */
export type ParsedFlagSet =
  | { readonly ok: true; readonly set: FlagSet }
  | { readonly ok: false; readonly message: string }

/** Reads a snapshot from outside: taken whole or not at all. */
export function parseFlagSet(input: unknown): ParsedFlagSet {
  if (!isPlainObject(input)) return { ok: false, message: 'A snapshot is an object.' }
  const { schema, env, epoch, revision, flagCount, flags } = input
  if (schema !== 1)
    return { ok: false, message: `A snapshot of schema ${String(schema)} cannot be read: this version reads schema 1.` }
  if (typeof env !== 'string' || typeof epoch !== 'string')
    return { ok: false, message: 'The snapshot names no environment or epoch.' }
  if (!Number.isSafeInteger(revision) || (revision as number) < 0)
    return { ok: false, message: 'The snapshot has no revision.' }
  if (!isPlainObject(flags)) return { ok: false, message: 'The snapshot has no flags.' }
  const count = Object.keys(flags).length
  if (flagCount !== count)
    return { ok: false, message: `The snapshot says ${String(flagCount)} flags and holds ${count}.` }
  const read = Object.fromEntries(Object.entries(flags).map(([key, flag]) => [key, readFlag(flag)]))
  return { ok: true, set: { schema: 1, env, epoch, revision: revision as number, flagCount: count, flags: read } }
}

/** A snapshot's flag; one that cannot be read is kept as one that serves `off` as far as it names it. */
export function readFlag(input: unknown): SnapshotFlag {
  if (!isPlainObject(input)) return { enabled: false, variants: {}, off: null, serve: null }
  const { rollout, ...rest } = input
  const parsed = parseFlag(rest)
  if (parsed.ok) return isPlainObject(rollout) ? { ...parsed.flag, rollout: rollout as never } : parsed.flag
  const readable = { ...rest } as unknown as SnapshotFlag
  const { variants, off } = readable
  const usable = isPlainObject(variants) && typeof off === 'string' && Object.hasOwn(variants, off)
  return {
    enabled: true,
    variants: usable ? variants : {},
    off: usable ? off : null,
    serve: null,
    rules: [unreadableRule],
  }
}

/** Reached by every evaluation of a flag that could not be read: answers `off` with the error. */
const unreadableRule = { id: 'unreadable', if: { attr: '$now', op: 'unreadable' }, serve: '' } as const
