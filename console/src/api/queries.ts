import type {
  Alert,
  ApiKey,
  AuditCheck,
  AuditList,
  Channel,
  DecisionEvent,
  Delivery,
  DeploymentLog,
  FlagRecord,
  MetricsSummary,
  MetricsTrend,
  PlanTemplate,
  Rollout,
  Series,
  Train,
} from '@sluice/contract'
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { environmentPath, request } from './client.ts'

export interface List<T> {
  readonly items: readonly T[]
}

export interface Instance {
  readonly id: string
  readonly sdk: string
  readonly revision: number
  readonly connectedAt: string
  readonly lastSeenAt: string
}

/** Slices of a chart: wide enough to hold calls of both arms, narrow enough to show a turn. */
const seriesPoints = 120

/** Keys begin with the environment, so that one call refreshes all that a stream has missed. */
export const keys = {
  environment: (environment: string) => ['environment', environment] as const,
  flags: (environment: string) => ['environment', environment, 'flags'] as const,
  segments: (environment: string) => ['environment', environment, 'segments'] as const,
  rollouts: (environment: string) => ['environment', environment, 'rollouts'] as const,
  rollout: (environment: string, id: string) => ['environment', environment, 'rollout', id] as const,
  everyRollout: (environment: string) => ['environment', environment, 'rollout'] as const,
  decisions: (environment: string, id: string) => ['environment', environment, 'decisions', id] as const,
  series: (environment: string, id: string) => ['environment', environment, 'series', id] as const,
  deploymentLog: (environment: string, id: string) => ['environment', environment, 'log', id] as const,
  alerts: (environment: string) => ['environment', environment, 'alerts'] as const,
  instances: (environment: string) => ['environment', environment, 'instances'] as const,
}

export const environmentsQuery = queryOptions({
  queryKey: ['environments'],
  queryFn: ({ signal }) => request<List<{ name: string }>>('/api/v1/environments', { signal }),
  staleTime: 300_000,
})

export const flagsQuery = (environment: string) =>
  queryOptions({
    queryKey: keys.flags(environment),
    queryFn: ({ signal }) => request<List<FlagRecord>>(environmentPath(environment, 'flags'), { signal }),
  })

/** The plans that come with Sluice. */
export const planTemplatesQuery = queryOptions({
  queryKey: ['plan-templates'],
  queryFn: ({ signal }) => request<List<PlanTemplate>>('/api/v1/plan-templates', { signal }),
  staleTime: Infinity,
})

export const rolloutsQuery = (environment: string) =>
  queryOptions({
    queryKey: keys.rollouts(environment),
    queryFn: ({ signal }) => request<List<Rollout>>(environmentPath(environment, 'rollouts'), { signal }),
  })

export const rolloutQuery = (environment: string, id: string) =>
  queryOptions({
    queryKey: keys.rollout(environment, id),
    queryFn: ({ signal }) => request<Rollout>(environmentPath(environment, 'rollouts', id), { signal }),
  })

export const decisionsQuery = (environment: string, id: string) =>
  queryOptions({
    queryKey: keys.decisions(environment, id),
    queryFn: ({ signal }) =>
      request<List<DecisionEvent>>(environmentPath(environment, 'rollouts', id, 'decisions'), { signal }),
  })

export const deploymentLogQuery = (environment: string, id: string) =>
  queryOptions({
    queryKey: keys.deploymentLog(environment, id),
    queryFn: ({ signal }) => request<DeploymentLog>(environmentPath(environment, 'rollouts', id, 'log'), { signal }),
    refetchInterval: 10_000,
  })

export const seriesQuery = (environment: string, id: string) =>
  queryOptions({
    queryKey: keys.series(environment, id),
    queryFn: ({ signal }) =>
      request<Series>(environmentPath(environment, 'rollouts', id, 'series'), {
        signal,
        query: { points: String(seriesPoints) },
      }),
  })

/** What each variant did lately: users and calls. */
export const metricsQuery = (environment: string, lastMinutes: number) =>
  queryOptions({
    queryKey: [...keys.environment(environment), 'metrics', lastMinutes],
    queryFn: ({ signal }) =>
      request<MetricsSummary>(environmentPath(environment, 'metrics', 'summary'), {
        signal,
        query: { lastMinutes: String(lastMinutes) },
      }),
    refetchInterval: 10_000,
    placeholderData: (before) => before,
  })

/** What each variant of a flag did on each of the last days. */
export const trendQuery = (environment: string, flag: string, days: number) =>
  queryOptions({
    queryKey: [...keys.environment(environment), 'trend', flag, days],
    queryFn: ({ signal }) =>
      request<MetricsTrend>(environmentPath(environment, 'metrics', 'trend'), {
        signal,
        query: { flag, days: String(days) },
      }),
  })

export const alertsQuery = (environment: string) =>
  queryOptions({
    queryKey: keys.alerts(environment),
    queryFn: ({ signal }) => request<List<Alert>>(environmentPath(environment, 'alerts'), { signal }),
    refetchInterval: 10_000,
  })

export interface AuditFilter {
  readonly environment?: string
  readonly kind?: string
  readonly actor?: string
  readonly subject?: string
}

/** Who did what, the newest first; read again once its subject is at another version. */
export const auditQuery = (filter: AuditFilter, version?: number) =>
  infiniteQueryOptions({
    queryKey: ['audit', filter, version],
    queryFn: ({ pageParam, signal }) =>
      request<AuditList>('/api/v1/audit', { signal, query: { ...filter, before: pageParam, limit: '50' } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next,
    staleTime: 0,
  })

export const verifyAudit = (): Promise<List<AuditCheck>> => request<List<AuditCheck>>('/api/v1/audit/verify')

export const channelsQuery = queryOptions({
  queryKey: ['channels'],
  queryFn: ({ signal }) => request<List<Channel>>('/api/v1/channels', { signal }),
})

export const deliveriesQuery = (id: string) =>
  queryOptions({
    queryKey: ['channels', id, 'deliveries'],
    queryFn: ({ signal }) =>
      request<List<Delivery>>(`/api/v1/channels/${encodeURIComponent(id)}/deliveries`, { signal }),
    refetchInterval: 5000,
  })

export const keysQuery = queryOptions({
  queryKey: ['keys'],
  queryFn: ({ signal }) => request<List<ApiKey>>('/api/v1/keys', { signal }),
})

export const trainQuery = (environment: string) =>
  queryOptions({
    queryKey: [...keys.environment(environment), 'train'],
    queryFn: ({ signal }) => request<List<Train>>(environmentPath(environment, 'train'), { signal }),
    refetchInterval: 10_000,
  })

export const instancesQuery = (environment: string) =>
  queryOptions({
    queryKey: keys.instances(environment),
    queryFn: ({ signal }) => request<List<Instance>>(environmentPath(environment, 'instances'), { signal }),
    refetchInterval: 5000,
  })
