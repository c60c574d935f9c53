import type { PerArm } from './block.ts'
import type { Counts } from './rate-ratio.ts'

type Arm = 'T' | 'C'

const tracked = 64
/** First age of each stratum: 0, 1, 2-3, 4-7, 8-15, 16-31, 32-63, 64 and more blocks since the exposure. */
const strataFrom = [0, 1, 2, 4, 8, 16, 32, 64] as const
const stratumOfAge = Array.from({ length: tracked + 1 }, (_, age) => strataFrom.findLastIndex((from) => from <= age))

interface Cohorts {
  /** Survivors by exposure block, modulo 64. */
  readonly recent: number[]
  /** Survivors exposed 64 or more blocks ago. */
  old: number
  /** Units and failures by exposure block, until their time to answer has run out. */
  readonly pending: Map<number, { n: number; x: number }>
}

/** All that a risk set remembers between two blocks, as plain data. */
export interface RiskSetsImage {
  readonly block: number
  readonly cohorts: readonly {
    readonly recent: readonly number[]
    readonly old: number
    readonly pending: readonly (readonly [block: number, n: number, x: number])[]
  }[]
}

const emptyCohorts = (): Cohorts => ({ recent: Array.from({ length: tracked }, () => 0), old: 0, pending: new Map() })

/**
 * The units of one visit that have not failed in one metric, by age since their exposure: failures of a block are held
 * against those of like age, because new units of a growing arm would otherwise meet old survivors of the other.
 */
export class RiskSets {
  readonly #settleBlocks: number
  #cohorts: Record<Arm, [Cohorts, Cohorts]> = freshCohorts()
  #exposed: Record<Arm, number> = { T: 0, C: 0 }
  #failures: { arm: Arm; origin: 0 | 1; exposed: number }[] = []
  #block = -1

  constructor(settleBlocks: number) {
    this.#settleBlocks = settleBlocks
  }

  save(): RiskSetsImage {
    const cohorts = this.#all().map(({ recent, old, pending }) => ({
      recent: [...recent],
      old,
      pending: [...pending].map(([block, { n, x }]) => [block, n, x] as const),
    }))
    return { block: this.#block, cohorts }
  }

  load({ block, cohorts }: RiskSetsImage): void {
    this.#block = block
    for (const [i, into] of this.#all().entries()) {
      const from = cohorts[i]
      if (!from) continue
      into.recent.splice(0, tracked, ...from.recent)
      into.old = from.old
      for (const [exposed, n, x] of from.pending) into.pending.set(exposed, { n, x })
    }
  }

  clear(): void {
    this.#cohorts = freshCohorts()
    this.#failures = []
  }

  /** Moves on to a block; slots that fall out of the ring join the old. */
  begin(block: number): void {
    const from = Math.max(this.#block + 1, block - tracked + 1)
    for (const cohorts of this.#all()) {
      for (let passed = from; passed <= block; passed++) {
        const slot = passed % tracked
        cohorts.old += cohorts.recent[slot] ?? 0
        cohorts.recent[slot] = 0
      }
    }
    this.#block = block
  }

  expose(arm: Arm, origin: 0 | 1, block: number, units = 1): void {
    const cohorts = this.#cohorts[arm][origin]
    cohorts.recent[block % tracked] = (cohorts.recent[block % tracked] ?? 0) + units
    const pending = cohorts.pending.get(block) ?? { n: 0, x: 0 }
    pending.n += units
    cohorts.pending.set(block, pending)
    this.#exposed[arm] += units
  }

  fail(arm: Arm, origin: 0 | 1, exposed: number): void {
    this.#failures.push({ arm, origin, exposed })
    const pending = this.#cohorts[arm][origin].pending.get(exposed)
    if (pending) pending.x += 1
  }

  /** Takes out a unit that no longer counts and has not failed. */
  withdraw(arm: Arm, origin: 0 | 1, exposed: number): void {
    const cohorts = this.#cohorts[arm][origin]
    this.#remove(cohorts, exposed)
    const pending = cohorts.pending.get(exposed)
    if (pending) pending.n -= 1
  }

  seal(): { exposed: PerArm; atRisk: readonly Counts[]; settled: readonly Counts[] } {
    const strata: ({ nT: number; xT: number; nC: number; xC: number } | undefined)[] = Array(
      2 * strataFrom.length,
    ).fill(undefined)
    const stratum = (age: number, origin: 0 | 1) =>
      (strata[2 * (stratumOfAge[Math.min(age, tracked)] ?? 0) + origin] ??= { nT: 0, xT: 0, nC: 0, xC: 0 })
    for (const arm of ['T', 'C'] as const)
      for (const origin of [0, 1] as const) {
        const cohorts = this.#cohorts[arm][origin]
        for (let age = 0; age < tracked && age <= this.#block; age++) {
          const n = cohorts.recent[(this.#block - age) % tracked] ?? 0
          if (n > 0) stratum(age, origin)[arm === 'T' ? 'nT' : 'nC'] += n
        }
        if (cohorts.old > 0) stratum(tracked, origin)[arm === 'T' ? 'nT' : 'nC'] += cohorts.old
      }
    for (const { arm, origin, exposed } of this.#failures) {
      stratum(this.#block - exposed, origin)[arm === 'T' ? 'xT' : 'xC'] += 1
      this.#remove(this.#cohorts[arm][origin], exposed)
    }
    this.#failures = []
    const exposed = this.#exposed
    this.#exposed = { T: 0, C: 0 }
    return { exposed, atRisk: strata.filter((counts) => counts !== undefined), settled: this.#settle() }
  }

  #settle(): readonly Counts[] {
    return ([0, 1] as const).flatMap((origin) => {
      const T = takeUntil(this.#cohorts.T[origin].pending, this.#block - this.#settleBlocks)
      const C = takeUntil(this.#cohorts.C[origin].pending, this.#block - this.#settleBlocks)
      return T.n + C.n > 0 ? [{ nT: T.n, xT: T.x, nC: C.n, xC: C.x }] : []
    })
  }

  #remove(cohorts: Cohorts, exposed: number): void {
    if (this.#block - exposed >= tracked) cohorts.old -= 1
    else cohorts.recent[exposed % tracked] = (cohorts.recent[exposed % tracked] ?? 0) - 1
  }

  #all(): Cohorts[] {
    return [...this.#cohorts.T, ...this.#cohorts.C]
  }
}

const freshCohorts = (): Record<Arm, [Cohorts, Cohorts]> => ({
  T: [emptyCohorts(), emptyCohorts()],
  C: [emptyCohorts(), emptyCohorts()],
})

function takeUntil(pending: Map<number, { n: number; x: number }>, last: number): { n: number; x: number } {
  const sum = { n: 0, x: 0 }
  for (const [block, counts] of pending) {
    if (block > last) continue
    sum.n += counts.n
    sum.x += counts.x
    pending.delete(block)
  }
  return sum
}
