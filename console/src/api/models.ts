// The catalogue of models: it belongs to no environment.
import type { ModelHistory, ModelList, ModelRecord, ModelUsage, Referrer } from '@sluice/contract'
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { request } from './client.ts'
import type { List } from './queries.ts'

export const modelsPath = '/api/v1/models'
/** Ids hold colons and slashes. */
export const modelPath = (id: string, ...rest: readonly string[]): string =>
  [`${modelsPath}/${encodeURIComponent(id)}`, ...rest].join('/')

export const sorts = ['id', 'name', 'input', 'output', 'context', 'updated'] as const

/** What a list is asked for; everything that is absent is not filtered. */
export interface ModelFilter {
  readonly q?: string
  readonly provider?: string
  readonly status?: string
  readonly kind?: string
  readonly capability?: string
  readonly sort?: (typeof sorts)[number]
  readonly deleted?: true
}

/** Models that one request brings. */
export const pageSize = 100

export const modelKeys = {
  all: ['models'] as const,
  list: (filter: ModelFilter, page: number) => ['models', 'list', filter, page] as const,
  one: (id: string) => ['models', 'one', id] as const,
  history: (id: string) => ['models', 'history', id] as const,
  referrers: (id: string) => ['models', 'referrers', id] as const,
}

export const modelsQuery = (filter: ModelFilter, page = 0, limit = pageSize) =>
  queryOptions({
    queryKey: modelKeys.list(filter, limit === pageSize ? page : -limit),
    queryFn: ({ signal }) => {
      const { deleted, ...texts } = filter
      const query = {
        ...texts,
        deleted: deleted ? 'true' : undefined,
        limit: String(limit),
        cursor: String(page * limit),
      }
      return request<ModelList>(modelsPath, { query, signal })
    },
  })

/** How many models each provider has, whatever is filtered. */
export const providersQuery = modelsQuery({}, 0, 1)

export const modelQuery = (id: string) =>
  queryOptions({
    queryKey: modelKeys.one(id),
    queryFn: ({ signal }) => request<ModelRecord>(modelPath(id), { query: { deleted: 'true' }, signal }),
  })

export const historyQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: modelKeys.history(id),
    queryFn: ({ pageParam, signal }) =>
      request<ModelHistory>(modelPath(id, 'history'), { query: { limit: '20', cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next,
  })

/** By what costs may be added up. */
export const usageGroups = ['model', 'day', 'environment', 'flag', 'variant'] as const
export type UsageGroup = (typeof usageGroups)[number]

/** What calls used and cost in the last days; `id` null: of all models. */
export const usageQuery = (id: string | null, days: number, by: readonly UsageGroup[]) =>
  queryOptions({
    queryKey: [...modelKeys.all, 'usage', id, days, by],
    queryFn: ({ signal }) =>
      request<ModelUsage>(id === null ? `${modelsPath}/usage` : modelPath(id, 'usage'), {
        signal,
        query: { from: new Date(Date.now() - days * 86_400_000).toISOString(), by: by.join(',') },
      }),
    placeholderData: (before) => before,
  })

export const referrersQuery = (id: string) =>
  queryOptions({
    queryKey: modelKeys.referrers(id),
    queryFn: ({ signal }) => request<List<Referrer>>(modelPath(id, 'referrers'), { signal }),
  })
