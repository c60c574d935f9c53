import type { Details } from '../sluice-client.ts'
import { isOn, isSameType, mismatch } from '../value-type.ts'
import type { FlagReader } from './browser-client.ts'
import type { FlagMetadata } from '../resolution.ts'
import type { ResolvedFlag, ResolvedFlags } from './resolved-flags.ts'

/** One flag as a page sees it. */
export type PageDetails = Details<unknown> & { readonly off: string | null }

/** Reads the flags that were evaluated for a page; null: there are none yet. */
export function createReader(
  flags: () => ResolvedFlags | null,
  isStale: () => boolean,
): FlagReader & { look(flag: string): PageDetails } {
  const look = (flagKey: string): PageDetails => {
    const held = flags()
    const flag = held?.get(flagKey)
    const { reason, rule, off, drawn, constant, error, revision } = flag?.metadata ?? {}
    const errorCode =
      held === null ? 'PROVIDER_NOT_READY' : flag === undefined ? 'FLAG_NOT_FOUND' : flag.errorCode ? 'GENERAL' : null
    return {
      value: flag?.value,
      variant: textOf(flag?.variant),
      reason: (textOf(reason) ?? (errorCode === 'FLAG_NOT_FOUND' ? errorCode : 'ERROR')) as PageDetails['reason'],
      rule: textOf(rule),
      drawn: Boolean(drawn),
      constant: Boolean(constant),
      error: textOf(error ?? flag?.errorDetails) ?? errorCode,
      errorCode,
      stale: isStale(),
      revision: (revision as number | undefined) ?? null,
      metadata: flag ? ownOf(flag) : nothing,
      off: textOf(off),
    }
  }
  // `never`, as what a flag holds is known to the caller's types alone.
  const details = (flag: string, fallback: unknown): Details<never> => {
    const { off: _, ...found } = look(flag)
    if (found.variant === null) return { ...found, value: fallback as never }
    if (isSameType(found.value, fallback)) return found as Details<never>
    const error = mismatch(found.variant, found.value, fallback)
    return { ...found, value: fallback as never, variant: null, reason: 'ERROR', error, errorCode: 'TYPE_MISMATCH' }
  }
  return {
    look,
    details,
    isEnabled: (flag) => isOn(look(flag)),
    variant: (flag, fallback) => (look(flag).variant ?? fallback) as never,
    value: (flag, fallback) => details(flag, fallback).value,
  }
}

const nothing: FlagMetadata = {}
const ofEvaluation = new Set('reason rule off drawn constant error revision arm attempt visit'.split(' '))
/** The same object for as long as the flag stays as it is, because React takes another one for a change. */
const owned = new WeakMap<ResolvedFlag, FlagMetadata>()

/** What people keep with a flag, without what is told of the evaluation. */
function ownOf(flag: ResolvedFlag): FlagMetadata {
  const known = owned.get(flag)
  if (known) return known
  const members = Object.entries(flag.metadata ?? {}).filter(([name]) => !ofEvaluation.has(name))
  const metadata = Object.fromEntries(members)
  owned.set(flag, metadata)
  return metadata
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)
