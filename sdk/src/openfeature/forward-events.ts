import type { ClientEvents, Listener } from '../emitter.ts'
import type { ClientState } from '../snapshot-source.ts'

/** What both kinds of client have in common here. */
export interface EventfulClient {
  on<Name extends keyof ClientEvents>(event: Name, listener: Listener<Name>): () => void
  status(): { readonly state: ClientState; readonly source: string }
}

/** The events of OpenFeature that a provider raises; the SDK itself raises the first `ready`. */
export interface ProviderEmitter {
  ready(): void
  stale(message: string): void
  changed(flags: string[]): void
}

/** Passes a client's events on from the moment it is initialized. The answer stops that. */
export function forwardEvents(client: EventfulClient, emitter: ProviderEmitter): () => void {
  const stale = () => {
    // Where nothing answers there is nothing stale either: the provider stays in the error it began with.
    if (client.status().source !== 'default')
      emitter.stale('The server has not confirmed the flags lately; the last good ones go on answering.')
  }
  // After this turn, when the SDK has said that the provider is ready.
  if (client.status().state !== 'ready') setTimeout(() => client.status().state !== 'ready' && stale(), 0)
  const stops = [
    client.on('ready', () => emitter.ready()),
    client.on('stale', stale),
    client.on('change', ({ flags }) => emitter.changed(flags)),
  ]
  return () => stops.forEach((stop) => stop())
}
