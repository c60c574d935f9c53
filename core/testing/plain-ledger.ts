import type {
  Block,
  FirstCounts,
  LedgerRow,
  LedgerSettings,
  Position,
  RateBlock,
  ValueRow,
} from '../src/statistics/index.ts'
import type { Counts } from '../src/statistics/index.ts'
import { unitKey } from '../src/statistics/unit-table.ts'

/** The ways to count units that look right and are not; each breaks the promise of the evidence. */
export type CountingFault =
  /** Failures are held against the units newly exposed in the block, of which there are at least as many. */
  | 'newly-exposed'
  /** One risk set for all ages. */
  | 'pooled'
  /** An absolute rate counts calls as they end: quick failures come before slow successes. */
  | 'completions'
  /** A new visit of the same stage lets failed units back in. */
  | 'failed-return'
  /** The candidate's units count anew in each stage. */
  | 'recounted'
  /** Proofs do not wait for answers that are still out. */
  | 'unsettled'

interface Member {
  readonly arm: 'T' | 'C'
  readonly origin: 0 | 1
  readonly firstEntry: number
  entry: number
  visit: number
  exposed: number
  /** Block of the first failure of the stage, by metric. */
  readonly failed: Map<string, number>
  readonly observed: Set<string>
  crossed: number | null
  /** Block of the first exposure of the stage, if that was in this visit. */
  stageExposed: number | null
  /** Block in which the first observation of the stage turned out to be a failure, in this visit. */
  firstFailed: Map<string, number>
}

/** Four bits of the unit's hash, as the ledger cuts its groups. */
const partOf = (unit: string): number => {
  const { low } = unitKey(unit)
  return Math.imul(low ^ (low >>> 15), 0x2c1b3c6d) >>> 28
}

const stratumOf = (age: number): number => (age < 2 ? age : Math.min(7, Math.floor(Math.log2(age)) + 1))

/**
 * What the unit ledger should give, by looking at every unit in every block: the definition, slow and plain. With a fault it
 * counts as one should not.
 */
export class PlainLedger {
  readonly #members = new Map<string, Member>()
  readonly #settings: LedgerSettings
  readonly #fault: CountingFault | null
  #position: Position = { block: -1, visit: -1, entry: -1 }
  #settledUntil = -1

  constructor(settings: LedgerSettings, fault: CountingFault | null = null) {
    this.#settings = settings
    this.#fault = fault
  }

