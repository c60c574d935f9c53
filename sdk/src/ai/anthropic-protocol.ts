import type { Metrics } from '../observation.ts'
import type { Meaning } from './measured-stream.ts'
import { isObject, tokens } from './model-protocol.ts'
import type { JsonObject, ModelProtocol } from './model-protocol.ts'

/** The messages of the Anthropic API. Its streams tell their usage unasked. */
export const anthropicProtocol: ModelProtocol = {
  isCall: (path) => path.endsWith('/messages'),
  askForUsage: () => null,
  usageOf: ({ usage }) => (isObject(usage) ? { ...inputTokens(usage), ...outputTokens(usage) } : {}),
  meaningOf: (data) => (data === null ? {} : meaningOf(data)),
  isOurs: () => false,
}

function meaningOf({ type, message, usage, error }: JsonObject): Meaning {
  switch (type) {
    case 'message_start':
      return isObject(message) && isObject(message['usage']) ? { metrics: inputTokens(message['usage']) } : {}
    case 'content_block_delta':
      return { stage: 'begun' }
    case 'message_delta':
      // Its count is that of the whole answer; the one in `message_start` would be counted twice.
      return { stage: 'complete', metrics: isObject(usage) ? outputTokens(usage) : {} }
    case 'message_stop':
      return { stage: 'over' }
    case 'error':
      return {
        failure: new Error(isObject(error) && typeof error['message'] === 'string' ? error['message'] : 'It failed.'),
      }
    default:
      return {}
  }
}

/** Anthropic counts what went through its cache apart; ours is the whole prompt. */
const inputTokens = (usage: JsonObject): Metrics =>
  tokens('input_tokens', usage['input_tokens'], usage['cache_read_input_tokens'], usage['cache_creation_input_tokens'])

const outputTokens = (usage: JsonObject): Metrics => tokens('output_tokens', usage['output_tokens'])
