// One stream per visible tab, merged into the query cache; pages only ever read the cache.
import type { DecisionEvent, Rollout, Snapshot } from '@sluice/contract'
import type { QueryClient } from '@tanstack/react-query'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useSyncExternalStore } from 'react'
import { environmentPath, request } from './client.ts'
import { type FrameName, type LiveStatus, openLiveStream, type Source } from './live-stream.ts'
import { appendDecision, type FlagPatch, mergeRollout, newerRollout, patchFlags } from './merge-live.ts'
import { modelKeys } from './models.ts'
import { keys, type List } from './queries.ts'
import { throttle } from './throttle.ts'

export interface LiveState {
  readonly status: LiveStatus
  /** Newest known revision of the environment's flags; null before the first frame. */
  readonly revision: number | null
}

let state: LiveState = { status: { kind: 'closed' }, revision: null }
const listeners = new Set<() => void>()

function setState(change: Partial<LiveState>): void {
  state = { ...state, ...change }
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function useLiveState(): LiveState {
  return useSyncExternalStore(subscribe, () => state)
}

/** Opens the environment's stream while the tab is seen, and closes it when it is hidden. */
export function useLiveStream(environment: string, isThere: boolean): void {
  const client = useQueryClient()
  useEffect(() => {
    if (!isThere) return undefined
    let stop: (() => void) | undefined
    let seenBefore = false
    const follow = (): void => {
      if (document.visibilityState === 'hidden') {
        stop?.()
        stop = undefined
        return
      }
      stop ??= openStream(client, environment)
      if (seenBefore) void client.invalidateQueries({ queryKey: keys.environment(environment) })
      seenBefore = true
    }
    follow()
    document.addEventListener('visibilitychange', follow)
    return () => {
      document.removeEventListener('visibilitychange', follow)
      stop?.()
      setState({ revision: null })
    }
  }, [client, environment, isThere])
}

function openStream(client: QueryClient, environment: string): () => void {
  const receive = receiver(client, environment)
  return openLiveStream(
    () =>
      new EventSource(`${environmentPath(environment, 'stream')}?topics=flags,rollouts,models`, {
        withCredentials: true,
      }) as Source,
    {
      onStatus: (status) => setState({ status }),
      onFrame: receive,
      onReturn: () => void client.invalidateQueries({ queryKey: keys.environment(environment) }),
      // An EventSource hides the status of a refusal; after two failures a plain request shows whether we are signed out.
      onFailure: (failures) => {
        if (failures === 2)
          void client.fetchQuery({ queryKey: ['session'], queryFn: session, staleTime: 0 }).catch(ignore)
      },
    },
  )
}

const session = (): Promise<unknown> => request('/api/v1/session')
/** The query cache's own handler has seen it. */
const ignore = (): void => {}

function receiver(client: QueryClient, environment: string): (name: FrameName, data: unknown) => void {
  // Charts and bookkeeping are fetched, at most once a second, because a block or patch says only that they changed.
  const refreshSeries = throttle(1000, (id: string) => {
    void client.invalidateQueries({ queryKey: keys.series(environment, id) })
  })
  // A segment says which flags use it, and a changed one comes as a whole set.
  const refreshTargeting = throttle(1000, () => {
    void client.invalidateQueries({ queryKey: keys.flags(environment) })
    void client.invalidateQueries({ queryKey: keys.segments(environment) })
  })
  const refreshAlerts = throttle(1000, () => {
    void client.invalidateQueries({ queryKey: keys.alerts(environment) })
  })
  const refreshModels = throttle(500, () => void client.invalidateQueries({ queryKey: modelKeys.all }))
  const handlers: Record<FrameName, (data: unknown) => void> = {
    put: (data) => {
      setState({ revision: (data as Snapshot).revision })
      refreshTargeting('')
    },
    ping: (data) => setState({ revision: (data as { revision: number }).revision }),
    patch: (data) => {
      const patch = data as FlagPatch
      setState({ revision: patch.revision })
      client.setQueryData<List<never>>(keys.flags(environment), (list) => patchFlags(list, patch) as List<never>)
      refreshTargeting('')
    },
    rollout: (data) => {
      mergeRolloutEvent(client, environment, data as Rollout)
      refreshSeries((data as Rollout).id)
    },
    decision: (data) => {
      const decision = data as DecisionEvent
      client.setQueryData<List<DecisionEvent>>(keys.decisions(environment, decision.rollout), (list) =>
        appendDecision(list, decision),
      )
      refreshAlerts('')
    },
    models: () => refreshModels(''),
  }
  return (name, data) => handlers[name](data)
}

function mergeRolloutEvent(client: QueryClient, environment: string, rollout: Rollout): void {
  client.setQueryData<List<Rollout>>(keys.rollouts(environment), (list) => mergeRollout(list, rollout))
  // A page may have asked by flag key, so the cached rollout is found by its own id.
  client.setQueriesData<Rollout>({ queryKey: keys.everyRollout(environment) }, (known) =>
    known?.id === rollout.id ? newerRollout(known, rollout) : known,
  )
}
