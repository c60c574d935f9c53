import type { Context } from '#evaluation'
import type { BrowserClient, FlagReader } from '../browser/browser-client.ts'
import type { FlagKey } from '../flag-types.ts'
import type { ClientStatus, SluiceClient } from '../sluice-client.ts'

/** How a client stands with its server, as far as it does not change with every ping. */
export type ShownStatus = Pick<ClientStatus, 'state' | 'source' | 'revision'>

/** Flags as React reads them. */
export interface PageStore {
  readonly client: BrowserClient | SluiceClient
  readonly live: FlagReader
  /** What a server has rendered: the first look of a page must be the same. */
  readonly initial: FlagReader
  readonly status: () => ShownStatus
  readonly initialStatus: () => ShownStatus
  readonly subscribe: (onChange: () => void) => () => void
}

/** One shape for both kinds of client. */
export function pageStore(client: BrowserClient | SluiceClient, context: Context | undefined): PageStore {
  const isPage = 'initial' in client
  const live = isPage ? client : readerOf(client, context)
  const status = (): ShownStatus => {
    const { state, source, revision } = client.status()
    return { state, source, revision }
  }
  return {
    client,
    live,
    initial: isPage ? client.initial : live,
    status,
    initialStatus: isPage ? () => renderedStatus(client.initial) : status,
    subscribe(onChange) {
      const stops = (['change', 'ready', 'stale'] as const).map((event) => client.on(event, onChange))
      return () => stops.forEach((stop) => stop())
    },
  }
}

/** A page that is being rendered has its bootstrap or nothing, and no server. */
function renderedStatus(initial: FlagReader): ShownStatus {
  const isEmpty = initial.details('' as FlagKey, null).errorCode === 'PROVIDER_NOT_READY'
  return isEmpty
    ? { state: 'starting', source: 'default', revision: null }
    : { state: 'bootstrapped', source: 'bootstrap', revision: null }
}

function readerOf(client: SluiceClient, context: Context | undefined): FlagReader {
  const held = new Map<string, unknown>()
  /** Every call gets an object of its own there; React takes another one for a change. */
  const steady = <T>(flag: string, value: T): T => {
    if (typeof value !== 'object' || value === null) return value
    const before = held.get(flag)
    if (before !== undefined && JSON.stringify(before) === JSON.stringify(value)) return before as T
    held.set(flag, value)
    return value
  }
  const details: FlagReader['details'] = (flag, fallback) => {
    const found = client.details(flag, context, fallback)
    return { ...found, value: steady(flag, found.value) }
  }
  return {
    isEnabled: (flag) => client.isEnabled(flag, context),
    variant: (flag, fallback) => client.variant(flag, context, fallback),
    value: (flag, fallback) => details(flag, fallback).value,
    details,
  }
}
