import type { AcceptedDifference, CallContext, Cost, ModelConfig, ShadowReport } from '#catalogue'
import type { Context } from '#evaluation'
import type { ModelVersion, ModelWriter } from './model-writer.ts'
import type { ModelsLink } from './models-link.ts'
import type { StaticTable } from './static-table.ts'

/** Why the static table answered in place of the catalogue. */
export type FallbackClass = 'unavailable' | 'unknown_model' | 'not_selectable' | 'invalid_entry' | 'error'

export interface RepositoryOptions {
  /** The application's own table: answers where the catalogue cannot, and is what `shadow` compares. */
  readonly static?: StaticTable
  /** The flag that decides who reads the catalogue: its variant `db` does, every other the table. Default: all do. */
  readonly flag?: string
  /** Differences between table and catalogue that are right. */
  readonly accepted?: readonly AcceptedDifference[]
  /** A key that may edit, for `createModel` and `updateModel`. Default: the client's. */
  readonly editKey?: string
}

/** When and how a call was made; the time is now unless said. */
export type CostCall = Partial<CallContext> & { readonly context?: Context }

export interface ModelFilter {
  readonly status?: string
  readonly provider?: string
  readonly capability?: string
  /** Words in the id or the name. */
  readonly q?: string
  readonly context?: Context
}

/** Health of a repository. */
export interface RepositoryStatus {
  readonly source: 'server' | 'cache' | 'static'
  readonly revision: number | null
  /** Since when the server has not confirmed it, in milliseconds; null: it never has. */
  readonly ageMs: number | null
  /** Times the table answered in place of the catalogue, by class. */
  readonly fallbacks: Readonly<Record<FallbackClass, number>>
  /** Ids for which it did. */
  readonly affected: readonly string[]
}

/**
 * Models and prices in process, over a catalogue that follows the server. Reads are synchronous and never throw; what the catalogue
 * cannot answer the static table does, counted.
 */
export interface ModelRepository extends ModelsLink, ModelWriter {
  /** Resolves at the first answer of the server or after the client's `initTimeoutMs`. Never rejects. */
  ready(): Promise<void>
  /** A model by its id or another name; null when there is none, or it was deleted. */
  getModelConfig(id: string, context?: Context): ModelConfig | null
  /** Models that may be called, with those that are no longer offered. */
  getAllModels(filter?: ModelFilter): (ModelConfig & { readonly selectable: boolean })[]
  getModelsByProvider(provider: string, context?: Context): (ModelConfig & { readonly selectable: boolean })[]
  /** What a call costs, exactly. `usage` in our names or as a provider answers it. */
  calculateCost(id: string, usage: object | null, call?: CostCall): Cost
  /** Every version of a model, the newest first. */
  getModelHistory(query: { readonly modelId: string }): Promise<ModelVersion[]>
  /** How the static table differs from the catalogue. */
  shadow(accepted?: readonly AcceptedDifference[]): ShadowReport
  status(): RepositoryStatus
}
