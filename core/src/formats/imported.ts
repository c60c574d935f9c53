import type { Flag, Segment } from '../evaluation/index.ts'

/**
 * What an import could not carry over. `differs`: some contexts get another answer than at the source. `off`: the flag, or the rule,
 * cannot be expressed and lets nobody in. `dropped`: it never changed an answer.
 */
export interface ImportNote {
  /** Null for the file as a whole. */
  readonly flag: string | null
  readonly effect: 'differs' | 'off' | 'dropped'
  readonly sentence: string
}

/** A file of another system in the native format. What no note names answers as its source for every unit and context. */
export interface ImportedFlags {
  readonly flags: Readonly<Record<string, Flag>>
  readonly segments: Readonly<Record<string, Segment>>
  readonly notes: readonly ImportNote[]
}

export type ImportResult =
  | { readonly ok: true; readonly imported: ImportedFlags }
  | { readonly ok: false; readonly problems: readonly { readonly pointer: string; readonly message: string }[] }
