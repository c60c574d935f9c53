import type { Meter } from '../meter.ts'
import type { ModelKind } from '../model.ts'

/** What a price field of LiteLLM is a price of. Amounts are USD for one unit. */
export interface PriceField {
  readonly meter: Meter
  readonly per: 1 | 1_000_000
}

const million = (meter: Meter): PriceField => ({ meter, per: 1_000_000 })
const single = (meter: Meter): PriceField => ({ meter, per: 1 })

/** Fields that mean the same for every kind of model. */
const plainFields: Readonly<Record<string, PriceField>> = {
  input_cost_per_token: million('input'),
  output_cost_per_token: million('output'),
  cache_read_input_token_cost: million('cache_read'),
  input_cost_per_token_cache_hit: million('cache_read'),
  cache_creation_input_token_cost: million('cache_write'),
  output_cost_per_reasoning_token: million('reasoning'),
  input_cost_per_audio_token: million('input_audio'),
  output_cost_per_audio_token: million('output_audio'),
  cache_read_input_audio_token_cost: million('cache_read_audio'),
  input_cost_per_image_token: million('input_image'),
  output_cost_per_image_token: million('output_image'),
  output_cost_per_video_token: million('output_video'),
  output_cost_per_image: single('image'),
  input_cost_per_image: single('image'),
  output_cost_per_pixel: million('pixel'),
  input_cost_per_pixel: million('pixel'),
  input_cost_per_character: million('character'),
  input_cost_per_audio_per_second: single('input_audio_second'),
  output_cost_per_video_per_second: single('video_second'),
  input_cost_per_video_per_second: single('video_second'),
  input_cost_per_request: single('request'),
  input_cost_per_query: single('request'),
  ocr_cost_per_page: single('page'),
}

/** By the second: of what, the kind of model decides. Elsewhere it is the rent of a machine. */
const secondsOf: Readonly<Record<string, Readonly<Record<string, PriceField>>>> = {
  input_cost_per_second: { transcription: single('input_audio_second') },
  output_cost_per_second: { video: single('video_second'), speech: single('output_audio_second') },
}

/** The price that a field is, for a model of a kind; null: none that we have a meter for. */
export function priceField(name: string, kind: ModelKind): PriceField | null {
  if (Object.hasOwn(plainFields, name)) return plainFields[name] ?? null
  return Object.hasOwn(secondsOf, name) ? (secondsOf[name]?.[kind] ?? null) : null
}

/** Whether a field has to do with money at all, understood or not. */
export const isMoneyField = (name: string): boolean => /cost|pricing|multiplier|provider_specific_entry/.test(name)

export const kindOfMode: Readonly<Record<string, ModelKind>> = {
  chat: 'chat',
  completion: 'chat',
  responses: 'chat',
  realtime: 'chat',
  embedding: 'embedding',
  image_generation: 'image',
  image_edit: 'image',
  audio_transcription: 'transcription',
  audio_speech: 'speech',
  video_generation: 'video',
  rerank: 'rerank',
  moderation: 'moderation',
  ocr: 'ocr',
}

/** LiteLLM's name of a capability, and ours. */
export const capabilityFields: Readonly<Record<string, string>> = {
  supports_vision: 'vision',
  supports_function_calling: 'tools',
  supports_parallel_function_calling: 'parallelTools',
  supports_tool_choice: 'toolChoice',
  supports_response_schema: 'structuredOutput',
  supports_reasoning: 'thinking',
  supports_prompt_caching: 'promptCaching',
  supports_web_search: 'webSearch',
  supports_audio_input: 'audioInput',
  supports_audio_output: 'audioOutput',
  supports_video_input: 'videoInput',
  supports_pdf_input: 'pdfInput',
  supports_computer_use: 'computerUse',
  supports_system_messages: 'systemMessages',
  supports_assistant_prefill: 'prefill',
}

/** `vertex_ai-anthropic_models` is Vertex AI, `bedrock_converse` Bedrock: one seller under several names. */
export function foldProvider(name: string): string {
  const family = /^(vertex_ai|fireworks_ai)-|^(bedrock)_converse$|^(azure)_text$|^(cohere)_chat$/.exec(name)
  if (family) return family.slice(1).find((part) => part !== undefined) ?? name
  return name.replace(/^text-completion-/, '')
}

/** The kind of an entry, by its mode. */
export const kindOf = (raw: Readonly<Record<string, unknown>>): ModelKind => kindOfMode[String(raw['mode'])] ?? 'other'
