import { BlockTally } from './block-tally.ts'
import type { Block, FirstCounts, PerArm } from './block.ts'
import { isFailure, readMetric } from './ledger-metric.ts'
import type { LedgerMetric } from './ledger-metric.ts'
import { RiskSets } from './risk-sets.ts'
import type { RiskSetsImage } from './risk-sets.ts'
import { unitFlags, unitKey, UnitTable } from './unit-table.ts'
import type { UnitKey } from './unit-table.ts'

export type Arm = 'T' | 'C'

/** One attributed row: who, on which side, since when, with what outcome. Empty metrics are an exposure. */
export interface LedgerRow {
  readonly unit: string
  readonly arm: Arm
  readonly atMs: number
  readonly metrics: Readonly<Record<string, number>>
}

export interface LedgerSettings {
  /** At most 30. */
  readonly metrics: readonly LedgerMetric[]
  /** Blocks after which a call that has not answered counts as answered. */
  readonly settleBlocks: number
  /** Most units tracked a side; beyond, new ones are not counted and `full` says so. */
  readonly maxUnits: number
  /** One unit in 2^bits is tracked, drawn by its hash. The candidate's holds in its first entry, the baseline's after it. */
  readonly sampleBits: PerArm
}

/** Where in the rollout a block lies. */
export interface Position {
  readonly block: number
  readonly visit: number
  /** Rises when the attempt's highest share rises; a candidate unit counts in the entry it was first exposed in. */
  readonly entry: number
  /** True while amounts are left out: caches are cold. Who was seen then counts with what comes after. Default: false. */
  readonly isWarmUp?: boolean
}

/** All that a ledger remembers between two blocks: sealing on from it gives the same blocks. */
export interface LedgerImage {
  readonly position: Position
  readonly risk: readonly RiskSetsImage[]
  readonly first: readonly (readonly (readonly [block: number, n: number, x: number])[])[]
  readonly T: Uint8Array
  readonly C: Uint8Array
}

type Pending = Map<number, { n: number; x: number }>

/** One unit's row in the table of its side. */
interface Member {
  readonly arm: Arm
  readonly table: UnitTable
  readonly unit: number
}

const otherArm = { T: 'C', C: 'T' } as const

/**
 * Who was exposed when, and who has failed: turns rows into sealed blocks, in which every unit counts once. Blocks must be
 * sealed in order; within a block the order of rows makes no difference, nor does repeating them.
 */
export class UnitLedger {
  readonly #settings: LedgerSettings
  readonly #tables: Record<Arm, UnitTable>
  readonly #risk: readonly RiskSets[]
  readonly #first: readonly Pending[]
  #position: Position = { block: -1, visit: -1, entry: -1 }

  constructor(settings: LedgerSettings) {
    if (settings.metrics.length > 30) throw new RangeError('A ledger keeps at most 30 metrics.')
    this.#settings = settings
    const count = settings.metrics.length
    this.#tables = { T: new UnitTable(count), C: new UnitTable(count) }
    this.#risk = settings.metrics.map(() => new RiskSets(settings.settleBlocks))
    this.#first = settings.metrics.map(() => new Map())
  }

