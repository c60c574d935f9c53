import type { Guardrail, RolloutState } from '@sluice/core/rollout'
import type { Block, RateBlock } from '@sluice/core/statistics'
import { blockMs, errorRatio } from '../plans.ts'
import type { Random } from '../random.ts'
import { blockWith } from './traffic.ts'
import type { Calls, Traffic } from './traffic.ts'

/** Several yes-or-no metrics of the same units. */
export interface ManyMetrics {
  readonly perSecond: number
  readonly metrics: number
  readonly base: number
  /** Correlation of any two metrics of a unit. */
  readonly correlation: number
  /** The candidate's rate of the first metric as a multiple of the baseline's. */
  readonly firstTimes?: number
}

const nameOf = (i: number): string => `failure-${i}`

export const guardrailsOf = (count: number): readonly Guardrail[] =>
  Array.from({ length: count }, (_, i) => ({ ...errorRatio, id: nameOf(i), metric: nameOf(i) }))

/**
 * Each metric of a unit copies, with probability sqrt(correlation), one hidden draw that all share, and else draws for
 * itself: given the hidden draws the counts are independent binomials.
 */
export class ManyMetricsTraffic implements Traffic {
  readonly #settings: ManyMetrics
  readonly #random: Random
  readonly #names: readonly string[]
  calls: Calls = { nT: 0, xT: 0, nC: 0, xC: 0 }
  readonly harm = { units: 0, excess: 0 }

  constructor(settings: ManyMetrics, random: Random) {
    this.#settings = settings
    this.#random = random
    this.#names = Array.from({ length: settings.metrics }, (_, i) => nameOf(i))
  }

  next(index: number, { sharePer100k }: RolloutState): Block {
    const { perSecond, base, firstTimes = 1 } = this.#settings
    const mean = (perSecond * blockMs) / 1000
    const share = sharePer100k / 100_000
    const n = { T: this.#random.poisson(mean * share), C: this.#random.poisson(mean * (1 - share)) }
    const hidden = { T: this.#random.binomial(n.T, base), C: this.#random.binomial(n.C, base) }
    this.harm.units += n.T
    this.harm.excess += n.T * base * (firstTimes - 1)
    const rates: Record<string, RateBlock> = {}
    for (const [i, name] of this.#names.entries()) {
      const xC = this.#copies(n.C, hidden.C)
      const xT =
        i === 0 && firstTimes !== 1 ? this.#random.binomial(n.T, base * firstTimes) : this.#copies(n.T, hidden.T)
      const counts = { nT: n.T, xT, nC: n.C, xC }
      if (i === 0) this.calls = counts
      rates[name] = {
        exposed: n,
        atRisk: [counts],
        settled: [counts],
        first: { T: { n: n.T, x: xT }, C: { n: n.C, x: xC } },
        firstSettled: { n: n.T, x: xT },
      }
    }
    return blockWith(index, n, n, rates)
  }

  #copies(n: number, hidden: number): number {
    const { base, correlation } = this.#settings
    const copied = Math.sqrt(correlation)
    return (
      this.#random.binomial(hidden, copied + (1 - copied) * base) +
      this.#random.binomial(n - hidden, (1 - copied) * base)
    )
  }
}
