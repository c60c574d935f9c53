import type { Json } from './flag.ts'

/** Why an outcome is what it is, in our words. */
export type Reason =
  | 'FLAG_NOT_FOUND'
  | 'ERROR'
  | 'OFF'
  | 'FORCED'
  | 'REQUIRES'
  | 'EXCLUDE'
  | 'INCLUDE'
  | 'RULE'
  | 'SERVE'
  | 'NO_TARGETING_KEY'

/** Candidate (T) or baseline (C) of a rollout; only units that its sample decided are in an arm. */
export type Arm = 'T' | 'C'

/** The result of one evaluation, frozen and shared between calls. `variant` null stands for the caller's default. */
export interface Outcome {
  readonly value: Json | undefined
  readonly variant: string | null
  readonly reason: Reason
  /** Id of the rule that served. */
  readonly rule: string | null
  /** What was wrong, when `reason` is ERROR or FLAG_NOT_FOUND. */
  readonly error?: string | undefined
  readonly arm?: Arm | undefined
  /** True when a draw (sample or split) took part. */
  readonly drawn: boolean
  /** True when the flag serves everybody the same: it has no rules. */
  readonly constant?: true | undefined
  /** Where `ExposureCounts` counts it. */
  readonly slot?: number
}

export type OpenFeatureReason = 'ERROR' | 'DISABLED' | 'STATIC' | 'DEFAULT' | 'TARGETING_MATCH' | 'SPLIT'

/** The reason as OpenFeature names it. */
export function openFeatureReason({ reason, drawn, constant }: Outcome): OpenFeatureReason {
  switch (reason) {
    case 'FLAG_NOT_FOUND':
    case 'ERROR':
      return 'ERROR'
    case 'OFF':
      return 'DISABLED'
    case 'FORCED':
      return 'STATIC'
    case 'REQUIRES':
    case 'NO_TARGETING_KEY':
      return 'DEFAULT'
    case 'EXCLUDE':
    case 'INCLUDE':
      return 'TARGETING_MATCH'
    case 'RULE':
      return drawn ? 'SPLIT' : 'TARGETING_MATCH'
    case 'SERVE':
      return drawn ? 'SPLIT' : constant ? 'STATIC' : 'DEFAULT'
  }
}

/** The reason in the words OFREP 0.3 allows. */
export function ofrepReason(outcome: Outcome): 'STATIC' | 'TARGETING_MATCH' | 'SPLIT' | 'DISABLED' | 'UNKNOWN' {
  const reason = openFeatureReason(outcome)
  if (reason === 'DEFAULT') return 'STATIC'
  return reason === 'ERROR' ? 'UNKNOWN' : reason
}