  /** True once a side holds as many units as it may: proofs and the sample-ratio check stop there. */
  get full(): boolean {
    return Math.max(this.#tables.T.size, this.#tables.C.size) >= this.#settings.maxUnits
  }

  /** Units ever tracked in the attempt. */
  get units(): PerArm {
    return { T: this.#tables.T.size, C: this.#tables.C.size }
  }

  /** Bytes that the tables of units take. */
  get bytes(): number {
    return this.#tables.T.bytes + this.#tables.C.bytes
  }

  save(): LedgerImage {
    return {
      position: this.#position,
      risk: this.#risk.map((sets) => sets.save()),
      first: this.#first.map((pending) => [...pending].map(([block, { n, x }]) => [block, n, x] as const)),
      T: this.#tables.T.save(),
      C: this.#tables.C.save(),
    }
  }

  static load(settings: LedgerSettings, image: LedgerImage): UnitLedger {
    const ledger = new UnitLedger(settings)
    ledger.#position = image.position
    for (const [i, sets] of image.risk.entries()) ledger.#risk[i]?.load(sets)
    for (const [i, counts] of image.first.entries())
      for (const [block, n, x] of counts) ledger.#first[i]?.set(block, { n, x })
    ledger.#tables.T = UnitTable.load(image.T, settings.metrics.length)
    ledger.#tables.C = UnitTable.load(image.C, settings.metrics.length)
    return ledger
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
      for (const pending of this.#first) pending.clear()
    }
    this.#position = position
    for (const risk of this.#risk) risk.begin(position.block)
  }

  #fold(row: LedgerRow, tally: BlockTally): void {
    tally.rows[row.arm] += 1
    const key = unitKey(row.unit)
    const member = this.#expose(row.arm, key, tally)
    for (const [index, metric] of this.#settings.metrics.entries()) {
      const value = readMetric(metric, row.metrics)
      if (value === undefined) continue
      tally.sawMetric(index, row.arm)
      if (metric.counting !== 'unit') this.#call(row, metric, index, value, tally)
      else if (member) this.#observe(member, metric, index, value, partOf(key), tally)
    }
  }

  #call(row: LedgerRow, metric: LedgerMetric, index: number, value: number, tally: BlockTally): void {
    if (metric.counting === 'request' && metric.kind === 'value') {
      const part = partOf(unitKey(`${row.unit} ${row.atMs}`))
      tally.value(index, { arm: row.arm, origin: 0, part, value })
    } else tally.call(index, row.arm, value)
  }

  /** The unit's record on this side, exposed in this visit; null when it is not tracked or does not count here. */
  #expose(arm: Arm, key: UnitKey, tally: BlockTally): Member | null {
    if (!this.#isDrawn(arm, key)) return null
    const other = this.#find(otherArm[arm], key)
    const member = this.#find(arm, key) ?? this.#add(arm, key, other, tally)
    if (!member) return null
    const { table, unit } = member
    const visit = this.#position.visit + 1
    if (other && other.table.of.visit[other.unit] === visit) {
      this.#cross(member, other, tally)
      return null
    }
    if (table.of.visit[unit] !== visit) this.#enter(member, tally)
    return hasFlag(member, unitFlags.crossed) || !this.#counts(member) ? null : member
  }

  #find(arm: Arm, key: UnitKey): Member | null {
    const table = this.#tables[arm]
    const unit = table.find(key)
    return unit < 0 ? null : { arm, table, unit }
  }

