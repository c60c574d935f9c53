// The Anthropic client (npm `@anthropic-ai/sdk`): its calls behind a flag.
import type { Anthropic } from '@anthropic-ai/sdk'
import { anthropicProtocol } from './ai/anthropic-protocol.ts'
import { routedClients } from './ai/routed-client.ts'
import type { RoutedClients } from './ai/routed-client.ts'
import type { SluiceClient } from './sluice-client.ts'

export type { RoutedClients } from './ai/routed-client.ts'

/** Routes messages by flags; `others` are clients of further providers that speak the same protocol, by name. */
export function sluiceAnthropic<Client extends Anthropic>(
  sluice: SluiceClient,
  anthropic: Client,
  others: Readonly<Record<string, Client>> = {},
): RoutedClients<Client> {
  return routedClients(anthropicProtocol, sluice, anthropic, others)
}
