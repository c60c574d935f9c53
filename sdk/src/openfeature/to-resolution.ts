import { openFeatureReason } from '#evaluation'
import type { Outcome } from '#evaluation'
import type { Details } from '../sluice-client.ts'

/** A value as OpenFeature's SDKs take it; their own enumeration of codes has these very texts. */
export interface ProviderResolution<T> {
  readonly value: T
  readonly variant?: string
  readonly reason: string
  readonly errorCode?: never
  readonly errorMessage?: string
  readonly flagMetadata: Readonly<Record<string, string | number | boolean>>
}

/** The exact reason, the rule and the revision go into the flag's own metadata: OpenFeature has fewer words. */
export function toResolution<T>(details: Details<unknown>): ProviderResolution<T> {
  const { value, variant, reason, rule, error, errorCode, stale, revision } = details
  const flagMetadata = {
    ...details.metadata,
    reason,
    ...(rule === null ? {} : { rule }),
    ...(revision === null ? {} : { revision }),
  }
  if (errorCode !== null)
    return {
      value: value as T,
      reason: 'ERROR',
      errorCode: errorCode as never,
      errorMessage: error ?? errorCode,
      flagMetadata,
    }
  return {
    value: value as T,
    ...(variant === null ? {} : { variant }),
    reason: stale ? 'STALE' : reasonOf(details),
    flagMetadata,
  }
}

function reasonOf({ reason, drawn, constant }: Details<unknown>): string {
  // A conversation that keeps its variant: decided earlier, and kept.
  if (reason === 'PINNED') return 'CACHED'
  return openFeatureReason({ reason, drawn, ...(constant ? { constant } : {}) } as Outcome)
}
