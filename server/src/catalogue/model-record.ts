import type { ModelListItem, ModelRecord, ModelVersion } from '@sluice/contract'
import {
  type FieldChange,
  type Model,
  describeChanges,
  isCallable,
  isSelectable,
  modelConfig,
  warningsOf,
} from '@sluice/core/catalogue'
import type { Selectable } from 'kysely'
import type { Actor } from '../events/event.ts'
import type { ModelHistoryTable } from '../ports/model-tables.ts'
import type { StoredModel } from './model-store.ts'

const instantText = (ms: number): string => new Date(ms).toISOString()

/** A model as the API answers it. */
export function modelRecord(stored: StoredModel, nowMs: number): ModelRecord {
  const { model, version, createdAtMs, createdBy, updatedAtMs, updatedBy, deletedAtMs } = stored
  return {
    model: model as unknown as ModelRecord['model'],
    config: configOf(model, nowMs),
    version,
    selectable: deletedAtMs === null && isSelectable(model),
    callable: deletedAtMs === null && isCallable(model),
    createdAt: instantText(createdAtMs),
    createdBy,
    updatedAt: instantText(updatedAtMs),
    updatedBy,
    deletedAt: deletedAtMs === null ? null : instantText(deletedAtMs),
    warnings: warningsOf(model, nowMs),
  }
}

const configOf = (model: Model, nowMs: number): ModelRecord['config'] =>
  modelConfig(model, nowMs) as unknown as ModelRecord['config']

/** A line of the list. */
export function modelListItem({ model, version, updatedAtMs, deletedAtMs }: StoredModel, nowMs: number): ModelListItem {
  return {
    ...configOf(model, nowMs),
    kind: model.kind,
    version,
    selectable: deletedAtMs === null && isSelectable(model),
    source: model.source,
    updatedAt: instantText(updatedAtMs),
    deletedAt: deletedAtMs === null ? null : instantText(deletedAtMs),
  }
}

/** One version of the history; `before`: the model as the version before left it. */
export function modelVersion(row: Selectable<ModelHistoryTable>, before: Model | null): ModelVersion {
  const after = JSON.parse(row.after) as Model
  const actor = JSON.parse(row.actor) as Actor
  return {
    version: row.version,
    at: instantText(row.at),
    changedBy: actor.id,
    actor,
    role: row.role,
    action: row.action as ModelVersion['action'],
    reason: row.reason,
    source: row.source,
    importId: row.import_id,
    changes: [...changesOf(row, before, after)],
    patch:
      row.patch === null ? [{ op: 'add', path: '', value: after }] : (JSON.parse(row.patch) as ModelVersion['patch']),
    after: after as unknown as ModelVersion['after'],
  }
}

/** Deleting and bringing back changes no field of the model, only whether it is there. */
function changesOf({ action, at }: Selectable<ModelHistoryTable>, before: Model | null, after: Model): FieldChange[] {
  const changes = describeChanges(before, after, at)
  if (action === 'delete') return [...changes, { field: 'deleted', oldValue: false, newValue: true }]
  return action === 'restore' ? [...changes, { field: 'deleted', oldValue: true, newValue: false }] : changes
}
