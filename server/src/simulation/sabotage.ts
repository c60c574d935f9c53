import type { step } from '@sluice/core/rollout'
import type { CompiledQuery } from 'kysely'

/** Where a planted bug may reach in: around the server's ports and the core, never inside production code. */
export interface Sabotage {
  /** `none`: several servers run on one database. `own clock`: a lock that runs out by the clock of whoever wants it. */
  readonly lock?: 'none' | 'own clock'
  /** What the database is sent instead. */
  readonly statement?: (query: CompiledQuery) => CompiledQuery
  /** Ends the transaction before this statement and begins another. */
  readonly splitsAt?: (query: CompiledQuery) => boolean
  /** A new core for each server. */
  readonly core?: () => typeof step
  /** Tells of a change while its transaction is still open. */
  readonly publishesEarly?: true
  /** Answers a batch before it is stored. */
  readonly acknowledgesEarly?: true
  /** Looks at `If-Match` before the transaction rather than in it. */
  readonly checksEarly?: true
  /** The batch id that the server goes by. */
  readonly batchId?: (id: string, sent: number) => string
}

export const honest: Sabotage = {}
