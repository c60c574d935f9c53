// The units of one side, as columns of numbers: about 30 bytes a unit, where objects in a map would take 200.
import { murmur3 } from '../evaluation/murmur3.ts'

/** 64 bits of a unit, as two unsigned halves. */
export interface UnitKey {
  readonly high: number
  readonly low: number
}

const sixtyFourBits = /^[0-9a-f]{16}$/

/** The key of a unit: of 16 hexadecimal digits, those; of any other text, a hash. */
export function unitKey(unit: string): UnitKey {
  if (sixtyFourBits.test(unit))
    return { high: Number.parseInt(unit.slice(0, 8), 16), low: Number.parseInt(unit.slice(8), 16) }
  return { high: murmur3(unit, 1), low: murmur3(unit, 2) }
}

/** Bits of a unit's `flags`. */
export const unitFlags = { cameOver: 1, crossed: 2 } as const

type Whole = Uint8Array | Uint16Array | Uint32Array | Int32Array

interface Columns {
  readonly high: Whole
  readonly low: Whole
  /** Block of the first exposure in `visit`. */
  readonly exposed: Whole
  /** A bit for each metric that has failed, and for each that was observed, in the stage of `entry`. */
  readonly failed: Whole
  readonly observed: Whole
  /** The last visit it was seen in. */
  readonly visit: Whole
  readonly entry: Whole
  readonly firstEntry: Whole
  readonly flags: Whole
}

/** Columns for so many units; as many bits as there are metrics, in whole bytes. */
function emptyColumns(size: number, metrics: number): Columns {
  const Bits = metrics <= 8 ? Uint8Array : metrics <= 16 ? Uint16Array : Uint32Array
  return {
    high: new Uint32Array(size),
    low: new Uint32Array(size),
    exposed: new Int32Array(size),
    failed: new Bits(size),
    observed: new Bits(size),
    visit: new Uint32Array(size),
    entry: new Uint8Array(size),
    firstEntry: new Uint8Array(size),
    flags: new Uint8Array(size),
  }
}

const widthOf = (columns: Columns): number =>
  Object.values(columns).reduce((sum: number, column: Whole) => sum + column.BYTES_PER_ELEMENT, 0)

/** By how much the columns grow when they are full: little, for they are most of what is kept. */
const growth = 1.125

/** Units by their 64-bit key, in the order in which they came; a unit is known by its number from 0. */
export class UnitTable {
  readonly #metrics: number
  #columns: Columns
  /** Number of a unit plus one at the place its key leads to, or the next free one; 0 is free. */
  #places = new Uint32Array(128)
  #size = 0

  /** For so many metrics, 30 at most. */
  constructor(metrics: number) {
    this.#metrics = metrics
    this.#columns = emptyColumns(64, metrics)
  }

  get size(): number {
    return this.#size
  }

  /** Bytes that the table takes. */
  get bytes(): number {
    return this.#columns.high.length * widthOf(this.#columns) + this.#places.byteLength
  }

  /** The columns; good until the next `add`. */
  get of(): Columns {
    return this.#columns
  }

  /** The unit's number; -1 when it is not there. */
  find({ high, low }: UnitKey): number {
    const mask = this.#places.length - 1
    for (let place = (low ^ high) & mask; ; place = (place + 1) & mask) {
      const unit = (this.#places[place] ?? 0) - 1
      if (unit < 0 || (this.#columns.high[unit] === high && this.#columns.low[unit] === low)) return unit
    }
  }

  /** Adds a unit that is not there; gives its number. */
  add(key: UnitKey): number {
    if (this.#size === this.#columns.high.length) this.#grow(Math.ceil(this.#size * growth))
    const unit = this.#size++
    this.#columns.high[unit] = key.high
    this.#columns.low[unit] = key.low
    if (this.#size > this.#places.length * 0.8) this.#place(this.#places.length * 2)
    else this.#occupy(unit)
    return unit
  }

  /** All there is, column by column, for a checkpoint. */
  save(): Uint8Array {
    const bytes = new Uint8Array(this.#size * widthOf(this.#columns))
    let at = 0
    for (const column of this.#all()) {
      const used = column.subarray(0, this.#size)
      bytes.set(new Uint8Array(used.buffer, used.byteOffset, used.byteLength), at)
      at += used.byteLength
    }
    return bytes
  }

  /** The table that `save` gave these bytes of, for the same number of metrics. */
  static load(bytes: Uint8Array, metrics: number): UnitTable {
    const table = new UnitTable(metrics)
    const size = Math.floor(bytes.length / widthOf(table.#columns))
    table.#columns = emptyColumns(Math.max(64, size), metrics)
    let at = 0
    for (const column of table.#all()) {
      const length = size * column.BYTES_PER_ELEMENT
      new Uint8Array(column.buffer).set(bytes.subarray(at, at + length))
      at += length
    }
    table.#size = size
    let places = 128
    while (size > places * 0.8) places *= 2
    table.#place(places)
    return table
  }

  #all(): readonly Whole[] {
    return Object.values(this.#columns) as Whole[]
  }

  #grow(size: number): void {
    const full = this.#all()
    this.#columns = emptyColumns(size, this.#metrics)
    for (const [i, column] of this.#all().entries()) column.set(full[i] ?? [])
  }

  #place(count: number): void {
    this.#places = new Uint32Array(count)
    for (let unit = 0; unit < this.#size; unit++) this.#occupy(unit)
  }

  #occupy(unit: number): void {
    const mask = this.#places.length - 1
    let place = ((this.#columns.low[unit] ?? 0) ^ (this.#columns.high[unit] ?? 0)) & mask
    while (this.#places[place] !== 0) place = (place + 1) & mask
    this.#places[place] = unit + 1
  }
}
