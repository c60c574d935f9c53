import type { Metrics } from '../observation.ts'
import type { Meaning } from './measured-stream.ts'
import { isObject, tokens } from './model-protocol.ts'
import type { JsonObject, ModelProtocol } from './model-protocol.ts'

/** Chat completions and responses of the OpenAI API, and of everybody who speaks it. */
export const openaiProtocol: ModelProtocol = {
  isCall: (path) => /\/(?:chat\/completions|responses)$/.test(path),

  askForUsage(path, body) {
    const { stream_options: options } = body
    if (!path.endsWith('/chat/completions') || (isObject(options) && 'include_usage' in options)) return null
    return { ...body, stream_options: { ...(isObject(options) ? options : {}), include_usage: true } }
  },

  usageOf: ({ usage }) => usageMetrics(usage),

  meaningOf(data, text) {
    if (text === '[DONE]') return { stage: 'over' }
    if (data === null) return {}
    return typeof data['type'] === 'string' ? responseMeaning(data['type'], data) : chunkMeaning(data)
  },

  isOurs: (data) => Array.isArray(data?.['choices']) && data['choices'].length === 0 && isObject(data['usage']),
}

function chunkMeaning({ error, choices, usage }: JsonObject): Meaning {
  if (isObject(error)) return { failure: failureOf(error) }
  const metrics = usageMetrics(usage)
  for (const choice of Array.isArray(choices) ? choices : []) {
    if (!isObject(choice)) continue
    if (typeof choice['finish_reason'] === 'string') return { stage: 'complete', metrics }
    const delta = isObject(choice['delta']) ? Object.entries(choice['delta']) : []
    if (delta.some(([name, value]) => name !== 'role' && value !== null && value !== ''))
      return { stage: 'begun', metrics }
  }
  return { metrics }
}

function responseMeaning(type: string, { response, error, message }: JsonObject): Meaning {
  if (type === 'error') return { failure: failureOf(isObject(error) ? error : { message }) }
  if (type === 'response.failed')
    return { failure: failureOf(isObject(response) && isObject(response['error']) ? response['error'] : {}) }
  if (type === 'response.completed' || type === 'response.incomplete')
    return { stage: 'over', metrics: isObject(response) ? usageMetrics(response['usage']) : {} }
  return type.endsWith('.delta') ? { stage: 'begun' } : {}
}

const failureOf = ({ message }: JsonObject): Error =>
  new Error(typeof message === 'string' ? message : 'The model failed.')

function usageMetrics(usage: unknown): Metrics {
  if (!isObject(usage)) return {}
  return {
    ...tokens('input_tokens', usage['prompt_tokens'] ?? usage['input_tokens']),
    ...tokens('output_tokens', usage['completion_tokens'] ?? usage['output_tokens']),
  }
}
