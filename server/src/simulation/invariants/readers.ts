import { first } from './invariant.ts'
import type { Invariant } from './invariant.ts'

export const revisionsOnlyGrow: Invariant = {
  id: 'I7',
  sentence: 'No application and no stream sees a revision go back, and what is served is some committed revision.',
  broken: ({ trace }) => {
    const committed = new Map<number, string | null>()
    const seen = new Map<string, number>()
    const goesBack = (who: string, revision: number): string | null => {
      const before = seen.get(who) ?? 0
      seen.set(who, revision)
      return revision < before ? `${who} saw ${before}, then ${revision}` : null
    }
    return first(
      trace.map((entry, at) => ({ at, entry })),
      ({ entry }) => {
        if (entry.kind === 'commit' && entry.snapshot !== null) committed.set(entry.revision, entry.snapshot)
        if (entry.kind === 'read') {
          if (committed.get(entry.revision) !== entry.digest)
            return `revision ${entry.revision} was served as never committed`
          return goesBack(entry.reader, entry.revision)
        }
        if (entry.kind !== 'told') return null
        // A decision that changes no flag has no revision.
        if (entry.revision > 0 && !committed.has(entry.revision))
          return `revision ${entry.revision} was told before it was committed`
        return entry.what === 'revision' ? goesBack(`the stream of ${entry.node}`, entry.revision) : null
      },
    )
  },
}
