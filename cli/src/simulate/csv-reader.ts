import { delimiterOf, parseCsvLine } from './parse-csv.ts'

/** A quote that is open for more lines than this was never meant to be one. */
const mostLines = 100

/** How logs write yes and no, and that something was not measured. */
const words: Readonly<Record<string, number | null>> = {
  true: 1,
  t: 1,
  yes: 1,
  false: 0,
  f: 0,
  no: 0,
  null: null,
  none: null,
  na: null,
  'n/a': null,
  '\\n': null,
}

const notMetrics = new Set(['at', 'unit', 'variant', 'flag', 'model'])

type Take = (line: number, fields: Readonly<Record<string, unknown>> | string) => void

/** Puts the lines of a CSV file together into records, fields by the names of the header; quoted ones may span lines. */
export class CsvReader {
  readonly #header: readonly string[]
  readonly #delimiter: string
  readonly #take: Take
  /** Lines of a record whose quote is still open, and the number of the first. */
  #open: string[] = []
  #from = 0

  constructor(header: string, file: string, columnOf: (name: string) => string, take: Take) {
    if (header.trimStart().startsWith('['))
      throw new Error(`${file} is one JSON array: write a row on one line each, as "jq -c '.[]'" does.`)
    this.#delimiter = delimiterOf(header)
    this.#take = take
    const names = parseCsvLine(header, this.#delimiter)
    this.#header = (typeof names === 'string' ? [] : names).map((name) => columnOf(name.trim()))
    const missing = ['at', 'unit', 'variant'].filter((name) => !this.#header.includes(name))
    if (missing.length === 0) return
    const found = this.#header.join(', ').slice(0, 300)
    throw new Error(
      `The CSV header has no column for ${missing.join(', ')}. Expected at (or timestamp), unit (or user_id) and variant; ` +
        `every other column is a metric such as error or latency_ms. Found: ${found || 'nothing'}.`,
    )
  }

  take(number: number, line: string): void {
    if (this.#open.length === 0) {
      if (line.trim() === '') return
      this.#from = number
    }
    this.#open.push(line)
    const fields = parseCsvLine(this.#open.join('\n'), this.#delimiter)
    if (fields === 'open' && this.#open.length < mostLines) return
    if (fields === 'open') return this.#giveUp()
    this.#take(this.#from, fields === 'stray' ? 'Text follows the end of a quote.' : this.#record(fields))
    this.#open = []
  }

  /** What is open at the end of the file is never closed. */
  end(): void {
    while (this.#open.length > 0) this.#giveUp()
  }

  /** Its first line is no record; those after it are read for themselves. */
  #giveUp(): void {
    const [, ...later] = this.#open
    const from = this.#from
    this.#take(from, 'A quote is never closed.')
    this.#open = []
    for (const [i, line] of later.entries()) this.take(from + 1 + i, line)
  }

  #record(fields: readonly string[]): Readonly<Record<string, unknown>> | string {
    if (fields.length !== this.#header.length)
      return `Expected ${this.#header.length} fields as in the header; got ${fields.length}.`
    const record: Record<string, unknown> = {}
    for (const [i, name] of this.#header.entries()) {
      const text = fields[i]?.trim() ?? ''
      if (text !== '') record[name] = notMetrics.has(name) ? text : this.#valueOf(text)
    }
    return record
  }

  #valueOf(text: string): unknown {
    const word = text.toLowerCase()
    if (Object.hasOwn(words, word)) return words[word]
    // Where semicolons separate columns, a comma is the decimal point.
    const number = Number(this.#delimiter === ';' ? text.replace(/^(-?\d+),(\d+)$/, '$1.$2') : text)
    return Number.isNaN(number) ? text : number
  }
}
