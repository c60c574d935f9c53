import { SluiceError } from '@sluice/contract'
import { type Context, type Explanation, type FlagSet, compileFlagSet, explain } from '@sluice/core/evaluation'
import { editFlag, flagNotFound } from './edit-flag.ts'
import type { FlagParts } from './flag-service.ts'
import { findFlag } from './flag-store.ts'
import { compileRegex } from './regex.ts'
import type { CachedSnapshot } from './snapshot-cache.ts'

export interface DraftRequest {
  readonly snapshot: CachedSnapshot
  readonly key: string
  /** A whole flag, as a PUT takes it. */
  readonly draft: unknown
  readonly context: Context
}

/** What a context would get of a flag that is not stored yet: checked as a PUT of it is, and never stored. */
export async function explainDraft(
  { snapshot, key, draft, context }: DraftRequest,
  { database, clock, random }: FlagParts,
): Promise<Explanation & { readonly flag: string; readonly revision: number }> {
  const { environment, epoch, revision, flags, segments } = snapshot
  const stored = await findFlag(database.kysely, environment, key)
  // Whether users may be dealt anew is asked when it is saved.
  const rules = { key, reshuffle: true, others: flags, segments: new Set(Object.keys(segments)) }
  const next = read(() =>
    editFlag(stored, { kind: 'replace', body: draft }, { ...rules, mintSalt: () => random.salt() }),
  )
  if (!next) throw flagNotFound(key)
  const set: FlagSet = { schema: 1, env: environment, epoch, revision, flags: { ...flags, [key]: next.flag }, segments }
  const compiled = compileFlagSet(set, { regex: compileRegex })
  return { flag: key, revision, ...explain(compiled, key, context, clock.now()) }
}

/** In a request for an explanation the flag stands under `flag`. */
function read<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    const errors = error.errors.map((fault) => ({ ...fault, pointer: `/flag${fault.pointer}` }))
    const { code, message, hint } = error
    throw new SluiceError(code, message, { errors, ...(hint === undefined ? {} : { hint }) })
  }
}