  seal(rows: readonly LedgerRow[], position: Position): Block {
    if (position.visit !== this.#position.visit) this.#settledUntil = position.block - 1 - this.#settings.settleBlocks
    this.#position = position
    const text = (row: LedgerRow) => JSON.stringify([row.unit, row.arm, row.atMs, Object.entries(row.metrics).sort()])
    const distinct = [...new Map(rows.map((row) => [text(row), row])).values()].sort(
      (a, b) => compare(a.unit, b.unit) || compare(a.arm, b.arm) || a.atMs - b.atMs || compare(text(a), text(b)),
    )
    const count = (some: readonly LedgerRow[]) => ({
      T: some.filter(({ arm }) => arm === 'T').length,
      C: some.filter(({ arm }) => arm === 'C').length,
    })
    const seen = { newUnits: { T: 0, C: 0 }, units: { T: 0, C: 0 }, crossed: 0, values: new Map<string, ValueRow[]>() }
    const first = new Map<string, { T: { n: number; x: number }; C: { n: number; x: number } }>()
    for (const { key: name, kind } of this.#settings.metrics)
      if (kind === 'rate') first.set(name, { T: { n: 0, x: 0 }, C: { n: 0, x: 0 } })
      else seen.values.set(name, [])
    for (const row of distinct) this.#take(row, seen, first)
    const rates: Record<string, RateBlock> = {}
    for (const { key: name, kind } of this.#settings.metrics)
      if (kind === 'rate') rates[name] = this.#rate(name, first.get(name) ?? { T: { n: 0, x: 0 }, C: { n: 0, x: 0 } })
    this.#settledUntil = Math.max(this.#settledUntil, position.block - this.#settings.settleBlocks)
    return {
      index: position.block,
      rows: count(distinct),
      rowsOf: Object.fromEntries(
        this.#settings.metrics.map(({ key, metric }) => [
          key,
          count(distinct.filter(({ metrics }) => Object.hasOwn(metrics, metric))),
        ]),
      ),
      newUnits: seen.newUnits,
      units: seen.units,
      crossed: seen.crossed,
      full: false,
      rates,
      values: Object.fromEntries(seen.values),
      calls: {},
    }
  }

  #take(
    row: LedgerRow,
    seen: {
      newUnits: { T: number; C: number }
      units: { T: number; C: number }
      crossed: number
      values: Map<string, ValueRow[]>
    },
    first: Map<string, { T: { n: number; x: number }; C: { n: number; x: number } }>,
  ): void {
    const { block, visit, entry } = this.#position
    const other = this.#members.get(`${row.arm === 'T' ? 'C' : 'T'} ${row.unit}`)
    let member = this.#members.get(`${row.arm} ${row.unit}`)
    if (!member) {
      if (!other) seen.newUnits[row.arm] += 1
      member = {
        arm: row.arm,
        origin: other && other.firstEntry < entry ? 1 : 0,
        firstEntry: entry,
        entry,
        visit: -1,
        exposed: block,
        failed: new Map(),
        observed: new Set(),
        crossed: null,
        stageExposed: null,
        firstFailed: new Map(),
      }
      this.#members.set(`${row.arm} ${row.unit}`, member)
    }
    if (other?.visit === visit) {
      if (member.crossed !== visit || other.crossed !== visit) seen.crossed += 1
      if (member.visit !== visit) member.exposed = -1
      member.visit = visit
      member.crossed = visit
      other.crossed = visit
      return
    }
    if (member.visit !== visit) {
      const newStage = member.entry !== entry
      const firstOfStage = newStage || member.visit === -1
      if (newStage || this.#fault === 'failed-return') member.failed.clear()
      if (newStage) member.observed.clear()
      member.entry = entry
      member.visit = visit
      member.exposed = block
      member.stageExposed = firstOfStage ? block : null
      member.firstFailed = new Map()
      seen.units[row.arm] += 1
      if (firstOfStage && this.#fault !== 'completions') for (const counts of first.values()) counts[row.arm].n += 1
    }
    if (!this.#counts(member)) return
    for (const metric of this.#settings.metrics) {
      const value = Object.hasOwn(row.metrics, metric.metric) ? row.metrics[metric.metric] : undefined
      if (value === undefined) continue
      const isFirst = !member.observed.has(metric.key)
      member.observed.add(metric.key)
      if (metric.kind === 'value') {
        const part = partOf(row.unit)
        if (isFirst) seen.values.get(metric.key)?.push({ arm: row.arm, origin: this.#origin(member), part, value })
        continue
      }
      const counts = first.get(metric.key)
      if (isFirst && counts && this.#fault === 'completions') counts[row.arm].n += 1
      if (value !== metric.failsOn) continue
      if (isFirst && counts) {
        counts[row.arm].x += 1
        member.firstFailed.set(metric.key, block)
      }
      if (!member.failed.has(metric.key)) member.failed.set(metric.key, block)
    }
  }

  #counts(member: Member): boolean {
    return member.arm === 'C' || this.#fault === 'recounted' || member.firstEntry === this.#position.entry
  }

  #origin = (member: Member): 0 | 1 =>
    this.#fault === 'recounted' ? 0 : member.firstEntry < this.#position.entry ? 1 : member.origin

  #rate(name: string, first: { T: FirstCounts; C: FirstCounts }): RateBlock {
    const { block, visit } = this.#position
    const { settleBlocks } = this.#settings
    const strata = new Map<number, { nT: number; xT: number; nC: number; xC: number }>()
    const settled = new Map<number, { nT: number; xT: number; nC: number; xC: number }>()
    const exposed = { T: 0, C: 0 }
    const firstSettled = { n: 0, x: 0 }
    for (const member of this.#members.values()) {
      if (member.visit !== visit || member.exposed < 0) continue
      const failedAt = member.failed.get(name)
      const isOut = member.crossed === visit && failedAt === undefined
      const origin = this.#origin(member)
      const due = member.exposed <= block - settleBlocks && member.exposed > this.#settledUntil
      if (member.arm === 'T' && due && member.stageExposed !== null) firstSettled.n += 1
      const isLate = member.exposed <= this.#settledUntil && member.firstFailed.get(name) === block
      if (member.arm === 'T' && ((due && member.firstFailed.has(name)) || isLate)) firstSettled.x += 1
      if (!this.#counts(member)) continue
      if (failedAt !== undefined && failedAt < member.exposed) continue
      if (member.exposed === block) exposed[member.arm] += 1
      if (due && !isOut) tally(settled, origin, member.arm, failedAt === undefined ? 0 : 1)
      if (isOut || (failedAt !== undefined && failedAt < block)) continue
      const age = block - member.exposed
      const isNew = age === 0
      const stratum = this.#fault === 'pooled' || this.#fault === 'newly-exposed' ? 0 : stratumOf(age)
      if (this.#fault === 'newly-exposed' && !isNew) {
        if (failedAt === block) addFailure(strata, origin, member.arm)
        continue
      }
      tally(strata, 2 * stratum + origin, member.arm, failedAt === block ? 1 : 0)
    }
    if (this.#fault === 'newly-exposed')
      for (const counts of strata.values()) {
        counts.nT = Math.max(counts.nT, counts.xT)
        counts.nC = Math.max(counts.nC, counts.xC)
      }
    const sorted = (some: Map<number, Counts>) => [...some].sort(([a], [b]) => a - b).map(([, counts]) => counts)
    const atRisk = sorted(strata)
    return this.#fault === 'unsettled'
      ? { exposed, atRisk, settled: atRisk, first, firstSettled: first.T }
      : { exposed, atRisk, settled: sorted(settled), first, firstSettled }
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

function tally(
  into: Map<number, { nT: number; xT: number; nC: number; xC: number }>,
  key: number,
  arm: 'T' | 'C',
  x: number,
) {
  const counts = into.get(key) ?? { nT: 0, xT: 0, nC: 0, xC: 0 }
  into.set(key, counts)
  counts[arm === 'T' ? 'nT' : 'nC'] += 1
  counts[arm === 'T' ? 'xT' : 'xC'] += x
}

function addFailure(
  into: Map<number, { nT: number; xT: number; nC: number; xC: number }>,
  key: number,
  arm: 'T' | 'C',
) {
  const counts = into.get(key) ?? { nT: 0, xT: 0, nC: 0, xC: 0 }
  into.set(key, counts)
  counts[arm === 'T' ? 'xT' : 'xC'] += 1
}
