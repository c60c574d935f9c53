import type { Block, FirstCounts, PerArm, RateBlock, ValueRow } from './block.ts'
import { addValues, emptyHistogram } from './histogram.ts'
import { isFailure } from './ledger-metric.ts'
import type { LedgerMetric } from './ledger-metric.ts'
import type { RiskSets } from './risk-sets.ts'

type Arm = 'T' | 'C'
type Both<Item> = Record<Arm, Item>

const both = <Item>(make: () => Item): Both<Item> => ({ T: make(), C: make() })
const zero = () => 0

/** Calls of one arm while their rows are folded. */
interface OpenSums {
  n: number
  x: number
  sum: number
  readonly values: number[]
}

const noUnits = { T: 0, C: 0 }

/** What one block adds up to while its rows are folded. */
export class BlockTally {
  readonly rows = both(zero)
  readonly newUnits = both(zero)
  readonly units = both(zero)
  crossed = 0
  full = false
  readonly #metrics: readonly LedgerMetric[]
  readonly #rowsOf: Both<number>[]
  readonly #first: Both<{ n: number; x: number }>[]
  readonly #values: ValueRow[][]
  readonly #calls: Both<OpenSums>[]

  constructor(metrics: readonly LedgerMetric[]) {
    this.#metrics = metrics
    this.#rowsOf = metrics.map(() => both(zero))
    this.#first = metrics.map(() => both(() => ({ n: 0, x: 0 })))
    this.#values = metrics.map(() => [])
    this.#calls = metrics.map(() => both((): OpenSums => ({ n: 0, x: 0, sum: 0, values: [] })))
  }

  sawMetric(index: number, arm: Arm): void {
    const seen = this.#rowsOf[index]
    if (seen) seen[arm] += 1
  }

  first(index: number, arm: Arm, n: number, x: number): void {
    const counts = this.#first[index]?.[arm]
    if (!counts) return
    counts.n += n
    counts.x += x
  }

  value(index: number, row: ValueRow): void {
    this.#values[index]?.push(row)
  }

  /** A call for itself, whoever made it. */
  call(index: number, arm: Arm, value: number): void {
    const metric = this.#metrics[index]
    const sums = this.#calls[index]?.[arm]
    if (!metric || !sums) return
    sums.n += 1
    sums.sum += value
    if (metric.kind === 'value') sums.values.push(value)
    else if (metric.kind === 'count') sums.x += value
    else if (isFailure(metric, value)) sums.x += 1
  }

  block(index: number, risk: readonly RiskSets[], firstSettled: readonly FirstCounts[]): Block {
    const { rows, newUnits, units, crossed, full } = this
    const block = { index, rows, newUnits, units, crossed, full }
    const rowsOf: Record<string, PerArm> = {}
    const rates: Record<string, RateBlock> = {}
    const values: Record<string, readonly ValueRow[]> = {}
    const calls: Record<string, Block['calls'][string]> = {}
    for (const [i, { key, kind, counting }] of this.#metrics.entries()) {
      rowsOf[key] = this.#rowsOf[i] ?? noUnits
      if (counting === 'window') calls[key] = this.#callsOf(i)
      else if (kind === 'value') values[key] = this.#values[i] ?? []
      else if (counting === 'request') rates[key] = this.#requestsOf(i)
      else {
        const first = this.#first[i] ?? both(() => ({ n: 0, x: 0 }))
        const sealed = risk[i]?.seal() ?? { exposed: noUnits, atRisk: [], settled: [] }
        rates[key] = { ...sealed, first, firstSettled: firstSettled[i] ?? { n: 0, x: 0 } }
      }
    }
    return { ...block, rowsOf, rates, values, calls }
  }

  #callsOf(index: number): Block['calls'][string] {
    const arm = (of: Arm) => {
      const { values, ...sums } = this.#calls[index]?.[of] ?? { n: 0, x: 0, sum: 0, values: [] }
      return { ...sums, values: addValues(emptyHistogram, values) }
    }
    return { T: arm('T'), C: arm('C') }
  }

  /** Calls as if each were a unit that is born, answers and settles in this block. */
  #requestsOf(index: number): RateBlock {
    const { T, C } = this.#calls[index] ?? both((): OpenSums => ({ n: 0, x: 0, sum: 0, values: [] }))
    const counts = { nT: T.n, xT: T.x, nC: C.n, xC: C.x }
    const strata = T.n + C.n > 0 ? [counts] : []
    const first = { T: { n: T.n, x: T.x }, C: { n: C.n, x: C.x } }
    return { exposed: { T: T.n, C: C.n }, atRisk: strata, settled: strata, first, firstSettled: first.T }
  }
}
