import type { FlagSet, SnapshotFlag } from '../flag.ts'
import type { RegexCompiler } from '../operators/matchers.ts'
import { readFlag } from '../parse/read-flag.ts'
import { type Program, compileFlag, failingProgram } from './compile-flag.ts'
import { type Lane, laneOf } from './lane.ts'
import { failure } from './outcomes.ts'
import { SharedParts } from './shared-parts.ts'

/** One flag of a set, checked and made ready when it is first asked for: most flags of a set are never evaluated. */
export class CompiledFlag {
  /** Null until the first evaluation. */
  program: Program | null = null
  /** What the commonest flag needs, in one place; null for all others, and until the first evaluation. */
  lane: Lane | null = null
  readonly key: string
  readonly #given: unknown
  readonly #shared: SharedParts
  #flag: SnapshotFlag | null = null

  constructor(key: string, given: unknown, shared: SharedParts) {
    this.key = key
    this.#given = given
    this.#shared = shared
  }

  /** The flag as it counts: of one that cannot be read a killed one with as much of `off` as it names. */
  get flag(): SnapshotFlag {
    if (this.#flag === null) this.prepare()
    return this.#flag as unknown as SnapshotFlag
  }

  prepare(): Program {
    const { flag, error } = readFlag(this.#given)
    this.#flag = flag
    this.program = error === null ? compileFlag(flag, this.#shared) : failingProgram(failure(flag, error))
    this.lane = laneOf(this.program)
    return this.program
  }
}

/** The flags of one environment, ready for evaluation. */
export interface CompiledFlagSet {
  readonly env: string
  readonly epoch: string
  readonly revision: number
  readonly flags: ReadonlyMap<string, CompiledFlag>
  /** The same flags in their order, once all of them have been asked for at once; null after every change. */
  list: readonly CompiledFlag[] | null
  readonly shared: SharedParts
}

export interface CompileOptions {
  /** Compiles regular expressions in RE2 syntax; without it the rules that hold one are unsupported. */
  readonly regex?: RegexCompiler | undefined
}

/** Makes a set ready for evaluation; each flag is read at its first. */
export function compileFlagSet(set: FlagSet, { regex }: CompileOptions = {}): CompiledFlagSet {
  const { env, epoch, revision, segments = {} } = set
  const shared = new SharedParts(segments, regex)
  const flags = new Map<string, CompiledFlag>()
  for (const key of Object.keys(set.flags)) flags.set(key, new CompiledFlag(key, set.flags[key], shared))
  return { env, epoch, revision, flags, list: null, shared }
}

/**
 * The set with some flags changed or, where null, gone; nothing else is touched. It takes over the flags of the set it is given:
 * what stood in their place is no longer there, so hold on to the new set alone.
 */
export function replaceFlags(
  compiled: CompiledFlagSet,
  changes: Readonly<Record<string, unknown>>,
  revision: number,
): CompiledFlagSet {
  const flags = compiled.flags as Map<string, CompiledFlag>
  for (const key of Object.keys(changes)) {
    const changed = changes[key]
    if (changed === null) flags.delete(key)
    else flags.set(key, new CompiledFlag(key, changed, compiled.shared))
  }
  return { ...compiled, list: null, revision }
}
