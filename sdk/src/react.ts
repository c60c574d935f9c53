// Hooks and a provider for React 18 and later, over a page's client or, on a server and in tests, a server's.
import { createContext, createElement, useContext, useMemo, useSyncExternalStore } from 'react'
import type { ReactNode } from 'react'
import type { Context } from '#evaluation'
import type { BrowserClient } from './browser/browser-client.ts'
import type { FallbackOf, FlagKey, ValueOf, VariantOf } from './flag-types.ts'
import { pageStore } from './react/page-store.ts'
import type { PageStore, ShownStatus } from './react/page-store.ts'
import { whileSame } from './react/while-same.ts'
import type { Details, SluiceClient } from './sluice-client.ts'

const StoreContext = createContext<PageStore | null>(null)

/** What `SluiceProvider` takes. */
export interface SluiceProviderProps {
  /** A page's client; or a server's (also `createTestClient`), which evaluates here. */
  readonly client: BrowserClient | SluiceClient
  /** Who is looking, for a server's client. A page's client has its own. */
  readonly context?: Context
  readonly children?: ReactNode
}

/** Gives the hooks below their flags. */
export function SluiceProvider({ client, context, children }: SluiceProviderProps): ReactNode {
  const store = useMemo(() => pageStore(client, context), [client, context])
  return createElement(StoreContext.Provider, { value: store }, children)
}

/** Whether the flag is on. Renders again when that changes, and at nothing else. */
export function useFlag(flag: FlagKey): boolean {
  const { live, initial, subscribe } = useStore()
  return useSyncExternalStore(
    subscribe,
    () => live.isEnabled(flag),
    () => initial.isEnabled(flag),
  )
}

/** Name of the variant, or `fallback`. */
export function useVariant<Key extends FlagKey>(flag: Key, fallback: VariantOf<Key>): VariantOf<Key> {
  const { live, initial, subscribe } = useStore()
  return useSyncExternalStore(
    subscribe,
    () => live.variant(flag, fallback),
    () => initial.variant(flag, fallback),
  )
}

/** Value of the variant, or `fallback`. The same object for as long as the flag stays as it is. */
export function useValue<Key extends FlagKey, T extends FallbackOf<Key>>(flag: Key, fallback: T): ValueOf<Key, T> {
  const { live, initial, subscribe } = useStore()
  return useSyncExternalStore(
    subscribe,
    () => live.value(flag, fallback),
    () => initial.value(flag, fallback),
  )
}

/** The value with its variant, reason and faults. */
export function useDetails<Key extends FlagKey, T extends FallbackOf<Key>>(
  flag: Key,
  fallback: T,
): Details<ValueOf<Key, T>> {
  const { live, initial, subscribe } = useStore()
  const read = useMemo(() => whileSame(() => live.details(flag, fallback)), [live, flag, fallback])
  const readInitial = useMemo(() => whileSame(() => initial.details(flag, fallback)), [initial, flag, fallback])
  return useSyncExternalStore(subscribe, read, readInitial)
}

/** How the client stands with its server. */
export function useSluiceStatus(): ShownStatus {
  const { status, initialStatus, subscribe } = useStore()
  const read = useMemo(() => whileSame(status), [status])
  const readInitial = useMemo(() => whileSame(initialStatus), [initialStatus])
  return useSyncExternalStore(subscribe, read, readInitial)
}

/** The client itself, to run branches, report, or change who is looking. */
export function useSluice(): BrowserClient | SluiceClient {
  return useStore().client
}

/** What `Feature` takes. */
export interface FeatureProps {
  readonly flag: FlagKey
  /** Shown while the flag is off. */
  readonly fallback?: ReactNode
  readonly children?: ReactNode
}

/** Shows its children while the flag is on. */
export function Feature({ flag, fallback = null, children }: FeatureProps): ReactNode {
  return useFlag(flag) ? children : fallback
}

function useStore(): PageStore {
  const store = useContext(StoreContext)
  if (store === null) throw new Error('Sluice: there is no <SluiceProvider> around this component.')
  return store
}
