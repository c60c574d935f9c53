import type { Context, Explanation, Reason } from '#evaluation'

/** Why there is no value of ours, in OpenFeature's words. */
export type DetailsErrorCode = 'FLAG_NOT_FOUND' | 'TYPE_MISMATCH' | 'PROVIDER_NOT_READY' | 'INVALID_CONTEXT' | 'GENERAL'

/** The evaluator's reasons, and `PINNED`: the conversation keeps the variant it began with. */
export type DetailsReason = Reason | 'PINNED'

/** The rollout a flag is under, as every row names it. */
export interface RolloutTag {
  readonly id: string
  readonly attempt: number
  readonly visit: number
  readonly timeoutMs: number | null
}

/** Whatever people keep with a flag for those who read it. */
export type FlagMetadata = Readonly<Record<string, string | number | boolean>>

export const noMetadata: FlagMetadata = Object.freeze({})

/** One evaluation and what a row about it needs. `variant` null: the caller's default. */
export interface Resolution {
  readonly value: unknown
  readonly variant: string | null
  readonly reason: DetailsReason
  readonly rule: string | null
  /** A draw (sample or split) took part. */
  readonly drawn: boolean
  /** The flag serves everybody the same. */
  readonly constant: boolean
  readonly error: string | null
  readonly errorCode: DetailsErrorCode | null
  /** Candidate or baseline; null for units that the rollout's sample did not decide. */
  readonly arm: 'T' | 'C' | null
  /** The flag's `off` variant: the baseline. */
  readonly off: string | null
  /** The values of all variants. */
  readonly variants: Readonly<Record<string, unknown>>
  readonly rollout: RolloutTag | null
  readonly unit: string | null
  /** What the call is for, of the context's `task`. */
  readonly task: string | null
  readonly revision: number | null
  readonly metadata: FlagMetadata
  /** False for local overrides: what a developer forces says nothing about users. */
  readonly observed: boolean
}

/** Evaluates flags; a test client has another one. */
export interface Resolver {
  resolve(flagKey: string, context: Context | undefined): Resolution
  explain(flagKey: string, context: Context | undefined): Explanation
  /** Keys of the flags that pages may see. */
  pageFlags(): readonly string[]
}

/** The resolution that leaves everything to the caller's default. */
export function defaultResolution(errorCode: DetailsErrorCode, error: string): Resolution {
  return {
    value: undefined,
    variant: null,
    reason: errorCode === 'FLAG_NOT_FOUND' ? 'FLAG_NOT_FOUND' : 'ERROR',
    rule: null,
    drawn: false,
    constant: false,
    error,
    errorCode,
    arm: null,
    off: null,
    variants: {},
    rollout: null,
    unit: null,
    task: null,
    revision: null,
    metadata: noMetadata,
    observed: false,
  }
}
