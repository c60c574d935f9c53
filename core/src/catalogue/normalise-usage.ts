import { isPlainObject } from '../evaluation/faults.ts'
import { add, decimalOf, formatDecimal, zero } from './decimal.ts'
import { type Usage, type UsageName, usageNames } from './usage.ts'

type Raw = Readonly<Record<string, unknown>>
type Counts = { [name in UsageName]?: number } & { providerCostUsd?: string | number }

/**
 * What a provider's answer says it used, in our inclusive names. Takes the usage itself or the answer around it, in the
 * shapes of OpenAI (chat, Responses, Realtime, compatibles, OpenRouter), Anthropic, Bedrock Converse, Google and the AI
 * SDK; a usage of ours goes through. An unknown shape is null: no usage, which is not the same as none used.
 */
export function normaliseUsage(input: unknown): Usage | null {
  if (!isPlainObject(input)) return null
  if (isOurs(input)) return input as Usage
  for (const name of ['usage', 'usageMetadata', 'response', 'message'])
    if (isPlainObject(input[name])) {
      const inner = normaliseUsage(input[name])
      return inner && withProviderCost(inner, input)
    }
  const shape = shapes.find(({ knows }) => knows(input))
  if (!shape) return null
  const counts = shape.read(input)
  const kept = Object.entries({ ...counts, requests: 1 }).filter(([, count]) => count !== undefined && count !== 0)
  return withProviderCost(Object.fromEntries(kept) as Usage, input)
}

const own = new Set<string>([...usageNames, 'providerCostUsd', 'other'])
/** What only others have; AI SDK and Converse share our names of the totals. */
const foreign = [
  'cachedInputTokens',
  'cacheReadInputTokens',
  'cacheWriteInputTokens',
  'inputTokenDetails',
  'outputTokenDetails',
  'promptTokens',
  'completionTokens',
]

const isOurs = (usage: Raw): boolean =>
  Object.keys(usage).some((name) => own.has(name)) &&
  !foreign.some((name) => name in usage) &&
  ![usage['inputTokens'], usage['outputTokens']].some(isPlainObject)

const shapes: readonly { readonly knows: (raw: Raw) => boolean; readonly read: (raw: Raw) => Counts }[] = [
  { knows: (raw) => 'prompt_tokens' in raw, read: readChat },
  { knows: (raw) => 'input_tokens' in raw && isAnthropic(raw), read: readAnthropic },
  { knows: (raw) => 'input_tokens' in raw, read: readResponses },
  { knows: (raw) => 'promptTokenCount' in raw || 'candidatesTokenCount' in raw, read: readGemini },
  { knows: (raw) => 'cacheReadInputTokens' in raw || 'cacheWriteInputTokens' in raw, read: readConverse },
  { knows: (raw) => 'inputTokens' in raw || 'promptTokens' in raw, read: readAiSdk },
]

const count = (raw: unknown, ...path: readonly string[]): number | undefined => {
  let value = raw
  for (const name of path) value = isPlainObject(value) ? value[name] : undefined
  return typeof value === 'number' ? value : undefined
}

const sum = (...parts: readonly (number | undefined)[]): number =>
  parts.reduce<number>((total, part) => total + (part ?? 0), 0)

/** OpenAI chat includes reasoning in the output; some compatibles add it on top, which their own total shows. */
function readChat(raw: Raw): Counts {
  const input = count(raw, 'prompt_tokens') ?? 0
  const output = count(raw, 'completion_tokens') ?? 0
  const reasoning = count(raw, 'completion_tokens_details', 'reasoning_tokens') ?? count(raw, 'reasoning_tokens') ?? 0
  const total = count(raw, 'total_tokens')
  const isOutside = reasoning > output || (reasoning > 0 && total === input + output + reasoning)
  return {
    inputTokens: input,
    outputTokens: isOutside ? output + reasoning : output,
    ...details(raw['prompt_tokens_details'], raw['completion_tokens_details']),
    reasoningTokens: reasoning,
    cacheReadTokens: count(raw, 'prompt_tokens_details', 'cached_tokens') ?? count(raw, 'prompt_cache_hit_tokens') ?? 0,
    webSearches: count(raw, 'num_search_queries') ?? count(raw, 'num_sources_used') ?? 0,
  }
}

