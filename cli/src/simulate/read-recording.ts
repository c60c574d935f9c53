import { isFault, readObservation } from '@sluice/contract'
import { CsvReader } from './csv-reader.ts'
import { parseTime } from './parse-time.ts'
import { readLines } from './read-lines.ts'

/** A line that could not be used, and why. */
export interface RejectedLine {
  readonly line: number
  readonly message: string
}

/** What a simulation needs of an observation. */
export interface RecordedRow {
  readonly flag: string
  readonly variant: string
  readonly unit: string | null
  readonly atMs: number
  readonly metrics: Readonly<Record<string, number>>
}

export interface Recording {
  readonly rows: readonly RecordedRow[]
  readonly rejected: readonly RejectedLine[]
  readonly lines: number
  /** Columns, or fields beside them, that are no metric anybody asks for. */
  readonly unused: readonly string[]
}

/** One record of the file: its fields by name, or what is wrong with it. */
type Fields = Readonly<Record<string, unknown>> | string

/** Columns by the names that logs use; every other column is a metric. */
const columns: Readonly<Record<string, string>> = {
  at: 'at',
  time: 'at',
  timestamp: 'at',
  ts: 'at',
  unit: 'unit',
  user: 'unit',
  user_id: 'unit',
  userid: 'unit',
  variant: 'variant',
  arm: 'variant',
  flag: 'flag',
  model: 'model',
}

/**
 * Reads a recording: NDJSON, one observation a line (or one batch), or CSV with a header; either may be packed with gzip.
 * Only the `wanted` metrics are kept of rows that do not put theirs into "metrics". Lines that make no sense are listed.
 */
export async function readRecording(file: string, flag: string, wanted: ReadonlySet<string>): Promise<Recording> {
  const rows: RecordedRow[] = []
  const rejected: RejectedLine[] = []
  const unused = new Set<string>()
  const kept = new Map<string, string>()
  const take = (line: number, fields: Fields): void => {
    const row = typeof fields === 'string' ? fields : readRow(fields, flag, wanted, unused)
    if (typeof row === 'string') rejected.push({ line, message: row })
    else rows.push(compact(row, wanted, kept))
  }
  let csv: CsvReader | null = null
  let isBegun = false
  let number = 0
  for await (const lines of readLines(file))
    for (const line of lines) {
      number += 1
      if (csv) csv.take(number, line)
      else if (line.trim() === '') continue
      else if (isBegun || line.trimStart().startsWith('{')) {
        if (!isBegun) refuseSpread(line, file)
        for (const fields of fromJson(line)) take(number, fields)
      } else csv = new CsvReader(line, file, columnOf, take)
      isBegun = true
    }
  csv?.end()
  return { rows, rejected, lines: number, unused: [...unused] }
}

const columnOf = (name: string): string => columns[name.toLowerCase()] ?? name

/** Of millions of rows each holds no more than it must, and equal texts stand in memory once. */
function compact(
  { flag, variant, unit, atMs, metrics }: RecordedRow,
  wanted: ReadonlySet<string>,
  kept: Map<string, string>,
): RecordedRow {
  const once = (text: string): string => {
    const known = kept.get(text)
    if (known === undefined) kept.set(text, text)
    return known ?? text
  }
  const few: Record<string, number> = {}
  for (const name of wanted) if (metrics[name] !== undefined) few[name] = metrics[name]
  return { flag: once(flag), variant: once(variant), unit: unit === null ? null : once(unit), atMs, metrics: few }
}

function refuseSpread(line: string, file: string): void {
  if (line.trim() === '{')
    throw new Error(`${file} spreads its JSON over several lines: write a row on one line each, as "jq -c ." does.`)
}

function fromJson(line: string): readonly Fields[] {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return ['Expected an object.']
    if ('observations' in value && Array.isArray(value.observations))
      return value.observations.map((row: unknown) =>
        typeof row === 'object' && row !== null ? { ...row } : 'Expected an object.',
      )
    return [{ ...value }]
  } catch (error) {
    const hint = /\bNaN\b|\bInfinity\b/.test(line) ? ' JSON has no NaN and no Infinity: write null.' : ''
    return [`Not JSON: ${error instanceof Error ? error.message : String(error)}.${hint}`]
  }
}

/** A row in the words of an observation, or what is wrong with it. Logs name their flag once, in the plan. */
function readRow(
  fields: Readonly<Record<string, unknown>>,
  flag: string,
  wanted: ReadonlySet<string>,
  unused: Set<string>,
): RecordedRow | string {
  const { metrics: given, ...others } = fields
  const row: Record<string, unknown> = { flag }
  const metrics: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(others)) {
    const column = columnOf(name)
    if (Object.hasOwn(columns, column)) row[column] = value ?? undefined
    else if (given !== undefined) row[name] = value
    else if (wanted.has(name)) metrics[name] = value
    else unused.add(name)
  }
  const { at } = row
  const ms = typeof at === 'string' || typeof at === 'number' ? parseTime(String(at)) : null
  if (ms !== null) row['at'] = new Date(ms).toISOString()
  const read = readObservation({ ...row, metrics: given === undefined ? measured(metrics) : measured(given) })
  return isFault(read) ? `${read.pointer === '' ? '' : `${read.pointer}: `}${read.message}` : read
}

/** What was not measured is null, not zero, and no reason to leave out the rest of the row. */
const measured = (metrics: unknown): unknown =>
  typeof metrics === 'object' && metrics !== null && !Array.isArray(metrics)
    ? Object.fromEntries(Object.entries(metrics).filter(([, value]) => value !== null))
    : metrics