  /**
   * Only the hash draws who is tracked. After its first entry the candidate takes the baseline's draw: only of those can it
   * be told whether they came over.
   */
  #isDrawn(arm: Arm, { high }: UnitKey): boolean {
    const { sampleBits } = this.#settings
    const bits = arm === 'T' && this.#position.entry === 0 ? sampleBits.T : sampleBits.C
    return bits === 0 || high >>> (32 - bits) === 0
  }

  #add(arm: Arm, key: UnitKey, other: Member | null, tally: BlockTally): Member | null {
    const table = this.#tables[arm]
    if (table.size >= this.#settings.maxUnits) {
      tally.full = true
      return null
    }
    if (!other) tally.newUnits[arm] += 1
    const { entry } = this.#position
    const unit = table.add(key)
    table.of.entry[unit] = entry
    table.of.firstEntry[unit] = entry
    if (other && (other.table.of.firstEntry[other.unit] ?? 0) < entry) table.of.flags[unit] = unitFlags.cameOver
    return { arm, table, unit }
  }

  /** A unit that reports from both sides in one visit counts on neither. */
  #cross(member: Member, other: Member, tally: BlockTally): void {
    const visit = this.#position.visit + 1
    const isHere = member.table.of.visit[member.unit] === visit
    if (!isHere || !hasFlag(member, unitFlags.crossed) || !hasFlag(other, unitFlags.crossed)) tally.crossed += 1
    if (isHere) this.#withdraw(member)
    this.#withdraw(other)
    member.table.of.visit[member.unit] = visit
    for (const { table, unit } of [member, other])
      table.of.flags[unit] = (table.of.flags[unit] ?? 0) | unitFlags.crossed
  }

  /** A candidate unit counts in one entry only: the same users in every stage would be counted again and again. */
  #counts({ arm, table, unit }: Member): boolean {
    return arm === 'C' || table.of.firstEntry[unit] === this.#position.entry
  }

  #originOf({ table, unit }: Member): 0 | 1 {
    const cameOver = (table.of.flags[unit] ?? 0) & unitFlags.cameOver
    return cameOver || (table.of.firstEntry[unit] ?? 0) < this.#position.entry ? 1 : 0
  }

  #enter(member: Member, tally: BlockTally): void {
    const { arm, table, unit } = member
    const { visit, entry, block } = this.#position
    const { of } = table
    const isNewStage = of.entry[unit] !== entry
    const isFirstOfStage = isNewStage || of.visit[unit] === 0
    if (isNewStage) {
      of.failed[unit] = 0
      of.observed[unit] = 0
      of.entry[unit] = entry
    }
    of.visit[unit] = visit + 1
    of.exposed[unit] = block
    of.flags[unit] = (of.flags[unit] ?? 0) & ~unitFlags.crossed
    tally.units[arm] += 1
    const origin = this.#originOf(member)
    const isEntrant = this.#counts(member)
    for (const [index, metric] of this.#settings.metrics.entries()) {
      if (metric.kind === 'value' || metric.counting !== 'unit') continue
      if (isEntrant && !((of.failed[unit] ?? 0) & (1 << index))) this.#risk[index]?.expose(arm, origin, block)
      if (!isFirstOfStage) continue
      tally.first(index, arm, 1, 0)
      if (arm === 'T') pendingAt(this.#first[index], block).n += 1
    }
  }

  #observe(member: Member, metric: LedgerMetric, index: number, value: number, part: number, tally: BlockTally): void {
    const { arm, table, unit } = member
    const { of } = table
    if (metric.kind === 'value' && this.#position.isWarmUp) return
    const bit = 1 << index
    const isFirst = !((of.observed[unit] ?? 0) & bit)
    of.observed[unit] = (of.observed[unit] ?? 0) | bit
    const origin = this.#originOf(member)
    if (metric.kind === 'value') {
      if (isFirst) tally.value(index, { arm, origin, part, value })
      return
    }
    if (!isFailure(metric, value)) return
    const exposed = of.exposed[unit] ?? 0
    if (isFirst) {
      tally.first(index, arm, 0, 1)
      if (arm === 'T') pendingAt(this.#first[index], exposed).x += 1
    }
    if ((of.failed[unit] ?? 0) & bit) return
    of.failed[unit] = (of.failed[unit] ?? 0) | bit
    this.#risk[index]?.fail(arm, origin, exposed)
  }

  /** Takes a unit that was seen on both sides out of what is still open. */
  #withdraw(member: Member): void {
    if (hasFlag(member, unitFlags.crossed) || !this.#counts(member)) return
    const { arm, table, unit } = member
    const { failed, exposed } = table.of
    for (const [index, { kind, counting }] of this.#settings.metrics.entries())
      if (kind !== 'value' && counting === 'unit' && !((failed[unit] ?? 0) & (1 << index)))
        this.#risk[index]?.withdraw(arm, this.#originOf(member), exposed[unit] ?? 0)
  }

  #settleFirst(block: number): FirstCounts[] {
    return this.#first.map((pending) => {
      let n = 0
      let x = 0
      for (const [exposed, counts] of pending) {
        if (exposed > block - this.#settings.settleBlocks) continue
        n += counts.n
        x += counts.x
        pending.delete(exposed)
      }
      return { n, x }
    })
  }
}

const hasFlag = ({ table, unit }: Member, flag: number): boolean => ((table.of.flags[unit] ?? 0) & flag) !== 0

function pendingAt(pending: Pending | undefined, block: number): { n: number; x: number } {
  const counts = pending?.get(block) ?? { n: 0, x: 0 }
  pending?.set(block, counts)
  return counts
}

/** Sorted so that arrival order cannot matter, a unit's own calls by their start, each row once. */
function inOrder(rows: readonly LedgerRow[]): LedgerRow[] {
  const text = (row: LedgerRow) => JSON.stringify(Object.entries(row.metrics).sort())
  const compare = (a: LedgerRow, b: LedgerRow): number => {
    if (a.unit !== b.unit) return a.unit < b.unit ? -1 : 1
    if (a.arm !== b.arm) return a.arm < b.arm ? -1 : 1
    if (a.atMs !== b.atMs) return a.atMs - b.atMs
    const [left, right] = [text(a), text(b)]
    return left === right ? 0 : left < right ? -1 : 1
  }
  const sorted = [...rows].sort(compare)
  return sorted.filter((row, i) => i === 0 || compare(sorted[i - 1] as LedgerRow, row) !== 0)
}

/** Four bits of the unit's hash: cuts groups without looking at outcomes. */
const partOf = ({ low }: UnitKey): number => Math.imul(low ^ (low >>> 15), 0x2c1b3c6d) >>> 28
