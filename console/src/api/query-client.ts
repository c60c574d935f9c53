import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { ApiError } from './client.ts'

/** The cache of everything the API said. A refusal for want of a session goes to `onSignedOut`, wherever it appears. */
export function createQueryClient(onSignedOut: () => void): QueryClient {
  const onError = (error: unknown): void => {
    if (error instanceof ApiError && error.status === 401) onSignedOut()
  }
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      // A server on loopback is reachable without any network, so the browser's idea of "offline" does not count.
      mutations: { networkMode: 'always' },
      queries: {
        networkMode: 'always',
        staleTime: 20_000,
        retry: (failures, error) =>
          failures < 2 && error instanceof ApiError && (error.status === 0 || error.status >= 500),
      },
    },
  })
}
