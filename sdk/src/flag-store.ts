import { compileFlagSet, parseFlagSet, replaceFlags } from '#evaluation'
import type { CompiledFlagSet, RegexCompiler } from '#evaluation'

/** One environment's flags, as the server's snapshot, a cache file and `bootstrap` hold them. */
export interface Snapshot {
  readonly schema: 1
  readonly env: string
  readonly epoch: string
  readonly revision: number
  readonly flagCount: number
  readonly flags: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

/** Where the flags in use came from. */
export type FlagOrigin = 'server' | 'cache' | 'bootstrap' | 'default'

/** What became of a snapshot or a patch. `gap`: it does not continue what we hold, so the whole set is needed. */
export type Acceptance =
  | { readonly outcome: 'changed'; readonly flags: readonly string[] }
  | { readonly outcome: 'same' | 'gap' }
  | { readonly outcome: 'refused'; readonly problem: string }

const refused = (problem: string): Acceptance => ({ outcome: 'refused', problem })
const forbiddenKeys = new Set(['__proto__', 'prototype', 'constructor'])

/** Holds the flag set in use. Takes a newer one whole or not at all; a revision never goes back within its epoch. */
export class FlagStore {
  readonly #environment: string
  readonly #regex: RegexCompiler | undefined
  #snapshot: Snapshot | null = null
  #compiled: CompiledFlagSet | null = null
  #origin: FlagOrigin = 'default'

  /** Without `regex` the rules that hold a regular expression are unsupported. */
  constructor(environment: string, regex?: RegexCompiler) {
    this.#environment = environment
    this.#regex = regex
  }

  /** The set as it was received; what the cache file keeps. */
  get snapshot(): Snapshot | null {
    return this.#snapshot
  }

  get compiled(): CompiledFlagSet | null {
    return this.#compiled
  }

  get origin(): FlagOrigin {
    return this.#origin
  }

  /** The server has confirmed what we hold. */
  confirm(): void {
    if (this.#snapshot !== null) this.#origin = 'server'
  }

  /** Only the server may bring another epoch (a restored database); a cache file or bootstrap only a later revision. */
  accept(received: unknown, origin: Exclude<FlagOrigin, 'default'>): Acceptance {
    const parsed = parseFlagSet(received)
    if (!parsed.ok) return refused(parsed.message)
    const snapshot = received as Snapshot
    const problem = this.#problemWith(snapshot)
    if (problem !== null) return refused(problem)
    const held = this.#snapshot
    if (held?.epoch === snapshot.epoch) {
      if (snapshot.revision < held.revision)
        return refused(`revision ${snapshot.revision} is older than ${held.revision}, which is in use`)
      if (snapshot.revision === held.revision) {
        if (origin === 'server') this.confirm()
        return { outcome: 'same' }
      }
    } else if (held !== null && origin !== 'server') return { outcome: 'same' }
    const flags = changedKeys(held?.flags ?? {}, snapshot.flags)
    this.#take(snapshot, compileFlagSet(parsed.set, { regex: this.#regex }), origin)
    return { outcome: 'changed', flags }
  }

  /** Applies `{ from, revision, flags }` of the stream; `epoch` is that of the event's id, where it has one. */
  patch(received: unknown, epoch: string | null): Acceptance {
    const held = this.#snapshot
    const compiled = this.#compiled
    if (held === null || compiled === null || (epoch !== null && epoch !== held.epoch)) return { outcome: 'gap' }
    if (!isPlainObject(received)) return refused('a patch is an object')
    const { from, revision, flags } = received
    if (!isRevision(from) || !isRevision(revision) || revision <= from || !isPatchedFlags(flags))
      return refused('the patch has no `from`, a later `revision` and `flags`')
    if (revision <= held.revision) return { outcome: 'same' }
    if (from !== held.revision) return { outcome: 'gap' }
    const merged = new Map(Object.entries(held.flags))
    for (const [key, flag] of Object.entries(flags)) {
      if (flag === null) merged.delete(key)
      else merged.set(key, flag)
    }
    const snapshot = { ...held, revision, flagCount: merged.size, flags: Object.fromEntries(merged) }
    this.#take(snapshot, replaceFlags(compiled, flags, revision), 'server')
    return { outcome: 'changed', flags: Object.keys(flags) }
  }

  #take(snapshot: Snapshot, compiled: CompiledFlagSet, origin: FlagOrigin): void {
    this.#snapshot = snapshot
    this.#compiled = compiled
    this.#origin = origin
  }

  /** What the evaluator's reader leaves open. */
  #problemWith({ env, epoch, flags }: Snapshot): string | null {
    if (env !== this.#environment) return `it is of the environment "${env}", not "${this.#environment}"`
    if (epoch === '') return 'its epoch is empty'
    for (const [key, flag] of Object.entries(flags)) {
      if (forbiddenKeys.has(key) || key === '') return `"${key}" cannot be a flag key`
      if (!isPlainObject(flag)) return `the flag "${key}" is not an object`
    }
    return null
  }
}

function changedKeys(before: Snapshot['flags'], after: Snapshot['flags']): string[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...keys].filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
}

const isRevision = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

type PatchedFlags = Record<string, Record<string, unknown> | null>

const isPatchedFlags = (value: unknown): value is PatchedFlags =>
  isPlainObject(value) &&
  Object.entries(value).every(
    ([key, flag]) => !forbiddenKeys.has(key) && key !== '' && (flag === null || isPlainObject(flag)),
  )

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