function readResponses(raw: Raw): Counts {
  const [input, output] = [
    raw['input_tokens_details'] ?? raw['input_token_details'],
    raw['output_tokens_details'] ?? raw['output_token_details'],
  ]
  return {
    inputTokens: count(raw, 'input_tokens') ?? 0,
    outputTokens: count(raw, 'output_tokens') ?? 0,
    ...details(input, output),
  }
}

/** The parts that all of OpenAI's shapes name alike; Realtime nests those of cached tokens. */
function details(input: unknown, output: unknown): Counts {
  return {
    cacheReadTokens: count(input, 'cached_tokens') ?? 0,
    cacheWriteTokens: count(input, 'cache_write_tokens') ?? 0,
    inputAudioTokens: count(input, 'audio_tokens') ?? 0,
    inputImageTokens: count(input, 'image_tokens') ?? 0,
    inputVideoTokens: count(input, 'video_tokens') ?? 0,
    cacheReadAudioTokens: count(input, 'cached_tokens_details', 'audio_tokens') ?? 0,
    cacheReadImageTokens: count(input, 'cached_tokens_details', 'image_tokens') ?? 0,
    reasoningTokens: count(output, 'reasoning_tokens') ?? 0,
    outputAudioTokens: count(output, 'audio_tokens') ?? 0,
    outputImageTokens: count(output, 'image_tokens') ?? 0,
  }
}

/** Only Anthropic keeps cached tokens out of the input. */
const isAnthropic = (raw: Raw): boolean =>
  !('input_tokens_details' in raw || 'input_token_details' in raw || 'output_tokens_details' in raw) &&
  ['cache_read_input_tokens', 'cache_creation_input_tokens', 'cache_creation', 'server_tool_use'].some(
    (name) => name in raw,
  )

function readAnthropic(raw: Raw): Counts {
  const [read, written] = [count(raw, 'cache_read_input_tokens') ?? 0, count(raw, 'cache_creation_input_tokens')]
  const oneHour = count(raw, 'cache_creation', 'ephemeral_1h_input_tokens') ?? 0
  const cacheWriteTokens = written ?? sum(oneHour, count(raw, 'cache_creation', 'ephemeral_5m_input_tokens'))
  return {
    inputTokens: sum(count(raw, 'input_tokens'), read, cacheWriteTokens),
    outputTokens: count(raw, 'output_tokens') ?? 0,
    cacheReadTokens: read,
    cacheWriteTokens,
    cacheWrite1hTokens: oneHour,
    webSearches: count(raw, 'server_tool_use', 'web_search_requests') ?? 0,
  }
}

function readConverse(raw: Raw): Counts {
  const [read, written] = [count(raw, 'cacheReadInputTokens') ?? 0, count(raw, 'cacheWriteInputTokens') ?? 0]
  return {
    inputTokens: sum(count(raw, 'inputTokens'), read, written),
    outputTokens: count(raw, 'outputTokens') ?? 0,
    cacheReadTokens: read,
    cacheWriteTokens: written,
  }
}

