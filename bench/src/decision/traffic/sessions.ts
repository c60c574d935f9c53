import type { RolloutState } from '@sluice/core/rollout'
import { RiskSets } from '@sluice/core/statistics'
import type { Block, Counts, RateBlock } from '@sluice/core/statistics'
import { blockMs, blocksPerMinute } from '../plans.ts'
import type { Random } from '../random.ts'
import { blockWith, rateAt } from './traffic.ts'
import type { Calls, Rate, Traffic } from './traffic.ts'

/** Time from a call to its failure: none, always as long, or exponential around a mean. */
export interface Lag {
  readonly seconds: number
  readonly shape: 'fixed' | 'exponential'
}

/** Units that come once: sessions, requests, users of a short rollout. */
export interface Sessions {
  readonly perSecond: number
  /** Share of units that fail, by arm. */
  readonly T: Rate
  readonly C: Rate
  /** How long a failure takes; null or absent: it comes in the block of its call. */
  readonly lag?: { readonly T: Lag | null; readonly C: Lag | null }
  /** Minutes in which no row of the arm arrives. */
  readonly lost?: { readonly arm: 'T' | 'C'; readonly isLost: (minute: number) => boolean }
  /** Minutes in which nobody comes. */
  readonly isSilent?: (minute: number) => boolean
  /** Part of the candidate's units whose rows get lost at random. */
  readonly lossT?: number
  readonly settleBlocks?: number
}

interface LateFailure {
  readonly arm: 'T' | 'C'
  readonly exposed: number
}

const arms = ['T', 'C'] as const
const nobody: Counts = { nT: 0, xT: 0, nC: 0, xC: 0 }

/**
 * Counts per block and arm, drawn as Poisson and binomial numbers: units differ in nothing that the engine sees, so the
 * counts are all there is. Failures that take time go through the product's own risk sets.
 */
export class SessionTraffic implements Traffic {
  readonly #settings: Sessions
  readonly #random: Random
  readonly #settleBlocks: number
  readonly #risk: RiskSets
  readonly #late = new Map<number, LateFailure[]>()
  #unsettled: { readonly block: number; readonly counts: Counts }[] = []
  #visit = -1
  calls: Calls = nobody
  readonly harm = { units: 0, excess: 0 }
  /** Candidate units whose time to answer has run out. */
  settledT = 0

  constructor(settings: Sessions, random: Random) {
    this.#settings = settings
    this.#random = random
    this.#settleBlocks = settings.settleBlocks ?? 7
    this.#risk = new RiskSets(this.#settleBlocks)
  }

  next(index: number, { sharePer100k, visit }: RolloutState): Block {
    const { perSecond, isSilent, lost, lag, lossT = 0 } = this.#settings
    const minute = index / blocksPerMinute
    const mean = isSilent?.(minute) ? 0 : (perSecond * blockMs) / 1000
    const share = sharePer100k / 100_000
    const n = { T: this.#random.poisson(mean * share * (1 - lossT)), C: this.#random.poisson(mean * (1 - share)) }
    const rate = { T: rateAt(this.#settings.T, minute), C: rateAt(this.#settings.C, minute) }
    this.harm.units += n.T
    this.harm.excess += n.T * (rate.T - rate.C)
    const x = { T: this.#random.binomial(n.T, rate.T), C: this.#random.binomial(n.C, rate.C) }
    if (visit !== this.#visit) this.#enter(visit)
    const isLost = lost?.isLost(minute) ?? false
    if (lost && isLost) n[lost.arm] = x[lost.arm] = 0
    return lag ? this.#later(index, n, x, isLost ? (lost?.arm ?? null) : null) : this.#atOnce(index, n, x)
  }

  #enter(visit: number): void {
    this.#visit = visit
    this.#unsettled = []
    this.#late.clear()
    this.#risk.clear()
  }

  /** Failures come in the block of their call: only the youngest units can fail. */
  #atOnce(index: number, n: { T: number; C: number }, x: { T: number; C: number }): Block {
    const counts: Counts = { nT: n.T, xT: x.T, nC: n.C, xC: x.C }
    this.calls = counts
    this.#unsettled.push({ block: index, counts })
    const first = this.#unsettled[0]
    const settled = first && first.block <= index - this.#settleBlocks ? first.counts : null
    if (settled) this.#unsettled.shift()
    this.settledT += settled?.nT ?? 0
    const error: RateBlock = {
      exposed: n,
      atRisk: [counts],
      settled: settled ? [settled] : [],
      first: { T: { n: n.T, x: x.T }, C: { n: n.C, x: x.C } },
      firstSettled: settled ? { n: settled.nT, x: settled.xT } : { n: 0, x: 0 },
    }
    return blockWith(index, n, n, { error })
  }

  #later(index: number, n: { T: number; C: number }, x: { T: number; C: number }, lostArm: 'T' | 'C' | null): Block {
    this.#risk.begin(index)
    for (const arm of arms) {
      if (n[arm] > 0) this.#risk.expose(arm, 0, index, n[arm])
      for (let i = 0; i < x[arm]; i++) this.#plan(arm, index)
    }
    const failed = { T: 0, C: 0 }
    for (const { arm, exposed } of this.#late.get(index) ?? []) {
      if (arm === lostArm) continue
      failed[arm] += 1
      this.#risk.fail(arm, 0, exposed)
    }
    this.#late.delete(index)
    const sealed = this.#risk.seal()
    this.calls = { nT: n.T, xT: failed.T, nC: n.C, xC: failed.C }
    const [settled = nobody] = sealed.settled
    this.settledT += settled.nT
    const error: RateBlock = {
      ...sealed,
      first: { T: { n: n.T, x: failed.T }, C: { n: n.C, x: failed.C } },
      firstSettled: { n: settled.nT, x: settled.xT },
    }
    return blockWith(index, n, { T: n.T + failed.T, C: n.C + failed.C }, { error })
  }

  /** The block in which this failure will be known. */
  #plan(arm: 'T' | 'C', index: number): void {
    const lag = this.#settings.lag?.[arm] ?? null
    const seconds = !lag ? 0 : lag.shape === 'fixed' ? lag.seconds : this.#random.exponential(lag.seconds)
    const due = index + Math.floor(this.#random.uniform() + (seconds * 1000) / blockMs)
    const known = this.#late.get(due)
    if (known) known.push({ arm, exposed: index })
    else this.#late.set(due, [{ arm, exposed: index }])
  }
}
