// Every write of models goes through here: an edit, an import, a step back. It runs inside the caller's transaction.
import { type Model, keyedForm } from '@sluice/core/catalogue'
import { createPatch } from 'rfc6902'
import type { Selectable } from 'kysely'
import type { Actor } from '../events/event.ts'
import type { DatabaseTransaction } from '../ports/database.ts'
import type { ModelHistoryTable } from '../ports/model-tables.ts'
import {
  type CatalogueRevision,
  type StoredModel,
  bumpCatalogue,
  insertHistory,
  saveAliases,
  saveModels,
} from './model-store.ts'

export type ModelAction =
  | 'create'
  | 'update'
  | 'duplicate'
  | 'import'
  | 'deprecate'
  | 'retire'
  | 'delete'
  | 'restore'
  | 'revert'

/** One model, from what is there to what shall be. */
export interface ModelChange {
  readonly before: StoredModel | null
  readonly model: Model
  readonly action: ModelAction
  readonly isDeleted: boolean
}

/** Who, when and why. */
export interface Circumstances {
  readonly actor: Actor
  /** The kind of key, or admin for a signed-in person. */
  readonly role: string
  readonly reason: string | null
  readonly source: string
  readonly importId: string | null
  readonly nowMs: number
}

export interface Written {
  readonly revision: CatalogueRevision
  readonly models: readonly StoredModel[]
}

/** Null: one of them was changed in the meantime; the transaction has to be undone. */
export async function writeModels(
  transaction: DatabaseTransaction,
  changes: readonly ModelChange[],
  circumstances: Circumstances,
): Promise<Written | null> {
  const revision = await bumpCatalogue(transaction)
  const models = changes.map((change) => storedAfter(change, circumstances))
  if (!(await saveModels(transaction, models))) return null
  await saveAliases(transaction, models)
  const rows = changes.map((change, i) => historyRow(change, models[i] as StoredModel, circumstances))
  await insertHistory(transaction, rows)
  return { revision, models }
}

function storedAfter({ before, model, isDeleted }: ModelChange, { actor, nowMs }: Circumstances): StoredModel {
  return {
    model,
    text: JSON.stringify(model),
    version: (before?.version ?? 0) + 1,
    createdAtMs: before?.createdAtMs ?? nowMs,
    createdBy: before?.createdBy ?? actor,
    updatedAtMs: nowMs,
    updatedBy: actor,
    deletedAtMs: isDeleted ? nowMs : null,
  }
}

function historyRow(
  { before, action }: ModelChange,
  after: StoredModel,
  { actor, role, reason, source, importId, nowMs }: Circumstances,
): Selectable<ModelHistoryTable> {
  return {
    model_id: after.model.id,
    version: after.version,
    at: nowMs,
    actor: JSON.stringify(actor),
    role,
    action,
    reason,
    source,
    import_id: importId,
    patch: before && JSON.stringify(createPatch(keyedForm(before.model), keyedForm(after.model))),
    after: after.text,
  }
}
