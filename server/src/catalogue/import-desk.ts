import { createHash } from 'node:crypto'
import { type ImportFormat, type ImportPlan, type ImportProgress, SluiceError } from '@sluice/contract'
import {
  type ImportAction,
  JsonBroken,
  LineIndex,
  type PlannedImport,
  type PlannedRecord,
  type Take,
  UnreadableFile,
  planImport,
} from '@sluice/core/catalogue/import'
import type { Model } from '@sluice/core/catalogue'
import { Mutex } from '../database/mutex.ts'
import type { ModelParts } from './model-service.ts'
import { inTurns, turnTaker } from './in-turns.ts'
import type { StoredModel } from './model-store.ts'
import type { ModelChange } from './write-models.ts'

const lifetimeMs = 30 * 60_000
/** A plan holds every model it would write: only the latest are kept. */
const mostPlans = 4
const mostProgress = 50

/** A plan that may be applied. */
export interface KeptPlan {
  readonly id: string
  readonly hash: string
  readonly format: ImportFormat
  readonly expiresAtMs: number
  readonly errors: number
  readonly passedOver: number
  readonly changes: readonly ModelChange[]
}

export interface PlanRequest {
  readonly text: string
  readonly format?: ImportFormat | undefined
  readonly take: Take
  /** Under which name the caller asks for the progress. */
  readonly name: string | null
}

/** Plans imports, one at a time, and keeps the latest until somebody applies them. */
export class ImportDesk {
  readonly #parts: ModelParts
  readonly #plans = new Map<string, KeptPlan>()
  readonly #progress = new Map<string, ImportProgress>()
  readonly #mutex = new Mutex()

  constructor(parts: ModelParts) {
    this.#parts = parts
  }

  /** How far the import with that name has come; it may be the id of a plan. */
  progressOf(name: string): ImportProgress | null {
    return this.#progress.get(name) ?? null
  }

  report(name: string | null, progress: ImportProgress): void {
    if (name === null) return
    this.#progress.delete(name)
    this.#progress.set(name, progress)
    for (const oldest of this.#progress.keys()) if (this.#progress.size > mostProgress) this.#progress.delete(oldest)
  }

  /** One after the other: two large files at once would take the memory of both. */
  async exclusive<T>(work: () => Promise<T>): Promise<T> {
    await this.#mutex.lock()
    try {
      return await work()
    } finally {
      this.#mutex.unlock()
    }
  }

  /** The plan as JSON text: of a large file it is put together in turns as well. */
  async plan(request: PlanRequest): Promise<string> {
    return this.exclusive(() => this.#plan(request))
  }

  find(id: string): KeptPlan | null {
    const plan = this.#plans.get(id)
    return plan && plan.expiresAtMs > this.#parts.clock.now() ? plan : null
  }

  forget(id: string): void {
    this.#plans.delete(id)
  }

  async #plan({ text, format, take, name }: PlanRequest): Promise<string> {
    const { models, clock, random } = this.#parts
    const { stored } = models
    const nowMs = clock.now()
    const id = random.id('plan')
    const report = (progress: ImportProgress): void => {
      this.report(name, progress)
      this.report(id, progress)
    }
    report({ phase: 'reading', done: 0, total: text.length })
    const options = { take, atMs: nowMs, ...(format === undefined ? {} : { format }) }
    const work = planImport(text, presentOf(stored), options)
    const planned = await inTurns(work, report).catch((error: unknown) => {
      report({ phase: 'done', done: 0, total: 0 })
      throw unreadable(error, text)
    })
    const { records, hash } = await tellRecords(planned.records)
    const changes = planned.records.flatMap((record) => changeOf(record, stored))
    const counts = countsOf(planned.records)
    this.#keep({
      id,
      hash,
      format: planned.format,
      expiresAtMs: nowMs + lifetimeMs,
      errors: counts.error,
      passedOver: counts.records - changes.length,
      changes,
    })
    report({ phase: 'done', done: counts.records, total: counts.records })
    const plan: Omit<ImportPlan, 'records'> = {
      planId: id,
      planHash: hash,
      format: planned.format,
      expiresAt: new Date(nowMs + lifetimeMs).toISOString(),
      summary: summaryOf(counts),
      counts,
      missing: missingOf(planned, stored),
    }
    return `${JSON.stringify(plan).slice(0, -1)},"records":[${records.join(',')}]}`
  }

  #keep(plan: KeptPlan): void {
    this.#plans.set(plan.id, plan)
    for (const oldest of this.#plans.keys()) if (this.#plans.size > mostPlans) this.#plans.delete(oldest)
  }
}

