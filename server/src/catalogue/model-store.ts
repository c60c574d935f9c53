import { type Model, readInstant } from '@sluice/core/catalogue'
import type { Kysely, Selectable } from 'kysely'
import type { Actor } from '../events/event.ts'
import type { DatabaseTransaction, Tables } from '../ports/database.ts'
import type { ModelHistoryTable, ModelTable } from '../ports/model-tables.ts'
import type { Random } from '../ports/random.ts'

export interface StoredModel {
  readonly model: Model
  /** `model` as canonical text. */
  readonly text: string
  /** Counts the changes of this model, from 1. */
  readonly version: number
  readonly createdAtMs: number
  readonly createdBy: Actor
  readonly updatedAtMs: number
  readonly updatedBy: Actor
  readonly deletedAtMs: number | null
}

export interface CatalogueRevision {
  readonly epoch: string
  readonly revision: number
}

/** Rows of one statement: SQLite takes 32,766 parameters, a row of history has 11. */
const rowsPerStatement = 250

/** The present revision; the first call makes it. */
export async function ensureRevision(transaction: DatabaseTransaction, random: Random): Promise<CatalogueRevision> {
  const present = await transaction.selectFrom('catalogue_revision').selectAll().executeTakeFirst()
  if (present) return present
  const first = { epoch: random.id('cat'), revision: 0 }
  await transaction.insertInto('catalogue_revision').values(first).execute()
  return first
}

/** Takes the next revision, and with it the lock that lines up all writers of the catalogue. */
export async function bumpCatalogue(transaction: DatabaseTransaction): Promise<CatalogueRevision> {
  return transaction
    .updateTable('catalogue_revision')
    .set((eb) => ({ revision: eb('revision', '+', 1) }))
    .returning(['epoch', 'revision'])
    .executeTakeFirstOrThrow()
}

export async function readRevision(db: Kysely<Tables>): Promise<CatalogueRevision> {
  return db.selectFrom('catalogue_revision').selectAll().executeTakeFirstOrThrow()
}

/** All models, deleted ones too, by id. */
export async function listModels(db: Kysely<Tables>): Promise<StoredModel[]> {
  return (await db.selectFrom('models').selectAll().orderBy('id').execute()).map(readModelRow)
}

/** The models of these ids; any number of them. */
export async function findModels(db: Kysely<Tables>, ids: readonly string[]): Promise<Map<string, StoredModel>> {
  const found = new Map<string, StoredModel>()
  for (let from = 0; from < ids.length; from += 1000) {
    const some = ids.slice(from, from + 1000)
    for (const row of await db.selectFrom('models').selectAll().where('id', 'in', some).execute())
      found.set(row.id, readModelRow(row))
  }
  return found
}

export async function findModel(db: Kysely<Tables>, id: string): Promise<StoredModel | null> {
  return (await findModels(db, [id])).get(id) ?? null
}

function readModelRow(row: Selectable<ModelTable>): StoredModel {
  return {
    model: JSON.parse(row.model) as Model,
    text: row.model,
    version: row.version,
    createdAtMs: row.created_at,
    createdBy: JSON.parse(row.created_by) as Actor,
    updatedAtMs: row.updated_at,
    updatedBy: JSON.parse(row.updated_by) as Actor,
    deletedAtMs: row.deleted_at,
  }
}

/** Writes models, new or changed. False: one of them is not at the version before any more. */
export async function saveModels(transaction: DatabaseTransaction, models: readonly StoredModel[]): Promise<boolean> {
  const created = models.filter(({ version }) => version === 1)
  for (const some of inParts(created)) await transaction.insertInto('models').values(some.map(rowOf)).execute()
  for (const stored of models.filter(({ version }) => version > 1)) {
    const { id, ...columns } = rowOf(stored)
    const { numUpdatedRows } = await transaction
      .updateTable('models')
      .set(columns)
      .where('id', '=', id)
      .where('version', '=', stored.version - 1)
      .executeTakeFirst()
    if (numUpdatedRows !== 1n) return false
  }
  return true
}

function rowOf(stored: StoredModel): Selectable<ModelTable> {
  const { id, provider, status } = stored.model
  return {
    id,
    provider,
    status,
    model: stored.text,
    version: stored.version,
    created_at: stored.createdAtMs,
    created_by: JSON.stringify(stored.createdBy),
    updated_at: stored.updatedAtMs,
    updated_by: JSON.stringify(stored.updatedBy),
    deleted_at: stored.deletedAtMs,
  }
}

/** Takes their names from models that had some. */
export async function dropAliases(transaction: DatabaseTransaction, models: readonly StoredModel[]): Promise<void> {
  const changed = models.filter(({ version }) => version > 1).map(({ model }) => model.id)
  for (const ids of inParts(changed))
    await transaction.deleteFrom('model_aliases').where('model_id', 'in', ids).execute()
}

/** Puts down the names of these models; their old ones have to be gone. */
export async function saveAliases(transaction: DatabaseTransaction, models: readonly StoredModel[]): Promise<void> {
  const rows = models.flatMap(({ model, deletedAtMs }) =>
    deletedAtMs === null
      ? model.aliases.map(({ alias, validFrom }) => ({
          alias,
          valid_from: readInstant(validFrom) ?? 0,
          model_id: model.id,
        }))
      : [],
  )
  for (const some of inParts(rows)) await transaction.insertInto('model_aliases').values(some).execute()
}

export async function insertHistory(
  transaction: DatabaseTransaction,
  rows: readonly Selectable<ModelHistoryTable>[],
): Promise<void> {
  for (const some of inParts(rows)) await transaction.insertInto('model_history').values(some).execute()
}

export interface HistoryFilter {
  /** Only versions below this one. */
  readonly before?: number
  readonly limit?: number
}

/** The versions of a model, the newest first. */
export async function listHistory(
  db: Kysely<Tables>,
  id: string,
  { before, limit = 100 }: HistoryFilter = {},
): Promise<Selectable<ModelHistoryTable>[]> {
  let query = db.selectFrom('model_history').selectAll().where('model_id', '=', id)
  if (before !== undefined) query = query.where('version', '<', before)
  return query.orderBy('version', 'desc').limit(limit).execute()
}

/** The model as one of its versions left it. */
export async function findVersion(db: Kysely<Tables>, id: string, version: number): Promise<Model | null> {
  const row = await db
    .selectFrom('model_history')
    .select('after')
    .where('model_id', '=', id)
    .where('version', '=', version)
    .executeTakeFirst()
  return row ? (JSON.parse(row.after) as Model) : null
}

function* inParts<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  for (let from = 0; from < items.length; from += rowsPerStatement) yield items.slice(from, from + rowsPerStatement)
}
