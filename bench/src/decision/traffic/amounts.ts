import type { RolloutState } from '@sluice/core/rollout'
import type { Block, ValueRow } from '@sluice/core/statistics'
import { blockMs } from '../plans.ts'
import type { Random } from '../random.ts'
import { blockWith } from './traffic.ts'
import type { Calls, Traffic } from './traffic.ts'

/** Lognormal amounts around a thousand, one a unit. */
export interface Amount {
  readonly metric: string
  readonly sigma: number
  /** The candidate's amounts as a multiple of the baseline's. */
  readonly times?: number
  /** Or only part of them, by so much more. */
  readonly some?: { readonly part: number; readonly more: number }
}

export interface Amounts {
  readonly perSecond: number
  readonly amounts: readonly Amount[]
  /** Before this block the candidate is like the baseline. */
  readonly from?: number
}

/** Units that come once and bring amounts: cost, latency. */
export class AmountTraffic implements Traffic {
  readonly #settings: Amounts
  readonly #random: Random
  calls: Calls = { nT: 0, xT: 0, nC: 0, xC: 0 }
  readonly harm = { units: 0, excess: 0 }

  constructor(settings: Amounts, random: Random) {
    this.#settings = settings
    this.#random = random
  }

  next(index: number, { sharePer100k }: RolloutState): Block {
    const { perSecond, amounts, from = 0 } = this.#settings
    const mean = (perSecond * blockMs) / 1000
    const share = sharePer100k / 100_000
    const n = { T: this.#random.poisson(mean * share), C: this.#random.poisson(mean * (1 - share)) }
    this.calls = { nT: n.T, xT: 0, nC: n.C, xC: 0 }
    this.harm.units += n.T
    const values = Object.fromEntries(
      amounts.map((amount) => [amount.metric, this.#draw(index < from ? { ...amount, times: 1 } : amount, n)]),
    )
    return blockWith(index, n, n, {}, values)
  }

  #draw({ sigma, times = 1, some }: Amount, n: { readonly T: number; readonly C: number }): ValueRow[] {
    const random = this.#random
    const rows: ValueRow[] = []
    for (const arm of ['T', 'C'] as const)
      for (let i = 0; i < n[arm]; i++) {
        const usual = 1000 * Math.exp(sigma * random.normal())
        const more = arm === 'T' && some && random.uniform() < some.part ? some.more : 0
        rows.push({ arm, origin: 0, part: random.bits() & 15, value: arm === 'T' ? times * usual + more : usual })
      }
    return rows
  }
}
