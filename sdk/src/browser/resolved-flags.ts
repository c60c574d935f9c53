/** One flag as the server has evaluated it for one context: an item of OFREP's bulk answer. */
export interface ResolvedFlag {
  readonly key: string
  readonly value?: unknown
  readonly variant?: string
  readonly errorCode?: string
  readonly errorDetails?: string
  readonly metadata?: Readonly<Record<string, string | number | boolean>>
}

/** All flags of a context, as the server answers them or `evaluateAll` hands them to a page. */
export interface ResolvedSet {
  readonly flags: readonly ResolvedFlag[]
}

/** Flags by key; one that has not changed stays the same object. */
export type ResolvedFlags = ReadonlyMap<string, ResolvedFlag>

/** Reads a set from outside; null when it is none. */
export function readResolvedSet(received: unknown, held: ResolvedFlags | null): ResolvedFlags | null {
  const { flags } = (received ?? {}) as { flags?: unknown }
  if (!Array.isArray(flags)) return null
  const read = new Map<string, ResolvedFlag>()
  for (const flag of flags as (ResolvedFlag | null)[]) {
    if (typeof flag?.key !== 'string') return null
    const before = held?.get(flag.key)
    read.set(flag.key, before && textOf(before) === textOf(flag) ? before : flag)
  }
  return read
}

/** Keys whose value, variant or reason is another one, gone or new. */
export function changedFlags(before: ResolvedFlags | null, after: ResolvedFlags | null): string[] {
  const keys = new Set([...(before?.keys() ?? []), ...(after?.keys() ?? [])])
  return [...keys].filter((key) => before?.get(key) !== after?.get(key))
}

/** Without the revision, which changes with every other flag. */
const textOf = (flag: ResolvedFlag): string =>
  JSON.stringify({ ...flag, metadata: { ...flag.metadata, revision: undefined } })
