import type { Cost, CostInput, DuplicateInput, ModelRecord, PricesInput } from '@sluice/contract'
import { request } from './client.ts'
import { modelPath, modelsPath } from './models.ts'

/** A change of one version of a model, and why. */
export interface Change {
  readonly id: string
  /** The version that was seen; a newer one refuses the change and shows both. */
  readonly version: number
  readonly reason: string
}

const conditions = ({ version, reason }: Change) => ({ query: { reason }, ifMatch: `"v${version}"` })

export function createModel(body: unknown, reason: string): Promise<ModelRecord> {
  return request<ModelRecord>(modelsPath, { method: 'POST', body, query: { reason } })
}

/** RFC 7396: null takes a field away. */
export function changeModel(change: Change, body: unknown): Promise<ModelRecord> {
  return request<ModelRecord>(modelPath(change.id), { method: 'PATCH', body, ...conditions(change) })
}

export function changePrices(change: Change, body: PricesInput): Promise<ModelRecord> {
  return request<ModelRecord>(modelPath(change.id, 'prices'), { method: 'POST', body, ...conditions(change) })
}

export function duplicateModel(id: string, body: DuplicateInput, reason: string): Promise<ModelRecord> {
  return request<ModelRecord>(modelPath(id, 'duplicate'), { method: 'POST', body, query: { reason } })
}

export function deleteModel(change: Change): Promise<void> {
  return request(modelPath(change.id), { method: 'DELETE', ...conditions(change) })
}

/** Brings back a deleted model. */
export function restoreModel(change: Change): Promise<ModelRecord> {
  return request<ModelRecord>(modelPath(change.id, 'restore'), { method: 'POST', ...conditions(change) })
}

/** Writes an old version as a new one. */
export function revertModel(change: Change, to: number): Promise<ModelRecord> {
  return request<ModelRecord>(modelPath(change.id, 'revert'), {
    method: 'POST',
    body: { version: to },
    ...conditions(change),
  })
}

export function priceUsage(body: CostInput, signal: AbortSignal): Promise<Cost> {
  return request<Cost>(`${modelsPath}/cost`, { method: 'POST', body, signal })
}
