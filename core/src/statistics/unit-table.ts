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

const columns = {
  high: Uint32Array,
  low: Uint32Array,
  /** Block of the first exposure in `visit`. */
  exposed: Int32Array,
  /** A bit for each metric that has failed, and for each that was observed, in the stage of `entry`. */
  failed: Uint32Array,
  observed: Uint32Array,
  /** The last visit it was seen in. */
  visit: Uint32Array,
  entry: Uint8Array,
  firstEntry: Uint8Array,
  flags: Uint8Array,
} as const

type Columns = { -readonly [name in keyof typeof columns]: InstanceType<(typeof columns)[name]> }

const names = Object.keys(columns) as (keyof typeof columns)[]
const widths = names.reduce((sum, name) => sum + columns[name].BYTES_PER_ELEMENT, 0)

function emptyColumns(size: number): Columns {
  return Object.fromEntries(names.map((name) => [name, new columns[name](size)])) as unknown as Columns
}

/** Units by their 64-bit key, in the order in which they came; a unit is known by its number from 0. */
export class UnitTable {
  #columns = emptyColumns(64)
  /** Number of a unit plus one at the place its key leads to, or the next free one; 0 is free. */
  #places = new Uint32Array(128)
  #size = 0

  get size(): number {
    return this.#size
  }

  /** Bytes that the table takes. */
  get bytes(): number {
    return this.#columns.high.length * widths + this.#places.byteLength
  }

  /** The columns; good until the next `add`. */
  get of(): Readonly<Columns> {
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
    if (this.#size === this.#columns.high.length) this.#grow(Math.ceil(this.#size * 1.5))
    const unit = this.#size++
    this.#columns.high[unit] = key.high
    this.#columns.low[unit] = key.low
    if (this.#size > this.#places.length * 0.8) this.#place(this.#places.length * 2)
    else this.#occupy(unit)
    return unit
  }

  /** All there is, column by column, for a checkpoint. */
  save(): Uint8Array {
    const bytes = new Uint8Array(this.#size * widths)
    let at = 0
    for (const name of names) {
      const column = this.#columns[name].subarray(0, this.#size)
      bytes.set(new Uint8Array(column.buffer, column.byteOffset, column.byteLength), at)
      at += column.byteLength
    }
    return bytes
  }

  static load(bytes: Uint8Array): UnitTable {
    const table = new UnitTable()
    const size = Math.floor(bytes.length / widths)
    table.#columns = emptyColumns(Math.max(64, size))
    let at = 0
    for (const name of names) {
      const column = table.#columns[name]
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

  #grow(size: number): void {
    const grown = emptyColumns(size)
    for (const name of names) grown[name].set(this.#columns[name])
    this.#columns = grown
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
