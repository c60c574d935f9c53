import type { FlagSet, Segment, SnapshotFlag } from '../flag.ts'
import { isForbidden, isPlainObject } from '../faults.ts'

/** A set that was read, or why it was refused. One bad flag does not spoil a set: it serves its `off`. */
export type ParsedFlagSet =
  | { readonly ok: true; readonly set: FlagSet }
  | { readonly ok: false; readonly message: string }

/** Reads a snapshot from outside: taken whole or not at all. Each flag is read when it is first evaluated. */
export function parseFlagSet(input: unknown): ParsedFlagSet {
  const refused = (message: string): ParsedFlagSet => ({ ok: false, message })
  if (!isPlainObject(input)) return refused('A snapshot is an object.')
  const { schema, env, epoch, revision, flagCount, flags, segments = {} } = input
  if (schema !== 1)
    return refused(`A snapshot of schema ${String(schema)} cannot be read: this version reads schema 1.`)
  if (typeof env !== 'string' || typeof epoch !== 'string')
    return refused('The snapshot names no environment or epoch.')
  if (!Number.isSafeInteger(revision) || (revision as number) < 0) return refused('The snapshot has no revision.')
  if (!isPlainObject(flags)) return refused('The snapshot has no flags.')
  if (!isPlainObject(segments)) return refused('The segments of the snapshot are not an object.')
  const names = Object.keys(flags)
  if (flagCount !== names.length)
    return refused(`The snapshot says ${String(flagCount)} flags and holds ${names.length}.`)
  const forbidden = [...names, ...Object.keys(segments)].find(isForbidden)
  if (forbidden !== undefined) return refused(`"${forbidden}" is a name that JavaScript keeps for itself.`)
  return {
    ok: true,
    set: {
      schema: 1,
      env,
      epoch,
      revision: revision as number,
      flagCount: names.length,
      flags: flags as Record<string, SnapshotFlag>,
      ...(Object.keys(segments).length === 0 ? {} : { segments: segments as Record<string, Segment> }),
    },
  }
}
