import type { FieldChange } from '../describe-changes.ts'
import type { Model, Source } from '../model.ts'
import { parseModel } from '../parse-model.ts'
import { type KeptGroup, type PriceChange, type Take, compareModel, priceChanges } from './compare-model.ts'
import { Names, type PresentCatalogue } from './import-names.ts'
import { LineIndex } from './line-index.ts'
import { type LocatedRecord, readRecords } from './read-records.ts'
import type { ImportFormat } from './file-format.ts'
import { locateJson } from './read-json.ts'
import type { SourceProblem } from './source-record.ts'

/** A fault at its place in the file. */
export interface ImportFault {
  /** From the top of the file. */
  readonly pointer: string
  readonly line: number
  readonly column: number
  readonly code: string
  readonly message: string
}

export type ImportAction = 'create' | 'update' | 'unchanged' | 'skip' | 'conflict' | 'error'

/** What becomes of one record of the file. */
export interface PlannedRecord {
  readonly id: string | null
  readonly action: ImportAction
  readonly pointer: string
  readonly line: number
  readonly changes: readonly FieldChange[]
  readonly priceChanges: readonly PriceChange[]
  readonly kept: readonly KeptGroup[]
  readonly errors: readonly ImportFault[]
  readonly warnings: readonly string[]
  /** What would be written; null: nothing. */
  readonly model: Model | null
}

export interface PlanOptions {
  readonly format?: ImportFormat
  readonly take: Take
  /** When the import happens: prices that differ begin then. */
  readonly atMs: number
}

/** How far the work has come. */
export interface PlanProgress {
  readonly phase: 'reading' | 'comparing'
  readonly done: number
  readonly total: number
}

export interface PlannedImport {
  readonly format: ImportFormat
  readonly records: readonly PlannedRecord[]
  /** Models of this source that the file does not hold. They stay. */
  readonly missing: (models: Iterable<Model>) => string[]
}

/**
 * What a file would do to a catalogue, record by record, changing nothing. A generator, so that whoever runs it can stop now and
 * then for others; it gives its progress.
 *
 * Throws JsonBroken where the file is no JSON, and UnreadableFile when it is none of the formats or too large.
 */
export function* planImport(
  text: string,
  present: PresentCatalogue,
  options: PlanOptions,
): Generator<PlanProgress, PlannedImport> {
  const { format, records } = yield* readRecords(text, options.format)
  const lines = new LineIndex(text)
  const names = new Names(records, present)
  const judge = new Judge(text, lines, names, present, options)
  const planned: PlannedRecord[] = []
  for (const [done, record] of records.entries()) {
    yield { phase: 'comparing', done, total: records.length }
    planned.push(judge.judge(record))
  }
  const held = new Set(records.map(({ id }) => id))
  const source: Source = format === 'sluice' ? 'manual' : format
  return {
    format,
    records: planned,
    missing: (models) =>
      [...models].filter((model) => model.source === source && !held.has(model.id)).map(({ id }) => id),
  }
}

class Judge {
  readonly #text: string
  readonly #lines: LineIndex
  readonly #names: Names
  readonly #present: PresentCatalogue
  readonly #options: PlanOptions

  constructor(text: string, lines: LineIndex, names: Names, present: PresentCatalogue, options: PlanOptions) {
    this.#text = text
    this.#lines = lines
    this.#names = names
    this.#present = present
    this.#options = options
  }

