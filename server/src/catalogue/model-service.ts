import { type ModelConflict, SluiceError } from '@sluice/contract'
import { type Model, describeChanges } from '@sluice/core/catalogue'
import { alertFlagsOf } from '../alerts/model-alerts.ts'
import { type EventParts, appendEvent } from '../events/append-event.ts'
import { installationScope } from '../events/event.ts'
import type { Database, DatabaseTransaction } from '../ports/database.ts'
import type { Logger } from '../ports/logger.ts'
import { revisionAhead } from '../environments/begin-new-life.ts'
import type { CatalogueCache } from './catalogue-cache.ts'
import { checkNames } from './check-names.ts'
import { type ModelEdit, actionOf, duplicateOf, editModel, fieldsThatNeedReason, newModel } from './edit-model.ts'
import { modelRecord } from './model-record.ts'
import { type StoredModel, findModel, findVersion, listModels, readRevision } from './model-store.ts'
import { findReferrers } from './referrers.ts'
import { type Circumstances, type ModelChange, type Written, writeModels } from './write-models.ts'

/** Whom a new revision of the catalogue is told to. */
export interface CatalogueAudience {
  models(revision: { readonly epoch: string; readonly revision: number }): void
}

export interface ModelParts extends EventParts {
  readonly database: Database
  readonly logger: Logger
  readonly models: CatalogueCache
  readonly catalogueAudience: CatalogueAudience
  readonly environments: readonly string[]
}

/** Who asks, and why. */
export type Asking = Pick<Circumstances, 'actor' | 'role' | 'reason'>

/** A new model; its first prices stand since ever. */
export async function createModel(body: unknown, asking: Asking, parts: ModelParts): Promise<StoredModel> {
  const model = newModel(body, parts.clock.now())
  return add(model, 'create', asking, parts)
}

/** A draft with the same document and the prices in force, without history and other names. */
export async function duplicateModel(
  id: string,
  to: { id: string; name?: string | undefined },
  asking: Asking,
  parts: ModelParts,
): Promise<StoredModel> {
  const original = await findModel(parts.database.kysely, id)
  if (!original || original.deletedAtMs !== null) throw modelNotFound(id)
  return add(duplicateOf(original.model, to.id, to.name, parts.clock.now()), 'duplicate', asking, parts)
}

async function add(
  model: Model,
  action: 'create' | 'duplicate',
  asking: Asking,
  parts: ModelParts,
): Promise<StoredModel> {
  return one(asking, parts, async (transaction) => {
    const present = await findModel(transaction, model.id)
    if (present) throw alreadyThere(present)
    await checkNames(transaction, model)
    return { before: null, model, action, isDeleted: false }
  })
}

export interface EditRequest extends Asking {
  readonly id: string
  readonly edit: ModelEdit | ((transaction: DatabaseTransaction) => Promise<ModelEdit>)
  /** The version that the caller has seen; null: any. */
  readonly ifVersion: number | null
}

/** Changes a model: refused whole, or committed with its history and then told to all. Nothing changed: nothing written. */
export async function changeModel(request: EditRequest, parts: ModelParts): Promise<StoredModel> {
  const { id, ifVersion } = request
  return one(request, parts, async (transaction) => {
    const before = await findModel(transaction, id)
    if (!before) throw modelNotFound(id)
    const edit = typeof request.edit === 'function' ? await request.edit(transaction) : request.edit
    const nowMs = parts.clock.now()
    if (ifVersion !== null && ifVersion !== before.version)
      throw await versionConflict(transaction, before, ifVersion, edit, nowMs)
    const isDelete = edit.kind === 'delete'
    if (before.deletedAtMs !== null && edit.kind !== 'restore') throw isDeletedAlready(before)
    const model = editModel(before.model, edit, nowMs)
    if (isDelete) await refuseWhileReferred(transaction, id, parts.environments)
    else await checkNames(transaction, model)
    const isSame = JSON.stringify(model) === before.text && (before.deletedAtMs !== null) === isDelete
    if (isSame) return before
    requireReason(request.reason, isDelete ? ['deletion'] : fieldsThatNeedReason(before.model, model, nowMs))
    return { before, model, action: actionOf(before.model, model, edit), isDeleted: isDelete }
  })
}

/** One change in a transaction of its own, then told. A stored model comes back as it is: there was nothing to change. */
async function one(
  asking: Asking,
  parts: ModelParts,
  plan: (transaction: DatabaseTransaction) => Promise<ModelChange | StoredModel>,
): Promise<StoredModel> {
  const { actor, role, reason } = asking
  const { stored, written } = await parts.database.transaction(async (transaction) => {
    const change = await plan(transaction)
    if (!('action' in change)) return { stored: change, written: null }
    const nowMs = parts.clock.now()
    const circumstances = { actor, role, reason, source: 'manual', importId: null, nowMs }
    const done = await writeModels(transaction, [change], circumstances)
    const after = done?.models[0]
    if (!after) throw changedMeanwhile(change.model.id)
    await appendEvent(
      transaction,
      installationScope,
      {
        actor,
        subject: { kind: 'model', id: change.model.id },
        action: change.action,
        from: change.before && `v${change.before.version}`,
        to: `v${after.version}`,
        reason,
        evidence: { changes: describeChanges(change.before?.model ?? null, change.model, nowMs) },
        revision: done.revision.revision,
      },
      parts,
    )
    if (change.before && change.before.model.status !== change.model.status) {
      const referrers = await findReferrers(transaction, change.model.id, parts.environments)
      await alertFlagsOf(transaction, { model: change.model, referrers }, parts)
    }
    return { stored: after, written: done }
  })
  if (written) await publishModels(written, parts)
  return stored
}