/** Gemini counts cached tokens in, what tools put in and thoughts out. */
function readGemini(raw: Raw): Counts {
  const [thoughts, cached] = [count(raw, 'thoughtsTokenCount') ?? 0, count(raw, 'cachedContentTokenCount') ?? 0]
  const input = modalities(raw['promptTokensDetails'], raw['toolUsePromptTokensDetails'])
  const output = modalities(raw['candidatesTokensDetails'])
  const read = modalities(raw['cacheTokensDetails'])
  return {
    inputTokens: sum(count(raw, 'promptTokenCount'), count(raw, 'toolUsePromptTokenCount')),
    outputTokens: sum(count(raw, 'candidatesTokenCount'), thoughts),
    cacheReadTokens: cached,
    reasoningTokens: thoughts,
    inputAudioTokens: input.AUDIO,
    inputImageTokens: input.IMAGE,
    inputVideoTokens: input.VIDEO,
    cacheReadAudioTokens: read.AUDIO,
    cacheReadImageTokens: read.IMAGE,
    outputAudioTokens: output.AUDIO,
    outputImageTokens: output.IMAGE,
    outputVideoTokens: output.VIDEO,
  }
}

function modalities(...lists: readonly unknown[]): { AUDIO: number; IMAGE: number; VIDEO: number } {
  const found = { AUDIO: 0, IMAGE: 0, VIDEO: 0 }
  for (const entry of lists.flatMap((list) => (Array.isArray(list) ? (list as unknown[]) : []))) {
    if (!isPlainObject(entry)) continue
    const modality = entry['modality'] === 'DOCUMENT' ? 'IMAGE' : entry['modality']
    if (typeof modality === 'string' && Object.hasOwn(found, modality))
      found[modality as keyof typeof found] += count(entry, 'tokenCount') ?? 0
  }
  return found
}

/** Version 6 has totals with their parts; version 5 plain numbers, where Anthropic's input lacks what was cached. */
function readAiSdk(raw: Raw): Counts {
  const [input, output] = [raw['inputTokens'], raw['outputTokens']]
  if (isPlainObject(input) || isPlainObject(output)) {
    const parts = sum(count(input, 'noCache'), count(input, 'cacheRead'), count(input, 'cacheWrite'))
    return {
      inputTokens: count(input, 'total') ?? parts,
      outputTokens: count(output, 'total') ?? sum(count(output, 'text'), count(output, 'reasoning')),
      cacheReadTokens: count(input, 'cacheRead') ?? 0,
      cacheWriteTokens: count(input, 'cacheWrite') ?? 0,
      reasoningTokens: count(output, 'reasoning') ?? 0,
    }
  }
  const [given, read] = [
    count(raw, 'inputTokens') ?? count(raw, 'promptTokens') ?? 0,
    count(raw, 'cachedInputTokens') ?? 0,
  ]
  const written = count(raw, 'inputTokenDetails', 'cacheWriteTokens') ?? 0
  return {
    inputTokens: read > given ? given + read : given,
    outputTokens: count(raw, 'outputTokens') ?? count(raw, 'completionTokens') ?? 0,
    cacheReadTokens: count(raw, 'inputTokenDetails', 'cacheReadTokens') ?? read,
    cacheWriteTokens: written,
    reasoningTokens: count(raw, 'outputTokenDetails', 'reasoningTokens') ?? count(raw, 'reasoningTokens') ?? 0,
  }
}

/** OpenRouter's `cost`; what it had to pay upstream comes on top only for keys of one's own. */
function withProviderCost(usage: Usage, raw: Raw): Usage {
  if (usage.providerCostUsd !== undefined) return usage
  const openRouter = [raw, nested(raw, 'providerMetadata', 'openrouter', 'usage')].find(
    (place) => count(place, 'cost') !== undefined,
  )
  const cost = count(openRouter, 'cost')
  if (cost === undefined) return usage
  const upstream =
    isPlainObject(openRouter) && openRouter['is_byok'] === true
      ? count(openRouter, 'cost_details', 'upstream_inference_cost')
      : undefined
  return { ...usage, providerCostUsd: upstream === undefined ? cost : sumText(cost, upstream) }
}

function nested(raw: Raw, ...path: readonly string[]): unknown {
  let value: unknown = raw
  for (const name of path) value = isPlainObject(value) ? value[name] : undefined
  return value
}

const sumText = (a: number, b: number): string => formatDecimal(add(decimalOf(a) ?? zero, decimalOf(b) ?? zero))
