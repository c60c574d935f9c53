import { ledgerSettings, positionOf } from '@sluice/core/rollout'
import type { Plan, RolloutState } from '@sluice/core/rollout'
import { UnitLedger } from '@sluice/core/statistics'
import type { Arm, Block, LedgerRow } from '@sluice/core/statistics'
import { blockMs } from '../plans.ts'
import type { Random } from '../random.ts'
import type { Calls, Traffic } from './traffic.ts'

/** Calls of users as rows, with what a network does to rows; alike on both sides. */
export interface Rows {
  readonly users: number
  readonly perSecond: number
  readonly base: number
  /** Users who always fail instead of calls that fail at random. */
  readonly persistent?: boolean
  /** Chance that a row arrives twice, the second time up to a minute later. */
  readonly repeated?: number
  /** Chance that a row arrives up to a minute late. */
  readonly late?: number
  readonly lost?: number
  /** Chance a block that the server starts anew, with the table of units that it had saved. */
  readonly restarts?: number
}

/** Every call is a row that the product's own ledger seals. */
export class RowTraffic implements Traffic {
  readonly #settings: Rows
  readonly #random: Random
  readonly #plan: Plan
  readonly #bucket: Float64Array
  readonly #fails: Uint8Array
  readonly #arriving = new Map<number, LedgerRow[]>()
  #ledger: UnitLedger | null = null
  calls: Calls = { nT: 0, xT: 0, nC: 0, xC: 0 }
  readonly harm = { units: 0, excess: 0 }

  constructor(settings: Rows, plan: Plan, random: Random) {
    this.#settings = settings
    this.#random = random
    this.#plan = plan
    this.#bucket = Float64Array.from({ length: settings.users }, () => random.uniform())
    this.#fails = Uint8Array.from({ length: settings.users }, () => Number(random.uniform() < settings.base))
  }

  next(index: number, state: RolloutState): Block {
    const { perSecond, repeated = 0, late = 0, lost = 0 } = this.#settings
    const random = this.#random
    const calls = random.poisson((perSecond * blockMs) / 1000)
    for (let i = 0; i < calls; i++) {
      const row = this.#call(index, state)
      if (random.uniform() < lost) continue
      this.#send(row, index + (random.uniform() < late ? this.#delay() : 0))
      if (random.uniform() < repeated) this.#send(row, index + this.#delay())
    }
    const rows = shuffled(this.#arriving.get(index) ?? [], random)
    this.#arriving.delete(index)
    return this.#ledgerOf(state).seal(rows, positionOf(state, index))
  }

  #ledgerOf(state: RolloutState): UnitLedger {
    const settings = ledgerSettings(this.#plan, state)
    this.#ledger ??= new UnitLedger(settings)
    const { restarts = 0 } = this.#settings
    if (this.#random.uniform() < restarts) this.#ledger = UnitLedger.load(settings, this.#ledger.save())
    return this.#ledger
  }

  #call(index: number, { sharePer100k }: RolloutState): LedgerRow {
    const { users, base, persistent = false } = this.#settings
    const user = Math.floor(this.#random.uniform() * users)
    const arm: Arm = (this.#bucket[user] ?? 1) < sharePer100k / 100_000 ? 'T' : 'C'
    const fails = persistent ? this.#fails[user] === 1 : this.#random.uniform() < base
    const atMs = Math.floor((index + this.#random.uniform()) * blockMs)
    return { unit: `user_${user}`, arm, atMs, metrics: { error: fails ? 1 : 0 } }
  }

  #send(row: LedgerRow, block: number): void {
    const known = this.#arriving.get(block)
    if (known) known.push(row)
    else this.#arriving.set(block, [row])
  }

  #delay = (): number => 1 + Math.floor(6 * this.#random.uniform())
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  const mixed = [...items]
  for (let i = mixed.length - 1; i > 0; i--) {
    const j = Math.floor(random.uniform() * (i + 1))
    ;[mixed[i], mixed[j]] = [mixed[j] as T, mixed[i] as T]
  }
  return mixed
}
