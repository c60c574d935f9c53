import {
  type CompiledFlagSet,
  type FlagSet,
  type SnapshotFlag,
  compileFlagSet,
  replaceFlags,
} from '@sluice/core/evaluation'
import type { EnvironmentRow } from '../environments/environment-store.ts'
import { type Publication, snapshotFlag } from './change-flag.ts'
import type { StoredFlag } from './flag-store.ts'

/** One revision of one environment, ready to be served and evaluated. */
export interface CachedSnapshot {
  readonly environment: string
  readonly epoch: string
  readonly revision: number
  readonly flags: Readonly<Record<string, SnapshotFlag>>
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
  load({ name, epoch, revision }: EnvironmentRow, stored: readonly StoredFlag[]): boolean {
    const present = this.#snapshots.get(name)
    if (present && present.epoch === epoch && present.revision >= revision) return false
    const flags = Object.fromEntries(stored.map((flag) => [flag.key, snapshotFlag(flag)]))
    const set: FlagSet = { schema: 1, env: name, epoch, revision, flags }
    this.#snapshots.set(name, cached(set, compileFlagSet(set)))
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
    this.#snapshots.set(environment, cached({ schema: 1, env: environment, epoch, revision, flags }, compiled))
    return 'applied'
  }
}

function cached(set: FlagSet, compiled: CompiledFlagSet): CachedSnapshot {
  const { env: environment, epoch, revision, flags } = set
  let text: string | undefined
  const write = (): string => {
    const names = Object.keys(flags).sort()
    const ordered = Object.fromEntries(names.map((name) => [name, flags[name]]))
    return JSON.stringify({ schema: 1, env: environment, epoch, revision, flagCount: names.length, flags: ordered })
  }
  return { environment, epoch, revision, flags, compiled, id: `${epoch}-${revision}`, text: () => (text ??= write()) }
}
