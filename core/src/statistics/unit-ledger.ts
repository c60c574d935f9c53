import type { Block, FirstCounts, PerArm, RateBlock, ValueRow } from './block.ts'
import { RiskSets } from './risk-sets.ts'

export type Arm = 'T' | 'C'

/** One attributed row: who, on which side, since when, with what outcome. Empty metrics are an exposure. */
export interface LedgerRow {
  readonly unit: string
  readonly arm: Arm
  readonly atMs: number
  readonly metrics: Readonly<Record<string, number>>
}

export interface LedgerMetric {
  readonly name: string
  readonly kind: 'rate' | 'value'
  /** The outcome that counts as a failure; rates only. */
  readonly failsOn: 0 | 1
}

export interface LedgerSettings {
  readonly metrics: readonly LedgerMetric[]
  /** Blocks after which a call that has not answered counts as answered. */
  readonly settleBlocks: number
  /** Most units tracked a side; beyond, new ones are not counted and `full` says so. */
  readonly maxUnits: number
}

/** Where in the rollout a block lies. */
export interface Position {
  readonly block: number
  readonly visit: number
  /** Rises when the attempt's highest share rises; a candidate unit counts in the entry it was first exposed in. */
  readonly entry: number
}

/** One unit on one side. Bits are indexed as the ledger's metrics. */
interface Member {
  readonly firstEntry: number
  readonly origin: 0 | 1
  entry: number
  visit: number
  exposedBlock: number
  failed: number
  observed: number
  crossed: boolean
}

interface FirstTally {
  readonly pending: Map<number, { n: number; x: number }>
}

/**
 * Who was exposed when, and who has failed: turns rows into sealed blocks, in which every unit counts once. Blocks must be
 * sealed in order; within a block the order of rows makes no difference.
 */
export class UnitLedger {
  readonly #settings: LedgerSettings
  readonly #members: Record<Arm, Map<string, Member>> = { T: new Map(), C: new Map() }
  readonly #risk: readonly RiskSets[]
  readonly #first: readonly FirstTally[]
  #position: Position = { block: -1, visit: -1, entry: -1 }

  constructor(settings: LedgerSettings) {
    if (settings.metrics.length > 30) throw new RangeError('A ledger keeps at most 30 metrics.')
    this.#settings = settings
    this.#risk = settings.metrics.map(() => new RiskSets(settings.settleBlocks))
    this.#first = settings.metrics.map(() => ({ pending: new Map() }))
  }

