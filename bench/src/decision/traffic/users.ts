import type { RolloutState } from '@sluice/core/rollout'
import { RiskSets } from '@sluice/core/statistics'
import type { Arm, Block, Counts, LedgerRow, PerArm, ValueRow } from '@sluice/core/statistics'
import { blockMs } from '../plans.ts'
import type { Random } from '../random.ts'
import { blockWith } from './traffic.ts'
import type { Calls, Traffic } from './traffic.ts'

/** People who come back: each keeps an arm, a pace and a propensity. */
export interface Users {
  readonly users: number
  /** Calls of all of them together. */
  readonly perSecond: number
  /** Share of calls that fail. */
  readonly base: number
  /** How alike users are: propensities are Beta(kappa base, kappa (1 - base)); 0: some always fail, the others never. */
  readonly kappa: number
  /** Amounts instead of failures: lognormal, with a part that belongs to the user. */
  readonly amount?: { readonly metric: string; readonly sigma: number; readonly sigmaOfUser: number }
  readonly settleBlocks?: number
}

interface Event {
  readonly user: number
  readonly exposed: number
}

const nobody: Counts = { nT: 0, xT: 0, nC: 0, xC: 0 }

/**
 * Calls of a user are a Poisson process, so the first call and the first failing one of a stage can be drawn at once: counts
 * of unlike and returning users without a row a call. A test holds the counts against the product's ledger, row for row.
 */
export class UserTraffic implements Traffic {
  readonly #settings: Users
  readonly #random: Random
  readonly #risk: RiskSets
  readonly #bucket: Float64Array
  readonly #propensity: Float64Array
  readonly #level: Float64Array
  /** Entry in which the user was first seen on that side; -1: not yet. */
  readonly #firstEntry: Readonly<Record<Arm, Int16Array>>
  #exposures = new Map<number, number[]>()
  #failures = new Map<number, Event[]>()
  #visit = -1
  /** Calls a block that fail and that do not, on average. */
  #failing = { T: 0, C: 0 }
  #fine = { T: 0, C: 0 }
  /** The rows behind the last block that the ledger would count by, for those who want to check. */
  rows: LedgerRow[] = []
  calls: Calls = nobody
  readonly harm = { units: 0, excess: 0 }

