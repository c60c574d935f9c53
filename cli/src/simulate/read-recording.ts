import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { isFault, readObservation } from '@sluice/contract'
import type { ReadObservation } from '@sluice/contract'
import { parseCsvLine } from './parse-csv.ts'
import { parseTime } from './parse-time.ts'

/** A line that could not be used, and why. */
export interface RejectedLine {
  readonly line: number
  readonly message: string
}

export interface Recording {
  readonly rows: readonly ReadObservation[]
  readonly rejected: readonly RejectedLine[]
  readonly lines: number
}

/** Columns by the names that logs use; every other column is a metric. */
const columns: Readonly<Record<string, string>> = {
  at: 'at',
  time: 'at',
  timestamp: 'at',
  unit: 'unit',
  user: 'unit',
  user_id: 'unit',
  userid: 'unit',
  variant: 'variant',
  arm: 'variant',
  flag: 'flag',
  model: 'model',
}

/** Reads a recording: NDJSON, one observation a line (or one batch), or CSV with a header. Lines that make no sense are listed. */
export async function readRecording(file: string, flag: string): Promise<Recording> {
  const rows: ReadObservation[] = []
  const rejected: RejectedLine[] = []
  let header: readonly string[] | null = null
  let number = 0
  for await (const text of createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity })) {
    number += 1
    const line = number === 1 ? text.replace(/^\uFEFF/, '') : text
    if (line.trim() === '') continue
    if (number === 1 && !line.trimStart().startsWith('{')) {
      header = headerOf(line)
      continue
    }
    const inputs = header ? fromCsv(line, header) : fromJson(line)
    if (typeof inputs === 'string') {
      rejected.push({ line: number, message: inputs })
      continue
    }
    for (const input of inputs) {
      const row = readObservation(withDefaults(input, flag))
      if (isFault(row))
        rejected.push({ line: number, message: `${row.pointer === '' ? '' : `${row.pointer}: `}${row.message}` })
      else rows.push(row)
    }
  }
  return { rows, rejected, lines: number }
}

function headerOf(line: string): readonly string[] {
  const names = (parseCsvLine(line) ?? []).map((name) => name.trim())
  const known = names.map((name) => columns[name.toLowerCase()] ?? name)
  const missing = ['at', 'unit', 'variant'].filter((name) => !known.includes(name))
  if (missing.length > 0)
    throw new Error(
      `The CSV header has no column for ${missing.join(', ')}. Expected at (or timestamp), unit (or user_id) and variant; ` +
        `every other column is a metric such as error or latency_ms. Found: ${names.join(', ') || 'nothing'}.`,
    )
  return known
}

function fromCsv(line: string, header: readonly string[]): unknown[] | string {
  const fields = parseCsvLine(line)
  if (!fields) return 'A quote is never closed.'
  if (fields.length !== header.length) return `Expected ${header.length} fields as in the header; got ${fields.length}.`
  const row: Record<string, unknown> = {}
  const metrics: Record<string, unknown> = {}
  for (const [i, name] of header.entries()) {
    const text = fields[i]?.trim() ?? ''
    if (text === '') continue
    if (Object.values(columns).includes(name)) row[name] = text
    else metrics[name] = text === 'true' ? 1 : text === 'false' ? 0 : Number.isNaN(Number(text)) ? text : Number(text)
  }
  return [{ ...row, metrics }]
}

function fromJson(line: string): unknown[] | string {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value === 'object' && value !== null && 'observations' in value && Array.isArray(value.observations))
      return value.observations
    return [value]
  } catch (error) {
    return `Not JSON: ${error instanceof Error ? error.message : String(error)}`
  }
}

/** Logs name their flag once, in the plan, and write times in their own way. */
function withDefaults(input: unknown, flag: string): unknown {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return input
  const row = input as Record<string, unknown>
  const ms = typeof row['at'] === 'string' || typeof row['at'] === 'number' ? parseTime(String(row['at'])) : null
  return { ...row, flag: row['flag'] ?? flag, ...(ms === null ? {} : { at: new Date(ms).toISOString() }) }
}