  judge(record: LocatedRecord): PlannedRecord {
    const warnings = [...record.warnings]
    const result = this.#outcome(record, warnings)
    const base = { id: record.id, pointer: pointerOf(record.path), line: this.#lines.at(record.index).line, warnings }
    return { ...base, changes: [], priceChanges: [], kept: [], errors: [], model: null, ...result }
  }

  #outcome(record: LocatedRecord, warnings: string[]): Pick<PlannedRecord, 'action'> & Partial<PlannedRecord> {
    const problems = [...record.problems]
    if (!record.input && problems.length === 0) return { action: 'skip' }
    if (!record.input) return { action: 'error', errors: this.#faults(record, problems) }
    const parsed = parseModel(record.input)
    if (!parsed.ok)
      for (const { pointer, code, message } of parsed.problems)
        problems.push({ path: record.originOf(pointer), code, message })
    if (problems.length > 0 || !parsed.ok) return { action: 'error', errors: this.#faults(record, problems) }
    const first = this.#names.firstOf(record)
    if (first) {
      const message = `${record.id} stands in the file already, at ${pointerOf(first.path)}: that one is taken.`
      // Others give one model several names; in our own file it is a mistake.
      if (parsed.model.source === 'manual')
        return { action: 'error', errors: this.#faults(record, [{ path: ['id'], code: 'rule', message }]) }
      warnings.push(message)
      return { action: 'conflict' }
    }
    return this.#compare(record, parsed.model, warnings)
  }

  #compare(
    record: LocatedRecord,
    parsed: Model,
    warnings: string[],
  ): Pick<PlannedRecord, 'action'> & Partial<PlannedRecord> {
    const { atMs, take } = this.#options
    const { id } = parsed
    const twin = this.#names.twinOf(id)
    if (twin !== null) warnings.push(`${twin} differs only in its capitals.`)
    if (parsed.replacedBy !== undefined && !this.#names.isModel(parsed.replacedBy)) {
      const message = `There is no model "${parsed.replacedBy}", here or in the file.`
      const problem = { path: record.originOf('/replacedBy'), code: 'rule', message }
      return { action: 'error', errors: this.#faults(record, [problem]) }
    }
    const { aliases, taken } = this.#aliasesOf(parsed)
    if (taken.length > 0 && parsed.source === 'manual')
      return {
        action: 'error',
        errors: this.#faults(
          record,
          taken.map(({ index, message }) => ({ path: ['aliases', String(index)], code: 'rule', message })),
        ),
      }
    warnings.push(...taken.map(({ message }) => `${message} It is left out.`))
    const incoming = { ...parsed, aliases }
    const present = this.#present.find(id)
    if (present?.isDeleted) {
      warnings.push('It was deleted here: an import does not bring it back. Restore it first.')
      return { action: 'conflict' }
    }
    if (!present) return { action: 'create', model: incoming, priceChanges: priceChanges([], incoming.prices, atMs) }
    if (JSON.stringify(incoming) === JSON.stringify(present.model)) return { action: 'unchanged' }
    const comparison = compareModel(present.model, incoming, { atMs, take })
    if (!comparison) {
      const message = 'Its prices do not go together with those that are there: windows overlap, or there are too many.'
      const problem = { path: record.originOf('/prices'), code: 'rule', message }
      return { action: 'error', errors: this.#faults(record, [problem]) }
    }
    const { model, ...compared } = comparison
    const isSame = JSON.stringify(model) === JSON.stringify(present.model)
    if (!isSame) return { action: 'update', model, ...compared }
    return { action: compared.kept.length > 0 ? 'conflict' : 'unchanged', ...compared }
  }

  /** Names that are free; foreign files give the same name to several, ours must not. */
  #aliasesOf({ id, aliases }: Model): {
    aliases: Model['aliases']
    taken: { index: number; message: string }[]
  } {
    const taken: { index: number; message: string }[] = []
    const free = aliases.filter(({ alias, kind }, index) => {
      const holder = this.#names.isModel(alias) ? alias : kind === 'latest' ? null : this.#names.claim(alias, id)
      if (holder !== null)
        taken.push({
          index,
          message:
            holder === alias ? `"${alias}" is the id of a model, no other name.` : `"${alias}" is a name of ${holder}.`,
        })
      return holder === null
    })
    return { aliases: free, taken }
  }

  #faults({ index, path: at }: LocatedRecord, problems: readonly SourceProblem[]): ImportFault[] {
    return problems.map(({ path, code, message }) => {
      const { line, column } = this.#lines.at(locateJson(this.#text, index, path))
      return { pointer: pointerOf([...at, ...path]), line, column, code, message }
    })
  }
}

/** A JSON Pointer (RFC 6901). */
const pointerOf = (path: readonly string[]): string =>
  path.map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1').toWellFormed()}`).join('')
