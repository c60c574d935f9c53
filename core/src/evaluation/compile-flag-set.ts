import { instantMs } from './instant.ts'
import type { FlagSet, ListEntry, Segment, SnapshotFlag } from './flag.ts'
import type { Outcome } from './outcome.ts'

/** The entries of one list that name the same attribute, by unit. */
export interface UnitIndex<Entry extends ListEntry> {
  readonly by: string
  readonly entries: ReadonlyMap<string, { readonly entry: Entry; readonly expiresMs: number }>
}

/** A flag made ready: lists indexed, outcomes to be shared. */
export interface CompiledFlag {
  readonly flag: SnapshotFlag
  readonly exclude: readonly UnitIndex<ListEntry>[]
  readonly include: readonly UnitIndex<ListEntry & { readonly variant: string }>[]
  /** Outcomes built so far, by everything that tells them apart: an evaluation hands out the same object again. */
  readonly outcomes: Map<string, Outcome>
}

export interface CompiledFlagSet {
  readonly env: string
  readonly epoch: string
  readonly revision: number
  readonly segments: Readonly<Record<string, Segment>>
  /** Flags that could not be read are null: they are there, and wrong. */
  readonly flags: ReadonlyMap<string, CompiledFlag | null>
}

/** Makes a set ready for evaluation. */
export function compileFlagSet(set: FlagSet): CompiledFlagSet {
  const { env, epoch, revision, segments = {} } = set
  return {
    env,
    epoch,
    revision,
    segments,
    flags: new Map(Object.entries(set.flags ?? {}).map(([key, flag]) => [key, compileFlag(flag)])),
  }
}

/** The set with some flags changed or, where null, gone; the others are not touched. */
export function replaceFlags(
  compiled: CompiledFlagSet,
  changes: Readonly<Record<string, SnapshotFlag | null>>,
  revision: number,
): CompiledFlagSet {
  const flags = new Map(compiled.flags)
  for (const [key, flag] of Object.entries(changes)) {
    if (flag === null) flags.delete(key)
    else flags.set(key, compileFlag(flag))
  }
  return { ...compiled, revision, flags }
}

function compileFlag(flag: SnapshotFlag): CompiledFlag | null {
  try {
    return { flag, exclude: indexed(flag.exclude), include: indexed(flag.include), outcomes: new Map() }
  } catch {
    return null
  }
}

function indexed<Entry extends ListEntry>(list: readonly Entry[] = []): readonly UnitIndex<Entry>[] {
  const byAttribute = new Map<string, Map<string, { entry: Entry; expiresMs: number }>>()
  for (const entry of list) {
    const by = entry.by ?? 'targetingKey'
    const entries = byAttribute.get(by) ?? new Map()
    entries.set(entry.unit, {
      entry,
      expiresMs: entry.expires === undefined ? Infinity : (instantMs(entry.expires) ?? Infinity),
    })
    byAttribute.set(by, entries)
  }
  return [...byAttribute].map(([by, entries]) => ({ by, entries }))
}
