import { isCallable, readInstant } from '#catalogue'
import type { CatalogueEntry, ModelConfig } from '#catalogue'
import { type RoutedModel, nameOf, readVariant } from './models-link.ts'

interface Lookup {
  /** Changes with the catalogue. */
  readonly held: () => object | null
  readonly now: () => number
  readonly find: (id: string) => CatalogueEntry | null
  readonly configOf: (id: string) => ModelConfig | null
  readonly warn: (message: string) => void
}

type Named = NonNullable<ReturnType<typeof readVariant>>
interface Kept {
  readonly held: object | null
  readonly untilMs: number
  readonly variant: string | null
  readonly routed: RoutedModel | null
}

/** Values come from flags; more than these are made up by somebody. */
const mostKept = 1000

/**
 * Makes of a variant's value the model that is called: the named one, else the first of its fallbacks and successors that may be
 * called. Kept for each value until the catalogue or a price changes.
 */
export function routeModel(lookup: Lookup): (variant: string | null, value: unknown) => RoutedModel | null {
  const kept = new Map<unknown, Kept>()
  return (variant, value) => {
    const held = lookup.held()
    const known = kept.get(value)
    if (known && known.held === held && known.variant === variant && lookup.now() < known.untilMs) return known.routed
    const named = readVariant(value)
    const routed = named && choose(variant, named, lookup)
    if (kept.size >= mostKept) kept.clear()
    kept.set(value, { held, variant, routed, untilMs: routed ? nextPriceMs(routed.id, lookup) : Infinity })
    return routed
  }
}

/** When the next price of a model begins. */
function nextPriceMs(id: string, { find, now }: Lookup): number {
  const nowMs = now()
  const beginnings = (find(id)?.model.prices ?? []).map(({ effectiveFrom }) => readInstant(effectiveFrom) ?? -Infinity)
  return Math.min(Infinity, ...beginnings.filter((ms) => ms > nowMs))
}

function choose(variant: string | null, named: Named, lookup: Lookup): RoutedModel {
  const chain = chainOf(named, lookup)
  const [id = named.id, ...fallback] = chain
  const entry = lookup.find(id)
  const config = lookup.configOf(id)
  if (entry?.model.status === 'deprecated')
    lookup.warn(
      `"${id}" is deprecated${entry.model.replacedBy === undefined ? '' : `, "${entry.model.replacedBy}" comes after it`}`,
    )
  if (id !== named.id) lookup.warn(`"${named.id}" may not be called, "${id}" answers in its place`)
  const model = entry?.model
  return {
    variant,
    id,
    upstream: { modelId: nameOf(id), ...model?.upstream },
    params: named.params,
    reasoning: config?.reasoning ?? null,
    price: config?.pricing ?? null,
    status: model?.status ?? null,
    fallback,
  }
}

/** The named model, its fallbacks, then successors; without those that may not be called. Unknown ones are tried. */
function chainOf({ id, fallback }: Named, { find }: Lookup): string[] {
  const chain = [id, ...fallback]
  for (let at = 0; at < chain.length && chain.length < 20; at += 1) {
    const next = find(chain[at] as string)?.model
    if (next && !isCallable(next) && next.replacedBy !== undefined) chain.push(next.replacedBy)
  }
  const usable = chain.filter((one, i) => {
    const entry = find(one)
    return chain.indexOf(one) === i && (entry === null || isCallable(entry.model))
  })
  return usable.length > 0 ? usable : [id]
}
