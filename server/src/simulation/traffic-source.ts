import { evaluate } from '@sluice/core/evaluation'
import type { CachedSnapshot } from '../flags/snapshot-cache.ts'
import type { SeededChoice } from './seeded-choice.ts'

export const flagKey = 'patch-mode'

/** What happens to calls: share of failing ones with the candidate and with the baseline. */
export const regimes = {
  healthy: { on: 0, off: 0 },
  usual: { on: 0.03, off: 0.03 },
  outage: { on: 1, off: 0 },
  harm: { on: 0.5, off: 0.05 },
  'shared incident': { on: 0.8, off: 0.8 },
  slow: { on: 0.03, off: 0.03 },
} as const
export type Regime = keyof typeof regimes

export interface Batch {
  readonly id: string
  readonly observations: readonly unknown[]
  readonly isPublic: boolean
  /** How often it was sent. */
  sent: number
}

/** An application with its SDK: serves from the last snapshot it got, and reports what happened. */
export class TrafficSource {
  readonly #choice: SeededChoice
  readonly #recent: string[] = []
  #users = 0
  #batches = 0

  constructor(choice: SeededChoice) {
    this.#choice = choice
  }

  /** The calls of a moment: new users and some who come back. Null when nothing is served yet. */
  batch(
    snapshot: CachedSnapshot | undefined,
    nowMs: number,
    calls: number,
    regime: Regime,
    clean: boolean,
  ): Batch | null {
    if (!snapshot?.flags[flagKey]) return null
    const observations = Array.from({ length: calls }, () => this.#call(snapshot, nowMs, regime, clean))
    this.#batches += 1
    const isPublic = !clean && this.#choice.chance(0.03)
    return { id: `batch-${this.#batches}`, observations, isPublic, sent: 0 }
  }

  #call(snapshot: CachedSnapshot, nowMs: number, regime: Regime, clean: boolean): unknown {
    const unit = this.#unit()
    const { variant } = evaluate(snapshot.compiled, flagKey, { targetingKey: unit }, nowMs)
    const mark = snapshot.flags[flagKey]?.rollout
    const said = mark && this.#choice.chance(0.8) ? { attempt: mark.attempt, visit: mark.visit } : {}
    const failing = regimes[regime][variant === 'on' ? 'on' : 'off']
    const error = this.#choice.chance(failing) ? 1 : 0
    const latency = Math.round((80 + 40 * this.#choice.fraction()) * (regime === 'slow' && variant === 'on' ? 4 : 1))
    const row = {
      flag: flagKey,
      variant: variant ?? 'off',
      unit,
      at: new Date(nowMs).toISOString(),
      ...said,
      metrics: { error, latency_ms: latency },
    }
    return clean || this.#choice.chance(0.96) ? row : this.#poison(row)
  }

  /** Rows that must be refused or not be counted, and say nothing of the candidate. */
  #poison(row: { readonly unit: string }): unknown {
    const { unit: _, ...withoutUnit } = row
    return this.#choice.from([
      { ...row, metrics: { error: Number.NaN } },
      { ...row, metrics: { error: -1 } },
      { ...row, metrics: { error: 1e308 } },
      { ...row, variant: 'none of these' },
      { ...row, variant: 'on', visit: 999 },
      { ...row, at: 'yesterday' },
      { ...row, metrics: {} },
      withoutUnit,
      null,
    ])
  }

  #unit(): string {
    if (this.#recent.length > 10 && this.#choice.chance(0.35)) return this.#choice.from(this.#recent)
    this.#users += 1
    const unit = `user-${this.#users}`
    this.#recent.push(unit)
    if (this.#recent.length > 40) this.#recent.shift()
    return unit
  }
}
