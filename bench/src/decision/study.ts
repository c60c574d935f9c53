/** One question put to many simulated rollouts. */
export interface Study {
  /** Unique; `--only` looks for a part of it. */
  readonly name: string
  /** How its traffic is drawn: numbers per block and arm, or rows through the product's ledger. */
  readonly drawn: 'counts' | 'rows'
  readonly columns: readonly string[]
  /** One repetition: a number a column; NaN where there is none. */
  readonly run: (seed: number) => readonly number[]
}

/** What a study gave, column by column. */
export class Answers {
  readonly study: string
  readonly firstSeed: number
  readonly runs: number
  readonly #columns: ReadonlyMap<string, Float64Array>

  constructor(study: Study, firstSeed: number, rows: Float64Array) {
    const width = study.columns.length
    this.study = study.name
    this.firstSeed = firstSeed
    this.runs = rows.length / width
    this.#columns = new Map(
      study.columns.map((name, c) => [
        name,
        Float64Array.from({ length: this.runs }, (_, i) => rows[i * width + c] ?? NaN),
      ]),
    )
  }

  column(name: string): Float64Array {
    const values = this.#columns.get(name)
    if (!values) throw new RangeError(`${this.study} has no column ${name}.`)
    return values
  }

  /** How many runs have a number other than 0 there. */
  count(name: string): number {
    return this.column(name).filter((value) => value !== 0 && !Number.isNaN(value)).length
  }

  /** Over the runs that have a number. */
  mean(name: string): number {
    const known = this.column(name).filter((value) => !Number.isNaN(value))
    return known.reduce((sum, value) => sum + value, 0) / known.length
  }

  /** Over all runs; those without a number count as never. */
  quantile(name: string, p: number): number {
    const sorted = this.column(name)
      .map((value) => (Number.isNaN(value) ? Infinity : value))
      .sort()
    return sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ?? NaN
  }

  median(name: string): number {
    return this.quantile(name, 0.5)
  }
}

export const usualSeed = 20_261_121

/** Each study's seeds begin elsewhere, so that no two share their luck. */
export function firstSeedOf(name: string, seed: number = usualSeed): number {
  let hash = seed
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193) >>> 0
  return (hash >>> 4) * 100_000
}
