import { isCallable } from '#catalogue'
import type { CatalogueEntry, ModelConfig } from '#catalogue'
import { type RoutedModel, nameOf, type readVariant } from './models-link.ts'

interface Lookup {
  readonly find: (id: string) => CatalogueEntry | null
  readonly configOf: (id: string) => ModelConfig | null
  readonly warn: (message: string) => void
}

type Named = NonNullable<ReturnType<typeof readVariant>>
interface Kept {
  readonly entry: CatalogueEntry | null
  readonly config: ModelConfig | null
  readonly routed: RoutedModel
}

/**
 * Makes of a variant's value the model that is called: the named one, else the first of its fallbacks and successors that may be
 * called. Kept for each value until the catalogue says something else about it.
 */
export function routeModel(lookup: Lookup): (variant: string | null, value: unknown, named: Named) => RoutedModel {
  const kept = new Map<unknown, Kept>()
  return (variant, value, named) => {
    const entry = lookup.find(named.id)
    const config = entry && lookup.configOf(named.id)
    const known = kept.get(value)
    if (known && known.entry === entry && known.config === config && known.routed.variant === variant)
      return known.routed
    const routed = choose(variant, named, lookup)
    // Values come from flags; more than these are made up by somebody.
    if (kept.size >= 1000) kept.clear()
    // What leads elsewhere hangs on other entries too: it is looked up each time.
    if (routed.id === named.id) kept.set(value, { entry, config, routed })
    return routed
  }
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
    id: model?.id ?? id,
    upstream: { modelId: nameOf(model?.id ?? id), ...model?.upstream },
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
