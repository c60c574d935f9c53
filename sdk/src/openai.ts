// The OpenAI client (npm `openai`): its calls behind a flag.
import type { OpenAI } from 'openai'
import { openaiProtocol } from './ai/openai-protocol.ts'
import { routedClients } from './ai/routed-client.ts'
import type { RoutedClients } from './ai/routed-client.ts'
import type { SluiceClient } from './sluice-client.ts'

export type { RoutedClients } from './ai/routed-client.ts'

/**
 * Routes chat completions and responses by flags. `others` are clients of further providers that speak the same protocol:
 * with `{ openrouter }` the id `openrouter:z-ai/glm-4.5-air` goes there. Any other id goes to `openai` as it is.
 */
export function sluiceOpenAI<Client extends OpenAI>(
  sluice: SluiceClient,
  openai: Client,
  others: Readonly<Record<string, Client>> = {},
): RoutedClients<Client> {
  return routedClients(openaiProtocol, sluice, openai, others)
}
