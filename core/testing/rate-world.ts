import type { LedgerRow, Position } from '../src/statistics/index.ts'
import { chance } from './random.ts'

/** A simulated rollout of one yes-or-no metric whose truth is known. */
export interface RateWorld {
  readonly blocks: number
  /** Calls of both arms in a block, on average. */
  readonly calls: number
  /** Shares of the visits, and the block at which each begins; a share above all before it is a new entry. */
  readonly visits: readonly { readonly from: number; readonly share: number }[]
  /** The candidate's calls come in one block of so many; in between a tenth of them do. */
  readonly burst: number
  /** How likely a call fails; `kappa` spreads it over users (small: some always fail, most never). */
  readonly rate: { readonly T: number; readonly C: number }
  readonly kappa: number | null
  /** Users who come back, or null: each call is of a new one. */
  readonly users: number | null
  /** Blocks until an outcome is known, on average and at most. */
  readonly lag: {
    readonly failure: { readonly T: number; readonly C: number }
    readonly success: number
    readonly most: number
  }
}

/** Rows of one block, and where it lies. */
export interface WorldBlock {
  readonly rows: readonly LedgerRow[]
  readonly position: Position
}

/** The blocks of one run. Rows whose visit is over when they arrive are late: they are not in it. */
export function* rateWorld(world: RateWorld, seed: number): Generator<WorldBlock> {
  const luck = chance(seed)
  const arriving = new Map<number, { visit: number; row: LedgerRow }[]>()
  const users = new Map<number, { bucket: number; badness: number }>()
  const badness = () => (world.kappa === null ? 1 : spread(luck, Math.max(world.rate.T, world.rate.C), world.kappa))
  const userOf = (id: number) => {
    const known = users.get(id) ?? { bucket: luck.next(), badness: badness() }
    users.set(id, known)
    return known
  }
  let fresh = 0
  let calls = 0
  for (let block = 0; block < world.blocks; block++) {
    const visit = world.visits.findLastIndex(({ from }) => from <= block)
    const share = world.visits[visit]?.share ?? 0
    const entry = new Set(highest(world.visits.slice(0, visit + 1).map((stay) => stay.share))).size - 1
    const rows = (arriving.get(block) ?? []).filter((late) => late.visit === visit).map(({ row }) => row)
    arriving.delete(block)
    for (let i = luck.poisson(world.calls); i > 0; i--) {
      const id = world.users === null ? fresh++ : Math.floor(luck.next() * world.users)
      const user = userOf(id)
      if (world.users === null) users.delete(id)
      const arm = user.bucket < share ? 'T' : 'C'
      const fails = luck.next() < Math.min(1, world.rate[arm] * user.badness)
      if (arm === 'T' && block % world.burst > 0 && luck.next() > 0.1) continue
      const { failure, success, most } = world.lag
      const due = block + Math.min(most, luck.wait(fails ? failure[arm] : success))
      const row: LedgerRow = { unit: `u${id}`, arm, atMs: calls++, metrics: { error: fails ? 1 : 0 } }
      if (due === block) rows.push(row)
      else {
        rows.push({ ...row, metrics: {} })
        arriving.set(due, [...(arriving.get(due) ?? []), { visit, row }])
      }
    }
    yield { rows, position: { block, visit, entry } }
  }
}

/** The highest share so far, at each visit. */
const highest = (shares: readonly number[]): number[] => shares.map((_, i) => Math.max(...shares.slice(0, i + 1)))

/** A factor of mean 1 that makes a rate a user's own: 0 for most, all the more for some the smaller `kappa`; at 0 they always fail. */
function spread(luck: { next(): number }, rate: number, kappa: number): number {
  const some = rate + ((1 - rate) * kappa) / (1 + kappa)
  return luck.next() < some ? 1 / some : 0
}
