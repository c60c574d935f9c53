import {
  type CompiledFlagSet,
  type FlagSet,
  type Segment,
  type SnapshotFlag,
  compileFlagSet,
  replaceFlags,
} from '@sluice/core/evaluation'
import type { EnvironmentRow } from '../environments/environment-store.ts'
import { type Publication, snapshotFlag } from './change-flag.ts'
import type { StoredSegment } from '../segments/segment-store.ts'
import type { StoredFlag } from './flag-store.ts'
import { compileRegex } from './regex.ts'

/** One revision of one environment, ready to be served and evaluated. */
export interface CachedSnapshot {
  readonly environment: string
  readonly epoch: string
  readonly revision: number
  readonly flags: Readonly<Record<string, SnapshotFlag>>
  readonly segments: Readonly<Record<string, Segment>>
  readonly compiled: CompiledFlagSet
  /** `<epoch>-<revision>`, as streams and ETags name it. */
  readonly id: string
  /** The snapshot as JSON; written at the first request. */
  readonly text: () => string
}

/** `gap`: something before this publication has not arrived. */
export type Applied = 'applied' | 'known' | 'gap'

/** What is served and evaluated: one snapshot for each environment, whose revision never goes back. */
export class SnapshotCache {
  readonly #snapshots = new Map<string, CachedSnapshot>()

  get(environment: string): CachedSnapshot | undefined {
    return this.#snapshots.get(environment)
  }

  get environments(): string[] {
    return [...this.#snapshots.keys()].sort()
  }

  /** Takes what was read from the database, unless something newer is here already. */
  load(
    { name, epoch, revision }: EnvironmentRow,
    stored: readonly StoredFlag[],
    storedSegments: readonly StoredSegment[] = [],
  ): boolean {
    const present = this.#snapshots.get(name)
    if (present && present.epoch === epoch && present.revision >= revision) return false
    const flags = Object.fromEntries(stored.map((flag) => [flag.key, snapshotFlag(flag)]))
    const segments = Object.fromEntries(storedSegments.map(({ name: segment, segment: held }) => [segment, held]))
    const set = { schema: 1, env: name, epoch, revision, flags, segments } as const
    this.#snapshots.set(name, cached(set, compileFlagSet(set, { regex: compileRegex })))
    return true
  }

  apply({ environment, epoch, from, revision, key, flag }: Publication): Applied {
    const present = this.#snapshots.get(environment)
    if (!present || present.epoch !== epoch) return 'gap'
    if (revision <= present.revision) return 'known'
    if (from !== present.revision) return 'gap'
    const { [key]: _, ...others } = present.flags
    const flags = flag === null ? others : { ...others, [key]: flag }
    const compiled = replaceFlags(present.compiled, { [key]: flag }, revision)
    const set = { schema: 1, env: environment, epoch, revision, flags, segments: present.segments } as const
    this.#snapshots.set(environment, cached(set, compiled))
    return 'applied'
  }
}

type HeldSet = FlagSet & Pick<CachedSnapshot, 'segments'>

function cached(set: HeldSet, compiled: CompiledFlagSet): CachedSnapshot {
  const { schema, env, epoch, revision, flags, segments } = set
  let text: string | undefined
  const write = (): string => {
    const names = Object.keys(flags).sort()
    const ordered = Object.fromEntries(names.map((name) => [name, flags[name]]))
    const named = Object.keys(segments).length === 0 ? {} : { segments }
    return JSON.stringify({ schema, env, epoch, revision, flagCount: names.length, flags: ordered, ...named })
  }
  return {
    environment: env,
    epoch,
    revision,
    flags,
    segments,
    compiled,
    id: `${epoch}-${revision}`,
    text: () => (text ??= write()),
  }
}
