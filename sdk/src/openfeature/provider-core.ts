import type { Details } from '../sluice-client.ts'
import { type EventfulClient, type ProviderEmitter, forwardEvents } from './forward-events.ts'
import { SeenFlags } from './seen-flags.ts'
import { type ProviderResolution, toResolution } from './to-resolution.ts'

/** What the provider for servers and the one for pages do alike; each adds the types and events of its own SDK. */
export function createProviderCore(client: EventfulClient & { close(): Promise<void> }, emitter: ProviderEmitter) {
  const seen = new SeenFlags()
  let stop: () => void = () => {}
  return {
    /** Once the client has begun: from here its events go to OpenFeature. */
    follow(): void {
      stop()
      stop = forwardEvents(client, emitter)
    },
    /** A value on its way to OpenFeature: what `unit` was given is kept for what is tracked later. */
    resolve<T>(unit: unknown, flagKey: string, details: Details<unknown>): ProviderResolution<T> {
      seen.saw(unit, flagKey, details.variant)
      return toResolution(details)
    },
    callsOf: (...event: Parameters<SeenFlags['callsOf']>) => seen.callsOf(...event),
    async close(): Promise<void> {
      stop()
      await client.close()
    },
  }
}
