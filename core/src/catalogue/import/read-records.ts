import type { FileFormat, ImportFormat } from './file-format.ts'
import { genaiPrices } from './genai-prices.ts'
import { litellm } from './litellm.ts'
import { modelsDev } from './models-dev.ts'
import { openRouter } from './openrouter.ts'
import { ownFormat } from './own-format.ts'
import { type JsonPart, markOf, readJsonParts } from './read-json.ts'
import { type SourceProblem, type SourceRecord, unreadable } from './source-record.ts'

const formats: readonly FileFormat[] = [ownFormat, genaiPrices, openRouter, modelsDev, litellm]

/** So many models a file may hold. */
const mostRecords = 10_000

/** A file that is read, and cannot be used. The message says what to do. */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile'
}

/** A record, and where in the text it begins. */
export interface LocatedRecord extends SourceRecord {
  readonly index: number
}

export interface ReadProgress {
  readonly phase: 'reading'
  /** Characters. */
  readonly done: number
  readonly total: number
}

export interface ReadFile {
  readonly format: ImportFormat
  readonly records: readonly LocatedRecord[]
}

/**
 * The models of a file in any of the formats; `format` says which, else the file gives it away. A generator for the same reason
 * as `planImport`. Throws JsonBroken and UnreadableFile.
 */
export function* readRecords(text: string, format?: ImportFormat): Generator<ReadProgress, ReadFile> {
  const found = formats.find(({ name, knows, split }) =>
    format === undefined ? hasPart(text, split, knows) : name === format,
  )
  if (!found)
    throw new UnreadableFile(
      'No models were found: expected a file of Sluice, LiteLLM, models.dev, OpenRouter or genai-prices. Say with the format which it is.',
    )
  const records: LocatedRecord[] = []
  for (const part of readJsonParts(text, found.split)) {
    for (const record of recordsOf(part, found)) {
      records.push(record)
      if (records.length > mostRecords)
        throw new UnreadableFile(`The file holds more than ${mostRecords} models: send it in parts.`)
      yield { phase: 'reading', done: record.index, total: text.length }
    }
  }
  return { format: found.name, records: withRows(records, found.name) }
}

/** Only the beginning of a file is looked at: what gives a format away stands in its first parts. */
const partsToLookAt = 5

function hasPart(text: string, split: FileFormat['split'], knows: FileFormat['knows']): boolean {
  let seen = 0
  for (const part of readJsonParts(text, split)) {
    if (knows(part)) return true
    seen += 1
    if (seen === partsToLookAt) return false
  }
  return false
}

function* recordsOf(part: JsonPart, { read }: FileFormat): Generator<LocatedRecord> {
  const isSpoilt = part.faults.some(({ path, code }) => path.length === part.path.length && code !== 'invalid_text')
  const records = isSpoilt ? [unreadable(part.path, null, [])] : read(part)
  for (const record of records)
    yield {
      ...record,
      index: part.marks.get(markOf(record.path)) ?? part.index,
      problems: [...faultsIn(part, record), ...record.problems],
    }
}

function faultsIn(part: JsonPart, { path: at }: SourceRecord): SourceProblem[] {
  return part.faults
    .filter(({ path }) => at.every((name, i) => path[i] === name))
    .map(({ path, code, message }) => ({ path: path.slice(at.length), code, message }))
}

/** Rows that belong to a model of the file go into it; those of others are no use. */
function withRows(records: readonly LocatedRecord[], format: ImportFormat): LocatedRecord[] {
  const rows = Map.groupBy(
    records.filter(({ adds }) => adds),
    ({ id }) => id,
  )
  if (rows.size === 0) return [...records]
  const owners = new Set(records.filter(({ input }) => input).map(({ id }) => id))
  return records.map((record) => {
    if (record.adds) return owners.has(record.id) ? record : orphan(record, format)
    const mine = record.input ? (rows.get(record.id) ?? []) : []
    return mine.length === 0 ? record : withRowsOf(record, mine)
  })
}

function withRowsOf(record: LocatedRecord, rows: readonly LocatedRecord[]): LocatedRecord {
  const input: Record<string, unknown> = { ...record.input }
  for (const { adds } of rows) {
    if (!adds) continue
    const present = input[adds.to]
    input[adds.to] = [...(Array.isArray(present) ? (present as unknown[]) : []), adds.row]
  }
  return { ...record, input }
}

function orphan(record: LocatedRecord, format: ImportFormat): LocatedRecord {
  const message = `The file holds no model "${record.id?.slice(0, 200)}".`
  if (format !== 'sluice') return { ...record, warnings: [...record.warnings, message] }
  return { ...record, problems: [{ path: ['modelId'], code: 'rule', message }] }
}
