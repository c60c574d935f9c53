import type { PlanInput, PreviewAnswer, Rollout } from '@sluice/contract'
import { queryOptions } from '@tanstack/react-query'
import { environmentPath, request } from '../api/client.ts'

/** What would be rolled out on this flag and what it would see; nothing is stored. */
export const flagPreviewQuery = (environment: string, plan: PlanInput) =>
  queryOptions({
    queryKey: ['preview', environment, plan],
    queryFn: ({ signal }) =>
      request<PreviewAnswer>(environmentPath(environment, 'rollouts', 'preview'), {
        method: 'POST',
        body: { plan },
        signal,
      }),
    retry: false,
    staleTime: 0,
  })

/** The same for a rollout that is there, against the traffic of today. */
export const rolloutPreviewQuery = ({ environment, id }: Pick<Rollout, 'environment' | 'id'>) =>
  queryOptions({
    queryKey: ['preview', environment, id],
    queryFn: ({ signal }) =>
      request<PreviewAnswer>(environmentPath(environment, 'rollouts', id, 'preview'), { signal }),
    staleTime: 60_000,
  })
