import type { Price } from './price.ts'

export const modelKinds = [
  'chat',
  'embedding',
  'image',
  'transcription',
  'speech',
  'video',
  'rerank',
  'moderation',
  'ocr',
  'other',
] as const
export type ModelKind = (typeof modelKinds)[number]

/**
 * draft: priced, nothing else. active, preview: offered and called. deprecated: called, no longer offered. retired:
 * resolves, is not called.
 */
export const modelStatuses = ['draft', 'active', 'preview', 'deprecated', 'retired'] as const
export type ModelStatus = (typeof modelStatuses)[number]

export const modalities = ['text', 'image', 'audio', 'video', 'pdf'] as const
export type Modality = (typeof modalities)[number]

export const efforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const
export type Effort = (typeof efforts)[number]

/** How a caller controls the reasoning of a model. fixed: it reasons, and nothing can be set. */
export type ReasoningControl =
  | { readonly type: 'none' }
  | { readonly type: 'fixed' }
  | { readonly type: 'toggle'; readonly param: string }
  | { readonly type: 'openai-reasoning-effort'; readonly values: readonly Effort[]; readonly default?: Effort }
  | { readonly type: 'effort'; readonly param: string; readonly values: readonly Effort[]; readonly default?: Effort }
  | { readonly type: 'budget-tokens'; readonly min?: number; readonly max?: number; readonly default?: number }

/** The main control, and the others that a model offers as well. */
export type Reasoning = ReasoningControl & { readonly also?: readonly ReasoningControl[] }

export const aliasKinds = ['dated', 'upstream', 'latest', 'renamed'] as const
export type AliasKind = (typeof aliasKinds)[number]

/** Another name of a model, taken exactly. One that is `latest` may move on to another model. */
export interface Alias {
  readonly alias: string
  readonly kind: AliasKind
  /** A date or an RFC 3339 time; absent: since ever. */
  readonly validFrom?: string
}

/** What has an owner of its own: whoever wrote it last, by hand or a sync. */
export const fieldGroups = [
  'identity',
  'lifecycle',
  'limits',
  'modalities',
  'capabilities',
  'reasoning',
  'pricing',
] as const
export type FieldGroup = (typeof fieldGroups)[number]

/** Where an entry comes from: `manual` is a person, everything else a file format that is synced. */
export const sources = ['manual', 'litellm', 'models.dev', 'genai-prices', 'openrouter'] as const
export type Source = (typeof sources)[number]

/** A model in its canonical form: the fields in this order, lists sorted, nothing that is empty. */
export interface Model {
  /** `provider:name`, split at the first colon. */
  readonly id: string
  readonly provider: string
  /** What people read. */
  readonly name: string
  readonly status: ModelStatus
  readonly kind: ModelKind
  readonly family?: string
  /** What is called, where it differs from the id: an SDK, its id of the model, a seller in between. */
  readonly upstream?: { readonly sdk?: string; readonly modelId?: string; readonly via?: string }
  readonly tags?: readonly string[]
  readonly notes?: string
  readonly limits?: { readonly context?: number; readonly input?: number; readonly output?: number }
  readonly modalities?: { readonly input: readonly Modality[]; readonly output: readonly Modality[] }
  /** Absent: not known. */
  readonly capabilities?: Readonly<Record<string, boolean>>
  readonly reasoning?: Reasoning
  readonly replacedBy?: string
  readonly deprecatedAt?: string
  /** Announced; by itself it changes nothing. */
  readonly retireAt?: string
  readonly prices: readonly Price[]
  readonly aliases: readonly Alias[]
  readonly source: Source
  readonly sourceUrl?: string
  /** Groups whose owner is not `source`. */
  readonly managedBy?: Readonly<Partial<Record<FieldGroup, Source>>>
  /** Fields that an import did not understand, so that nothing is lost. */
  readonly extra?: Readonly<Record<string, unknown>>
}

/** In pickers and for new flags. */
export const isSelectable = ({ status }: Model): boolean => status === 'active' || status === 'preview'

/** Whether calls may go to it. */
export const isCallable = ({ status }: Model): boolean => status !== 'draft' && status !== 'retired'

export const ownerOf = (model: Model, group: FieldGroup): Source => model.managedBy?.[group] ?? model.source