function presentOf(stored: ReadonlyMap<string, StoredModel>): Parameters<typeof planImport>[1] {
  const aliases = new Map<string, string>()
  for (const { model, deletedAtMs } of stored.values())
    if (deletedAtMs === null)
      for (const { alias, kind } of model.aliases) if (kind !== 'latest') aliases.set(alias, model.id)
  const find = (id: string): { model: Model; isDeleted: boolean } | undefined => {
    const found = stored.get(id)
    return found && { model: found.model, isDeleted: found.deletedAtMs !== null }
  }
  return { find, aliases }
}

const missingOf = (planned: PlannedImport, stored: ReadonlyMap<string, StoredModel>): string[] =>
  planned.missing([...stored.values()].filter(({ deletedAtMs }) => deletedAtMs === null).map(({ model }) => model))

function changeOf({ id, model }: PlannedRecord, stored: ReadonlyMap<string, StoredModel>): ModelChange[] {
  if (!model || id === null) return []
  return [{ before: stored.get(id) ?? null, model, action: 'import', isDeleted: false }]
}

const order: readonly ImportAction[] = ['error', 'conflict', 'update', 'create', 'skip', 'unchanged']

/** The records as they are told, what needs a look first, and a hash of all that would be written. */
async function tellRecords(planned: readonly PlannedRecord[]): Promise<{ records: string[]; hash: string }> {
  const hash = createHash('sha256')
  const takeTurn = turnTaker()
  const records: { text: string; rank: number }[] = []
  for (const { model, ...record } of planned) {
    hash.update(`${record.id} ${record.action} ${JSON.stringify(model)}\n`)
    if (record.action !== 'unchanged') {
      const isLarge = record.priceChanges.some(({ large }) => large)
      records.push({
        text: JSON.stringify(record),
        rank: order.indexOf(record.action) - (isLarge ? 0.5 : 0),
      })
    }
    await takeTurn()
  }
  records.sort((a, b) => a.rank - b.rank)
  return { records: records.map(({ text }) => text), hash: hash.digest('hex') }
}

function countsOf(records: readonly PlannedRecord[]): ImportPlan['counts'] {
  const counts = { records: records.length, create: 0, update: 0, unchanged: 0, skip: 0, conflict: 0, error: 0 }
  let largePriceChanges = 0
  for (const { action, priceChanges } of records) {
    counts[action] += 1
    largePriceChanges += priceChanges.filter(({ large }) => large).length
  }
  return { ...counts, largePriceChanges }
}

function summaryOf(counts: ImportPlan['counts']): string {
  const { create, update, unchanged, skip, conflict, error, largePriceChanges } = counts
  const rest = [
    conflict > 0 && `${conflict} in conflict, which stay as they are`,
    skip > 0 && `${skip} skipped`,
    error > 0 && `${error} with errors`,
    largePriceChanges > 0 && `${largePriceChanges} prices change by more than 25 %`,
  ].filter((part) => part !== false)
  const main =
    create + update + error === 0 ? 'All unchanged' : `${create} to create, ${update} to update, ${unchanged} unchanged`
  return `${[main, ...rest].join('; ')}.`
}

/** Why a file cannot be planned at all, with its place. */
function unreadable(error: unknown, text: string): unknown {
  if (error instanceof UnreadableFile) return new SluiceError('UNPROCESSABLE', `${error.message} Nothing was changed.`)
  if (!(error instanceof JsonBroken)) return error
  const { line, column } = new LineIndex(text).at(error.index)
  const message = `Line ${line}, column ${column}: ${error.message}`
  return new SluiceError('INVALID_INPUT', `The file is not JSON. ${message} Nothing was changed.`, {
    errors: [{ pointer: '', code: 'invalid_json', message }],
  })
}
