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
  dropAliases,
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

/** A change worked out before its transaction begins, so that this one is short. */
export interface PreparedWrite {
  readonly stored: StoredModel
  readonly row: Selectable<ModelHistoryTable>
}

export function prepareWrite(change: ModelChange, circumstances: Circumstances): PreparedWrite {
  const stored = storedAfter(change, circumstances)
  return { stored, row: historyRow(change, stored, circumstances) }
}

/** Null: one of them was changed in the meantime; the transaction has to be undone. */
export async function writeModels(
  transaction: DatabaseTransaction,
  changes: readonly ModelChange[],
  circumstances: Circumstances,
): Promise<Written | null> {
  return writePrepared(
    transaction,
    changes.map((change) => prepareWrite(change, circumstances)),
  )
}

const writesAtOnce = 50

export interface WriteSteps {
  /** Awaited before anything is written, while all other writers wait. */
  readonly check?: (revision: CatalogueRevision) => Promise<void>
  /** Awaited between portions, with the number that is written. */
  readonly pause?: (written: number) => Promise<void> | undefined
}

/** The same for what was prepared. */
export async function writePrepared(
  transaction: DatabaseTransaction,
  writes: readonly PreparedWrite[],
  { check, pause }: WriteSteps = {},
): Promise<Written | null> {
  const revision = await bumpCatalogue(transaction)
  await check?.(revision)
  const models = writes.map(({ stored }) => stored)
  // All old names go before a new one comes: a name may move from one model to another.
  await dropAliases(transaction, models)
  for (let from = 0; from < writes.length; from += writesAtOnce) {
    const some = writes.slice(from, from + writesAtOnce)
    const stored = some.map((write) => write.stored)
    if (!(await saveModels(transaction, stored))) return null
    await saveAliases(transaction, stored)
    const rows = some.map(({ row }) => row)
    await insertHistory(transaction, rows)
    await pause?.(from + some.length)
  }
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
