import type { Context } from '#evaluation'
import type { SnapshotCache } from '../snapshot-cache.ts'
import type { QuietLog } from '../logger.ts'
import type { TrackedCall } from '../tracked-call.ts'
import type { Timing } from '../timing.ts'
import type { Transport } from '../transport.ts'

/** What a variant that names a model comes to: everything needed to call it. */
export interface RoutedModel {
  /** Null: the code's default. */
  readonly variant: string | null
  /** As the variant names it, `provider:name` or another name of a model. */
  readonly id: string
  /** What is called: an SDK, its id of the model, a seller in between. */
  readonly upstream: { readonly sdk?: string; readonly modelId: string; readonly via?: string }
  /** Settings of the variant, such as the temperature. */
  readonly params: Readonly<Record<string, unknown>>
  /** How its reasoning is controlled; null while the catalogue is not known. */
  readonly reasoning: { readonly type: string } | null
  /** USD per million tokens now, for display; null while the catalogue is not known. */
  readonly price: Readonly<Record<string, number>> | null
  /** Null: the catalogue does not know it. */
  readonly status: string | null
  /** Ids to try next, in this order; none that may not be called. */
  readonly fallback: readonly string[]
}

/** What a client hands to its models, so that they come over the same connection. */
export interface ModelsConnection {
  /** Of the server. */
  readonly url: string
  readonly environment: string
  readonly key: string
  readonly headers: Readonly<Record<string, string>>
  readonly transport: Transport
  readonly timing: Timing
  readonly log: QuietLog
  readonly now: () => number
  readonly initTimeoutMs: number
  /** Keeps the last catalogue for a start without the server; null: nothing does. */
  readonly cache: SnapshotCache | null
  readonly variant: (flag: string, context: Context | undefined) => string | null
  readonly track: (context: Context | undefined, call: TrackedCall) => void
}

/** A repository of models as its client sees it. */
export interface ModelsLink {
  /** Starts to follow the server; the answer stops. */
  connect(connection: ModelsConnection): () => void
  /** What a variant's value comes to; null: it names no model. */
  route(variant: string | null, value: unknown): RoutedModel | null
}

/** The same without a catalogue: what the value says by itself. */
export function routePlainly(variant: string | null, value: unknown): RoutedModel | null {
  const named = readVariant(value)
  if (!named) return null
  return { ...named, variant, upstream: { modelId: nameOf(named.id) }, reasoning: null, price: null, status: null }
}

/** What a variant says of its model: an id, or `{ "model": id, "params"?: {…}, "fallback"?: [id] }`. */
export function readVariant(value: unknown): Pick<RoutedModel, 'id' | 'params' | 'fallback'> | null {
  if (typeof value === 'string') return value === '' ? null : { id: value, params: {}, fallback: [] }
  if (!isObject(value) || typeof value['model'] !== 'string' || value['model'] === '') return null
  const { model: id, params, fallback } = value
  return {
    id,
    params: isObject(params) ? params : {},
    fallback: Array.isArray(fallback) ? fallback.filter((one) => typeof one === 'string' && one !== '') : [],
  }
}

/** The value with another model in place of one that may not be called; as it is where it names none, or one that may. */
export function callableModel(routed: RoutedModel | null, value: unknown): unknown {
  const named = readVariant(value)
  if (!routed || !named || routed.id === named.id) return value
  return { model: routed.id, params: routed.params, fallback: routed.fallback }
}

/** The part of an id that the provider knows. */
export const nameOf = (id: string): string => id.slice(id.indexOf(':') + 1)

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
