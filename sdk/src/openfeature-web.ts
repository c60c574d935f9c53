// A provider for OpenFeature's web SDK.
import { OpenFeatureEventEmitter, ProviderEvents, ProviderNotReadyError } from '@openfeature/web-sdk'
import type {
  EvaluationContext,
  JsonValue,
  Provider,
  ResolutionDetails,
  TrackingEventDetails,
} from '@openfeature/web-sdk'
import type { BrowserClient } from './browser/browser-client.ts'
import type { FlagKey } from './flag-types.ts'
import { createProviderCore } from './openfeature/provider-core.ts'
import { toContext } from './openfeature/to-context.ts'

/**
 * Reads a page's client: `OpenFeature.setProviderAndWait(new SluiceWebProvider(createClient(options)))`. The context is the one that
 * OpenFeature holds, set before or after the provider. `track` reports as on a server; a page's reports are shown only.
 * Closing OpenFeature closes the client.
 */
export class SluiceWebProvider implements Provider {
  readonly metadata = { name: 'sluice' } as const
  readonly runsOn = 'client'
  readonly events: OpenFeatureEventEmitter = new OpenFeatureEventEmitter()
  readonly #client: BrowserClient
  readonly #core: ReturnType<typeof createProviderCore>

  constructor(client: BrowserClient) {
    this.#client = client
    this.#core = createProviderCore(client, {
      ready: () => this.events.emit(ProviderEvents.Ready),
      stale: (message) => this.events.emit(ProviderEvents.Stale, { message }),
      changed: (flagsChanged) => this.events.emit(ProviderEvents.ConfigurationChanged, { flagsChanged }),
    })
  }

  /** Rejects while there are no flags at all; as soon as they come the provider is ready. */
  async initialize(context: EvaluationContext = {}): Promise<void> {
    // OpenFeature's empty context is nobody's choice: the client keeps its own then.
    await (Object.keys(context).length > 0 ? this.#client.setContext(toContext(context)) : this.#client.ready())
    this.#core.follow()
    if (this.#client.status().source === 'default')
      throw new ProviderNotReadyError('No flags are loaded yet; the server was not reached.')
  }

  onContextChange(_before: EvaluationContext, context: EvaluationContext): Promise<void> {
    return this.#client.setContext(toContext(context))
  }

  onClose(): Promise<void> {
    return this.#core.close()
  }

  resolveBooleanEvaluation(flagKey: string, fallback: boolean): ResolutionDetails<boolean> {
    return this.#resolve(flagKey, fallback)
  }

  resolveStringEvaluation(flagKey: string, fallback: string): ResolutionDetails<string> {
    return this.#resolve(flagKey, fallback)
  }

  resolveNumberEvaluation(flagKey: string, fallback: number): ResolutionDetails<number> {
    return this.#resolve(flagKey, fallback)
  }

  resolveObjectEvaluation<T extends JsonValue>(flagKey: string, fallback: T): ResolutionDetails<T> {
    return this.#resolve(flagKey, fallback)
  }

  track(event: string, _context: EvaluationContext, details: TrackingEventDetails = {}): void {
    for (const call of this.#core.callsOf(event, this.#unit(), details)) this.#client.track(call)
  }

  #resolve<T>(flagKey: string, fallback: T): ResolutionDetails<T> {
    const details = this.#client.details(flagKey as FlagKey, fallback as never)
    return this.#core.resolve(this.#unit(), flagKey, details)
  }

  /** A page without a user is a unit as well: what it was given stays with it. */
  #unit(): unknown {
    return this.#client.context['targetingKey'] ?? ''
  }
}
