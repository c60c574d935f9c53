import type { ModelList, ModelListItem } from '@sluice/contract'
import { modelListItem } from './model-record.ts'
import type { StoredModel } from './model-store.ts'

export interface ListQuery {
  readonly q?: string | undefined
  readonly provider?: string | undefined
  /** One or several, separated by commas. */
  readonly status?: string | undefined
  readonly kind?: string | undefined
  /** All of these, separated by commas, have to be known to be there. */
  readonly capability?: string | undefined
  readonly sort?: 'id' | 'name' | 'input' | 'output' | 'context' | 'updated' | undefined
  /** Only the deleted ones. */
  readonly deleted: boolean
  readonly limit: number
  readonly cursor: number
}

/** A page of the models that a query asks for. */
export function listPage(all: Iterable<StoredModel>, query: ListQuery, nowMs: number): ModelList {
  const wanted = filterOf(query)
  const found = [...all].filter(wanted)
  const byProvider = Map.groupBy(found, ({ model }) => model.provider)
  const items = found.map((stored) => modelListItem(stored, nowMs)).sort(orderOf(query.sort ?? 'id'))
  const end = query.cursor + query.limit
  return {
    items: items.slice(query.cursor, end),
    total: items.length,
    providers: [...byProvider]
      .map(([provider, models]) => ({ provider, models: models.length }))
      .sort((a, b) => compare(a.provider, b.provider)),
    ...(end < items.length ? { next: String(end) } : {}),
  }
}

function filterOf({ q, provider, status, kind, capability, deleted }: ListQuery): (stored: StoredModel) => boolean {
  const words = (q ?? '').toLowerCase().split(/\s+/).filter(Boolean)
  const oneOf = (list: string | undefined, value: string): boolean =>
    list === undefined || list.split(',').includes(value)
  const needed = capability?.split(',').filter(Boolean) ?? []
  return ({ model, deletedAtMs }) => {
    if ((deletedAtMs !== null) !== deleted) return false
    if (!oneOf(provider, model.provider) || !oneOf(status, model.status) || !oneOf(kind, model.kind)) return false
    if (!needed.every((name) => model.capabilities?.[name] === true)) return false
    if (words.length === 0) return true
    const names = [
      model.id,
      model.name,
      model.family ?? '',
      ...(model.tags ?? []),
      ...model.aliases.map(({ alias }) => alias),
    ]
    const text = names.join('\n').toLowerCase()
    return words.every((word) => text.includes(word))
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** By the chosen column, then by id; what is not known comes last. */
function orderOf(sort: NonNullable<ListQuery['sort']>): (a: ModelListItem, b: ModelListItem) => number {
  const numberOf = ({ pricing, contextWindow }: ModelListItem): number =>
    (sort === 'context' ? contextWindow : pricing[sort]) ?? Infinity
  return (a, b) => {
    const first =
      sort === 'id'
        ? 0
        : sort === 'name'
          ? compare(a.name.toLowerCase(), b.name.toLowerCase())
          : sort === 'updated'
            ? compare(b.updatedAt, a.updatedAt)
            : numberOf(a) === numberOf(b)
              ? 0
              : numberOf(a) - numberOf(b)
    return first || compare(a.id, b.id)
  }
}
