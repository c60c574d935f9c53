import { type Cost, type CostContext, costOf } from './cost.ts'
import { type ModelConfig, modelConfig } from './guide-view.ts'
import { readInstant } from './instant.ts'
import type { Model } from './model.ts'
import { type PriceBook, compilePrices } from './price-book.ts'

/** A model and the version of it that this is. */
export interface CatalogueEntry {
  readonly model: Model
  readonly version: number
}

/** When and how a call was made, for its cost. */
export type CallContext = Omit<CostContext, 'model' | 'priceVersion'>

interface Slot extends CatalogueEntry {
  book: PriceBook | null
  config: { readonly fromMs: number; readonly untilMs: number; readonly value: ModelConfig } | null
}

/**
 * Models at one revision, by id and by alias, with their prices worked out when they are first needed. One for the server,
 * SDKs, the command line and reports: all of them resolve and price alike.
 */
export class Catalogue {
  readonly #slots: ReadonlyMap<string, Slot>
  /** Whom an alias names from when on, the latest first. */
  readonly #aliases: ReadonlyMap<string, readonly { readonly fromMs: number; readonly id: string }[]>
  readonly #byProvider: ReadonlyMap<string, readonly CatalogueEntry[]>

  constructor(entries: Iterable<CatalogueEntry>) {
    const slots = new Map<string, Slot>()
    const aliases = new Map<string, { fromMs: number; id: string }[]>()
    for (const { model, version } of entries) {
      slots.set(model.id, { model, version, book: null, config: null })
      for (const { alias, validFrom } of model.aliases) {
        const names = aliases.get(alias) ?? []
        names.push({ fromMs: readInstant(validFrom) ?? -Infinity, id: model.id })
        aliases.set(alias, names)
      }
    }
    for (const names of aliases.values()) names.sort((a, b) => (a.fromMs > b.fromMs ? -1 : 1))
    this.#slots = slots
    this.#aliases = aliases
    this.#byProvider = Map.groupBy(slots.values(), ({ model }) => model.provider)
  }

  get size(): number {
    return this.#slots.size
  }

  /** Every model, in the order they were given. */
  entries(): Iterable<CatalogueEntry> {
    return this.#slots.values()
  }

  /** The models of one provider; none: an empty list. */
  ofProvider(provider: string): readonly CatalogueEntry[] {
    return this.#byProvider.get(provider) ?? []
  }

  providers(): string[] {
    return [...this.#byProvider.keys()].sort()
  }

  /** The model of an id, or of an alias at that instant; null when there is none. */
  find(name: string, atMs: number): CatalogueEntry | null {
    return this.#slot(name, atMs)
  }

  /** The model as applications know it, with the prices of that instant; null when there is none. Kept until a price changes. */
  config(name: string, atMs: number): ModelConfig | null {
    const slot = this.#slot(name, atMs)
    if (!slot) return null
    const kept = slot.config
    if (kept && atMs >= kept.fromMs && atMs < kept.untilMs) return kept.value
    const value = modelConfig(slot.model, atMs)
    slot.config = { ...lifetime(slot.model, atMs), value }
    return value
  }

  /** What a usage of a model costs; see `costOf`. An unknown model is `unpriced`. */
  cost(name: string, usage: object | null, call: CallContext): Cost {
    const slot = this.#slot(name, call.atMs)
    const book = slot && (slot.book ??= compilePrices(slot.model.prices))
    return costOf(book, usage, { ...call, model: slot?.model.id ?? name, priceVersion: slot?.version ?? null })
  }

  #slot(name: string, atMs: number): Slot | null {
    const slot = this.#slots.get(name)
    if (slot) return slot
    const named = this.#aliases.get(name)?.find(({ fromMs }) => fromMs <= atMs)
    return (named && this.#slots.get(named.id)) ?? null
  }
}

/** Between the price changes before and after an instant. */
function lifetime({ prices }: Model, atMs: number): { fromMs: number; untilMs: number } {
  let [fromMs, untilMs] = [-Infinity, Infinity]
  for (const { effectiveFrom } of prices) {
    const startMs = readInstant(effectiveFrom) ?? -Infinity
    if (startMs <= atMs) fromMs = Math.max(fromMs, startMs)
    else untilMs = Math.min(untilMs, startMs)
  }
  return { fromMs, untilMs }
}
