import type { Context } from '#evaluation'
import type { ResolvedFlag, ResolvedSet } from './browser/resolved-flags.ts'
import type { Resolver } from './resolution.ts'

/** All flags that pages may see, in one context, in the form of OFREP's bulk answer. */
export function resolveForPage(resolver: Resolver, context: Context | undefined): ResolvedSet {
  return { flags: resolver.pageFlags().map((key) => resolvedFlag(key, resolver, context)) }
}

function resolvedFlag(key: string, resolver: Resolver, context: Context | undefined): ResolvedFlag {
  const resolution = resolver.resolve(key, context)
  const { value, variant, reason, rule, drawn, constant, off, revision, error, errorCode } = resolution
  if (errorCode !== null) return { key, errorCode, errorDetails: error ?? errorCode }
  return {
    key,
    ...(variant === null ? {} : { value, variant }),
    metadata: {
      ...resolution.metadata,
      reason,
      drawn,
      constant,
      ...(off === null ? {} : { off }),
      ...(rule === null ? {} : { rule }),
      ...(revision === null ? {} : { revision }),
      ...(error === null ? {} : { error }),
    },
  }
}