  constructor(settings: Users, random: Random) {
    const { users, base, kappa, amount, settleBlocks = 7 } = settings
    this.#settings = settings
    this.#random = random
    this.#risk = new RiskSets(settleBlocks)
    this.#bucket = Float64Array.from({ length: users }, () => random.uniform())
    this.#propensity = Float64Array.from({ length: users }, () =>
      kappa === 0 ? Number(random.uniform() < base) : random.beta(kappa * base, kappa * (1 - base)),
    )
    this.#level = Float64Array.from({ length: users }, () => (amount ? amount.sigmaOfUser * random.normal() : 0))
    this.#firstEntry = { T: new Int16Array(users).fill(-1), C: new Int16Array(users).fill(-1) }
  }

  next(index: number, state: RolloutState): Block {
    if (state.visit !== this.#visit) this.#enter(index, state)
    this.#risk.begin(index)
    this.rows = []
    const exposed = { T: 0, C: 0 }
    const failed = { T: 0, C: 0 }
    const newUnits = { T: 0, C: 0 }
    const values: ValueRow[] = []
    for (const user of this.#exposures.get(index) ?? []) {
      const arm = this.#armOf(user, state)
      const origin = this.#note(user, arm, state.entry, newUnits)
      exposed[arm] += 1
      this.#risk.expose(arm, origin, index)
      if (this.#settings.amount) values.push({ arm, origin, part: user & 15, value: this.#amount(user) })
      this.rows.push({ unit: `user_${user}`, arm, atMs: index * blockMs, metrics: {} })
    }
    for (const { user, exposed: since } of this.#failures.get(index) ?? []) {
      const arm = this.#armOf(user, state)
      failed[arm] += 1
      this.#risk.fail(arm, this.#originOf(user, arm, state.entry), since)
      this.rows.push({ unit: `user_${user}`, arm, atMs: index * blockMs + 1, metrics: { error: 1 } })
    }
    this.#exposures.delete(index)
    this.#failures.delete(index)
    this.harm.units += exposed.T
    return this.#sealed(index, exposed, failed, newUnits, values)
  }

  #sealed(index: number, exposed: PerArm, failed: PerArm, newUnits: PerArm, values: readonly ValueRow[]): Block {
    const { amount } = this.#settings
    const sealed = this.#risk.seal()
    const failing = { T: this.#random.poisson(this.#failing.T), C: this.#random.poisson(this.#failing.C) }
    const fine = { T: this.#random.poisson(this.#fine.T), C: this.#random.poisson(this.#fine.C) }
    const calls = { T: failing.T + fine.T, C: failing.C + fine.C }
    this.calls = { nT: calls.T, xT: failing.T, nC: calls.C, xC: failing.C }
    const rows = { T: Math.max(calls.T, exposed.T), C: Math.max(calls.C, exposed.C) }
    if (amount) return { ...blockWith(index, exposed, rows, {}, { [amount.metric]: values }), newUnits }
    const settled = { n: 0, x: 0 }
    for (const { nT, xT } of sealed.settled) {
      settled.n += nT
      settled.x += xT
    }
    const first = { T: { n: exposed.T, x: failed.T }, C: { n: exposed.C, x: failed.C } }
    return { ...blockWith(index, exposed, rows, { error: { ...sealed, first, firstSettled: settled } }), newUnits }
  }

  /** Draws who comes when in a stage, and when each first fails. */
  #enter(index: number, state: RolloutState): void {
    const { users, perSecond } = this.#settings
    this.#visit = state.visit
    this.#risk.clear()
    this.#exposures = new Map()
    this.#failures = new Map()
    this.#failing = { T: 0, C: 0 }
    this.#fine = { T: 0, C: 0 }
    const blocksBetweenCalls = ((users / perSecond) * 1000) / blockMs
    for (let user = 0; user < users; user++) {
      const arm = this.#armOf(user, state)
      const propensity = this.#propensity[user] ?? 0
      this.#failing[arm] += propensity / blocksBetweenCalls
      this.#fine[arm] += (1 - propensity) / blocksBetweenCalls
      const firstT = this.#firstEntry.T[user] ?? -1
      if (arm === 'T' && firstT >= 0 && firstT < state.entry) continue
      const success = propensity < 1 ? this.#random.exponential(blocksBetweenCalls / (1 - propensity)) : Infinity
      const failure = propensity > 0 ? this.#random.exponential(blocksBetweenCalls / propensity) : Infinity
      const exposed = index + Math.floor(Math.min(success, failure))
      push(this.#exposures, exposed, user)
      if (failure < 10_000) push(this.#failures, index + Math.floor(failure), { user, exposed })
    }
  }

  #armOf(user: number, { sharePer100k }: RolloutState): Arm {
    return (this.#bucket[user] ?? 1) < sharePer100k / 100_000 ? 'T' : 'C'
  }

  #originOf(user: number, arm: Arm, entry: number): 0 | 1 {
    const firstC = this.#firstEntry.C[user] ?? -1
    const firstT = this.#firstEntry.T[user] ?? -1
    return (firstC >= 0 && firstC < entry) || (arm === 'C' && firstT >= 0 && firstT < entry) ? 1 : 0
  }

  #note(user: number, arm: Arm, entry: number, newUnits: { T: number; C: number }): 0 | 1 {
    const seen = this.#firstEntry[arm]
    const other = this.#firstEntry[arm === 'T' ? 'C' : 'T'][user] ?? -1
    if ((seen[user] ?? -1) < 0) {
      seen[user] = entry
      if (other < 0) newUnits[arm] += 1
    }
    return this.#originOf(user, arm, entry)
  }

  #amount(user: number): number {
    const sigma = this.#settings.amount?.sigma ?? 0
    return 1000 * Math.exp((this.#level[user] ?? 0) + sigma * this.#random.normal())
  }
}

function push<T>(lists: Map<number, T[]>, key: number, value: T): void {
  const known = lists.get(key)
  if (known) known.push(value)
  else lists.set(key, [value])
}
