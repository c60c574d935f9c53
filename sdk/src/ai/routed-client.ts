import type { Context } from '#evaluation'
import type { FlagKey } from '../flag-types.ts'
import type { SluiceClient } from '../sluice-client.ts'
import type { ModelProtocol } from './model-protocol.ts'
import { routedFetch } from './routed-fetch.ts'
import type { HttpClient } from './routed-fetch.ts'

/** Clients of a provider, routed by flags. */
export interface RoutedClients<Client> {
  /**
   * The client, for calls behind a flag: its methods are the same, but the flag's variant for the context says which model
   * answers. Should that fail before its first word, the `off` variant's answers, then the variant's own fallbacks. Latency,
   * time to first token, tokens, errors and fallbacks are counted for the variant.
   *
   * `models`: ids by variant, for flags whose values name none. Where nobody names one, and when all others have failed, the call's own `model` answers.
   */
  client(flag: FlagKey, context: Context, models?: Readonly<Record<string, string>>): Client
}

/** Routes what one client sends; `others` by the name before the colon of a model's id. */
export function routedClients<Client>(
  protocol: ModelProtocol,
  sluice: SluiceClient,
  client: Client,
  others: Readonly<Record<string, Client>>,
): RoutedClients<Client> {
  const sent = client as HttpClient
  return {
    client(flag, context, models = {}) {
      const fetch = routedFetch({
        protocol,
        client: sent,
        others: others as Readonly<Record<string, HttpClient>>,
        models,
        what: `The flag "${flag}"`,
        begin: async () => {
          await sluice.ready()
          return sluice.begin(flag, context)
        },
      })
      return sent.withOptions({ fetch }) as Client
    },
  }
}