  /** True once a side holds as many units as it may: proofs and the sample-ratio check stop there. */
  get full(): boolean {
    return Math.max(this.#members.T.size, this.#members.C.size) >= this.#settings.maxUnits
  }

  /** Units ever exposed in the attempt. */
  get units(): PerArm {
    return { T: this.#members.T.size, C: this.#members.C.size }
  }

  /** Takes the rows of one block and gives what they add up to. */
  seal(rows: readonly LedgerRow[], position: Position): Block {
    this.#moveTo(position)
    const tally = new BlockTally(this.#settings.metrics)
    for (const row of inOrder(rows)) this.#fold(row, tally)
    return tally.block(position.block, this.#risk, this.#settleFirst(position.block))
  }

  #moveTo(position: Position): void {
    if (position.visit !== this.#position.visit) {
      for (const risk of this.#risk) risk.clear()
      for (const first of this.#first) first.pending.clear()
    }
    this.#position = position
    for (const risk of this.#risk) risk.begin(position.block)
  }

  #fold(row: LedgerRow, tally: BlockTally): void {
    tally.rows[row.arm] += 1
    const member = this.#expose(row, tally)
    for (const [index, metric] of this.#settings.metrics.entries()) {
      const value = Object.hasOwn(row.metrics, metric.name) ? row.metrics[metric.name] : undefined
      if (value === undefined) continue
      tally.sawMetric(metric.name, row.arm)
      if (member && !member.crossed) this.#observe(row, member, index, value, tally)
    }
  }

  /** The unit's record on this side, exposed in this visit; null when the table is full or the unit does not count here. */
  #expose(row: LedgerRow, tally: BlockTally): Member | null {
    const { visit, entry, block } = this.#position
    const side = this.#members[row.arm]
    const other = this.#members[row.arm === 'T' ? 'C' : 'T'].get(row.unit)
    let member = side.get(row.unit)
    if (!member) {
      if (side.size >= this.#settings.maxUnits) return null
      if (!other) tally.newUnits[row.arm] += 1
      const origin = other && other.firstEntry < entry ? 1 : 0
      member = {
        firstEntry: entry,
        origin,
        entry,
        visit: -1,
        exposedBlock: block,
        failed: 0,
        observed: 0,
        crossed: false,
      }
      side.set(row.unit, member)
    }
    if (other && other.visit === visit) {
      if (!member.crossed || !other.crossed) tally.crossed += 1
      if (member.visit === visit) this.#forget(row.arm, member)
      this.#forget(row.arm === 'T' ? 'C' : 'T', other)
      member.visit = visit
      member.crossed = true
      other.crossed = true
      return null
    }
    if (member.visit !== visit) this.#enter(row.arm, member, tally)
    return this.#counts(row.arm, member) ? member : null
  }

  /** A candidate unit counts in one entry only: the same users in every stage would be counted again and again. */
  #counts(arm: Arm, member: Member): boolean {
    return arm === 'C' || member.firstEntry === this.#position.entry
  }

  #enter(arm: Arm, member: Member, tally: BlockTally): void {
    const { visit, entry, block } = this.#position
    const newStage = member.entry !== entry
    const firstOfStage = newStage || member.visit === -1
    if (newStage) {
      member.failed = 0
      member.observed = 0
      member.entry = entry
    }
    member.visit = visit
    member.exposedBlock = block
    member.crossed = false
    const origin = originOf(member, entry)
    const entrant = this.#counts(arm, member)
    for (const [index, metric] of this.#settings.metrics.entries()) {
      if (metric.kind !== 'rate') continue
      if (entrant && !(member.failed & (1 << index))) this.#risk[index]?.expose(arm, origin, block)
      if (!firstOfStage) continue
      tally.first(metric.name, arm, 1, 0)
      if (arm === 'T') pendingAt(this.#first[index], block).n += 1
    }
  }

  #observe(row: LedgerRow, member: Member, index: number, value: number, tally: BlockTally): void {
    const metric = this.#settings.metrics[index]
    if (!metric) return
    const bit = 1 << index
    const first = !(member.observed & bit)
    member.observed |= bit
    const origin = originOf(member, this.#position.entry)
    if (metric.kind === 'value') {
      if (first) tally.value(metric.name, { arm: row.arm, origin, part: partOf(row.unit), value })
      return
    }
    if (value !== metric.failsOn) return
    if (first) {
      tally.first(metric.name, row.arm, 0, 1)
      if (row.arm === 'T') pendingAt(this.#first[index], member.exposedBlock).x += 1
    }
    if (member.failed & bit) return
    member.failed |= bit
    this.#risk[index]?.fail(row.arm, origin, member.exposedBlock)
  }

  /** Takes a unit that was seen on both sides out of what is still open. */
  #forget(arm: Arm, member: Member): void {
    if (member.crossed || !this.#counts(arm, member)) return
    const origin = originOf(member, this.#position.entry)
    for (const [index, { kind }] of this.#settings.metrics.entries())
      if (kind === 'rate' && !(member.failed & (1 << index)))
        this.#risk[index]?.withdraw(arm, origin, member.exposedBlock)
  }

  #settleFirst(block: number): FirstCounts[] {
    return this.#first.map((first) => {
      let n = 0
      let x = 0
      for (const [exposed, counts] of first.pending) {
        if (exposed > block - this.#settings.settleBlocks) continue
        n += counts.n
        x += counts.x
        first.pending.delete(exposed)
      }
      return { n, x }
    })
  }
}

const originOf = (member: Member, entry: number): 0 | 1 => (member.firstEntry < entry ? 1 : member.origin)

function pendingAt(first: FirstTally | undefined, block: number): { n: number; x: number } {
  const counts = first?.pending.get(block) ?? { n: 0, x: 0 }
  first?.pending.set(block, counts)
  return counts
}

/** Sorted so that arrival order cannot matter; a unit's own calls by their start. */
function inOrder(rows: readonly LedgerRow[]): LedgerRow[] {
  const text = (row: LedgerRow) => JSON.stringify(Object.entries(row.metrics).sort())
  return [...rows].sort((a, b) => {
    if (a.unit !== b.unit) return a.unit < b.unit ? -1 : 1
    if (a.arm !== b.arm) return a.arm < b.arm ? -1 : 1
    return a.atMs - b.atMs || (text(a) < text(b) ? -1 : 1)
  })
}

/** Four bits of a hash of the unit (FNV-1a with a final mix): cuts groups without looking at outcomes. */
function partOf(unit: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < unit.length; i++) hash = Math.imul(hash ^ unit.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  return (hash >>> 28) & 15
}

/** What one block adds up to while its rows are folded. */
class BlockTally {
  readonly rows = { T: 0, C: 0 }
  readonly newUnits = { T: 0, C: 0 }
  crossed = 0
  readonly #metrics: readonly LedgerMetric[]
  readonly #rowsOf: Record<string, { T: number; C: number }> = {}
  readonly #first: Record<string, Record<Arm, { n: number; x: number }>> = {}
  readonly #values: Record<string, ValueRow[]> = {}

  constructor(metrics: readonly LedgerMetric[]) {
    this.#metrics = metrics
    for (const { name, kind } of metrics) {
      this.#rowsOf[name] = { T: 0, C: 0 }
      if (kind === 'rate') this.#first[name] = { T: { n: 0, x: 0 }, C: { n: 0, x: 0 } }
      else this.#values[name] = []
    }
  }

  sawMetric(name: string, arm: Arm): void {
    const seen = this.#rowsOf[name]
    if (seen) seen[arm] += 1
  }

  first(name: string, arm: Arm, n: number, x: number): void {
    const counts = this.#first[name]?.[arm]
    if (!counts) return
    counts.n += n
    counts.x += x
  }

  value(name: string, row: ValueRow): void {
    this.#values[name]?.push(row)
  }

  block(index: number, risk: readonly RiskSets[], firstSettled: readonly FirstCounts[]): Block {
    const rates: Record<string, RateBlock> = {}
    for (const [i, { name, kind }] of this.#metrics.entries()) {
      const first = this.#first[name]
      if (kind !== 'rate' || !first) continue
      const sealed = risk[i]?.seal() ?? { exposed: { T: 0, C: 0 }, atRisk: [], settled: [] }
      rates[name] = { ...sealed, first, firstSettled: firstSettled[i] ?? { n: 0, x: 0 } }
    }
    const { rows, newUnits, crossed } = this
    return { index, rows, rowsOf: this.#rowsOf, newUnits, crossed, rates, values: this.#values }
  }
}
