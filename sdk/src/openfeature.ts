// A provider for OpenFeature's server SDK.
import { OpenFeatureEventEmitter, ProviderEvents, ProviderNotReadyError } from '@openfeature/server-sdk'
import type {
  EvaluationContext,
  JsonValue,
  Provider,
  ResolutionDetails,
  TrackingEventDetails,
} from '@openfeature/server-sdk'
import type { FlagKey } from './flag-types.ts'
import { createProviderCore } from './openfeature/provider-core.ts'
import { toContext } from './openfeature/to-context.ts'
import type { SluiceClient } from './sluice-client.ts'

/**
 * Evaluates through a Sluice client: `OpenFeature.setProviderAndWait(new SluiceProvider(createClient()))`. Values that are read
 * count as exposures, and `track` reports observations: the event's name is the metric, `value` its figure (1 without), other
 * numbers are metrics too, `flag` says which flag it is about (without it: all that this `targetingKey` was given).
 * Closing OpenFeature closes the client.
 */
export class SluiceProvider implements Provider {
  readonly metadata = { name: 'sluice' } as const
  readonly runsOn = 'server'
  readonly events: OpenFeatureEventEmitter = new OpenFeatureEventEmitter()
  readonly #client: SluiceClient
  readonly #core: ReturnType<typeof createProviderCore>

  constructor(client: SluiceClient) {
    this.#client = client
    this.#core = createProviderCore(client, {
      ready: () => this.events.emit(ProviderEvents.Ready),
      stale: (message) => this.events.emit(ProviderEvents.Stale, { message }),
      changed: (flagsChanged) => this.events.emit(ProviderEvents.ConfigurationChanged, { flagsChanged }),
    })
  }

  /** Rejects while there are no flags at all; as soon as they come the provider is ready. */
  async initialize(): Promise<void> {
    const { source } = await this.#client.ready()
    this.#core.follow()
    if (source === 'default') throw new ProviderNotReadyError('No flags are loaded yet; the server was not reached.')
  }

  onClose(): Promise<void> {
    return this.#core.close()
  }

  async resolveBooleanEvaluation(
    flagKey: string,
    fallback: boolean,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<boolean>> {
    return this.#resolve(flagKey, fallback, context)
  }

  async resolveStringEvaluation(
    flagKey: string,
    fallback: string,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<string>> {
    return this.#resolve(flagKey, fallback, context)
  }

  async resolveNumberEvaluation(
    flagKey: string,
    fallback: number,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<number>> {
    return this.#resolve(flagKey, fallback, context)
  }

  async resolveObjectEvaluation<T extends JsonValue>(
    flagKey: string,
    fallback: T,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<T>> {
    return this.#resolve(flagKey, fallback, context)
  }

  track(event: string, context: EvaluationContext, details: TrackingEventDetails = {}): void {
    const given = toContext(context)
    for (const call of this.#core.callsOf(event, context.targetingKey, details)) this.#client.track(given, call)
  }

  #resolve<T>(flagKey: string, fallback: T, context: EvaluationContext): ResolutionDetails<T> {
    const details = this.#client.details(flagKey as FlagKey, toContext(context), fallback as never)
    return this.#core.resolve(context.targetingKey, flagKey, details)
  }
}