/** Call after the commit. Whoever missed a change in between reads all of them again. */
export async function publishModels({ revision, models }: Written, parts: ModelParts): Promise<void> {
  if (!parts.models.apply(revision, models)) await reloadModels(parts)
  parts.catalogueAudience.models(parts.models.revision)
}

/** Reads the whole catalogue at one instant. */
export async function reloadModels({ database, models }: Pick<ModelParts, 'database' | 'models'>): Promise<void> {
  const { revision, all } = await database.transaction(
    async (transaction) => ({ revision: await readRevision(transaction), all: await listModels(transaction) }),
    { access: 'read only' },
  )
  models.load(revision, all)
}

export function modelNotFound(id: string): SluiceError {
  return new SluiceError('NOT_FOUND', `There is no model "${id.slice(0, 300)}".`, {
    hint: 'GET /api/v1/models?q=… searches; in an address the id is percent-encoded.',
  })
}

function alreadyThere({ model, deletedAtMs }: StoredModel): SluiceError {
  const isDeleted = deletedAtMs !== null
  return new SluiceError(
    'ALREADY_EXISTS',
    `There ${isDeleted ? 'was' : 'is'} a model "${model.id}"${isDeleted ? ', deleted since: its id stays taken' : ' already'}.`,
    {
      hint: isDeleted
        ? `Bring it back with POST /api/v1/models/${encodeURIComponent(model.id)}/restore.`
        : 'Change it with PATCH, or choose another id.',
    },
  )
}

function isDeletedAlready({ model }: StoredModel): SluiceError {
  return new SluiceError('STATE_CONFLICT', `The model "${model.id}" is deleted.`, {
    hint: `Bring it back first: POST /api/v1/models/${encodeURIComponent(model.id)}/restore.`,
  })
}

const changedMeanwhile = (id: string): SluiceError =>
  new SluiceError('VERSION_CONFLICT', `The model "${id}" was changed at the same moment; nothing was written.`, {
    hint: 'Read it again and send your change once more.',
  })

async function refuseWhileReferred(
  transaction: DatabaseTransaction,
  id: string,
  environments: readonly string[],
): Promise<void> {
  const referrers = await findReferrers(transaction, id, environments)
  if (referrers.length === 0) return
  const named = referrers
    .slice(0, 10)
    .map(({ kind, environment, ref }) => `${kind} ${ref}${environment === null ? '' : ` (${environment})`}`)
  throw new SluiceError('STATE_CONFLICT', `The model "${id}" is in use: ${named.join(', ')}. Nothing was deleted.`, {
    hint: 'Let them use another model first, or retire this one: it is then called no more.',
    current: { referrers },
  })
}

function requireReason(reason: string | null, fields: readonly string[]): void {
  if (reason !== null || fields.length === 0) return
  const message = `A reason is needed for ${fields.slice(0, 5).join(', ')}.`
  throw new SluiceError('UNPROCESSABLE', `${message} Nothing was changed.`, {
    hint: 'Say why: --reason in the command line; ?reason=… or the header X-Sluice-Reason over HTTP.',
    errors: [{ pointer: '/reason', code: 'reason_required', message }],
  })
}

/** The refusal shows both ways from the version that the caller began with, and where they meet. */
async function versionConflict(
  transaction: DatabaseTransaction,
  current: StoredModel,
  ifVersion: number,
  edit: ModelEdit,
  nowMs: number,
): Promise<SluiceError> {
  const id = current.model.id
  const base = await findVersion(transaction, id, ifVersion)
  const theirs = base ? describeChanges(base, current.model, nowMs) : []
  const yours = base ? describeChanges(base, editModel(base, edit, nowMs), nowMs) : []
  const own = new Set(yours.map(({ field }) => field))
  const both = theirs.map(({ field }) => field).filter((field) => own.has(field))
  const conflict: ModelConflict = { current: modelRecord(current, nowMs), theirs, yours, both }
  return new SluiceError(
    'VERSION_CONFLICT',
    `The model "${id}" is at version v${current.version} now, you began with v${ifVersion}.`,
    {
      hint:
        base && both.length === 0
          ? `Your change touches other fields than theirs: send it again with If-Match: "v${current.version}".`
          : 'Look at both changes, decide, and send yours again with the new version.',
      current: conflict,
    },
  )
}

/** As with flags: who holds a later revision of this epoch has seen what an older copy of the database has lost. */
export async function beginNewCatalogueIfBehind(held: string | null, parts: ModelParts): Promise<void> {
  const { models, database, random } = parts
  const { epoch } = models.revision
  const revision = revisionAhead(held, models.revision)
  if (revision === null) return
  await database.kysely
    .updateTable('catalogue_revision')
    .set({ epoch: random.id('cat') })
    .where('epoch', '=', epoch)
    .where('revision', '<', revision)
    .execute()
  await reloadModels(parts)
  parts.catalogueAudience.models(models.revision)
}
