import { formatDecimal, parseDecimal, shift } from '../decimal.ts'
import type { Meter } from '../meter.ts'
import type { Model, ModelKind } from '../model.ts'
import { type Price, slotOf } from '../price.ts'
import { ratesInForce } from '../price-book.ts'
import { capabilityFields } from './litellm-fields.ts'

/** A file for LiteLLM, and how much of the catalogue it cannot say. */
export interface LiteLlmFile {
  readonly text: string
  /** How many models lost something; the file lists what, under `sluice_lost`. */
  readonly lost: number
}

const fieldOf: Readonly<Partial<Record<Meter, string>>> = {
  input: 'input_cost_per_token',
  output: 'output_cost_per_token',
  cache_read: 'cache_read_input_token_cost',
  cache_write: 'cache_creation_input_token_cost',
  cache_write_1h: 'cache_creation_input_token_cost_above_1hr',
  reasoning: 'output_cost_per_reasoning_token',
  input_audio: 'input_cost_per_audio_token',
  output_audio: 'output_cost_per_audio_token',
  cache_read_audio: 'cache_read_input_audio_token_cost',
  input_image: 'input_cost_per_image_token',
  output_image: 'output_cost_per_image_token',
  output_video: 'output_cost_per_video_token',
  image: 'output_cost_per_image',
  pixel: 'input_cost_per_pixel',
  character: 'input_cost_per_character',
  page: 'ocr_cost_per_page',
  request: 'input_cost_per_request',
  input_audio_second: 'input_cost_per_audio_per_second',
  video_second: 'output_cost_per_video_per_second',
}

const modeOf: Readonly<Partial<Record<ModelKind, string>>> = {
  chat: 'chat',
  embedding: 'embedding',
  image: 'image_generation',
  transcription: 'audio_transcription',
  speech: 'audio_speech',
  video: 'video_generation',
  rerank: 'rerank',
  moderation: 'moderation',
  ocr: 'ocr',
}

/** Writes the prices in force at an instant as LiteLLM reads them: USD for one unit. */
export function writeLiteLlm(models: Iterable<Model>, atMs: number): LiteLlmFile {
  const lines: string[] = []
  const lost: Record<string, string[]> = {}
  for (const model of models) {
    const missing = lostFields(model)
    const prices = [...ratesInForce(model.prices, atMs).values()].flatMap((price) => {
      const field = priceField(price)
      if (field === null) missing.push(`prices.${slotOf(price)}`)
      return field === null ? [] : [`${JSON.stringify(field)}: ${perUnit(price)}`]
    })
    const name = model.id.slice(model.provider.length + 1)
    const fields = Object.entries(describe(model)).map(
      ([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`,
    )
    lines.push(`  ${JSON.stringify(`${model.provider}/${name}`)}: {${[...fields, ...prices].join(', ')}}`)
    if (missing.length > 0) lost[model.id] = missing
  }
  lines.push(`  "sluice_lost": ${JSON.stringify(lost)}`)
  return { text: `{\n${lines.join(',\n')}\n}\n`, lost: Object.keys(lost).length }
}

function describe({
  provider,
  kind,
  limits,
  capabilities,
  modalities,
  retireAt,
  sourceUrl,
}: Model): Record<string, unknown> {
  const known = Object.entries(capabilityFields)
    .map(([name, ours]) => [name, capabilities?.[ours]] as const)
    .filter(([, has]) => has !== undefined)
  return {
    litellm_provider: provider,
    ...(modeOf[kind] === undefined ? {} : { mode: modeOf[kind] }),
    ...(limits?.context === undefined ? {} : { max_input_tokens: limits.context }),
    ...(limits?.output === undefined ? {} : { max_output_tokens: limits.output, max_tokens: limits.output }),
    ...Object.fromEntries(known),
    ...(modalities === undefined
      ? {}
      : {
          supported_modalities: modalities.input.filter((one) => one !== 'pdf'),
          supported_output_modalities: modalities.output,
        }),
    ...(retireAt === undefined ? {} : { deprecation_date: retireAt.slice(0, 10) }),
    ...(sourceUrl === undefined ? {} : { source: sourceUrl }),
  }
}

/** What LiteLLM has no place for. */
function lostFields(model: Model): string[] {
  const named = ['family', 'tags', 'notes', 'replacedBy', 'deprecatedAt', 'upstream', 'reasoning'] as const
  return [
    ...named.filter((field) => model[field] !== undefined),
    ...(model.status === 'active' ? [] : ['status']),
    ...(model.aliases.length > 0 ? ['aliases'] : []),
    ...(model.prices.some(({ effectiveFrom }) => effectiveFrom !== undefined) ? ['prices at other times'] : []),
  ]
}

/** The field with its suffixes, as they are peeled off on reading; null: there is none for that condition. */
function priceField({ meter, when = {} }: Price): string | null {
  const { promptTokensGt, batch, serviceTier, ...others } = when
  const base = fieldOf[meter]
  if (base === undefined || Object.keys(others).length > 0 || (batch && serviceTier !== undefined)) return null
  if (promptTokensGt !== undefined && promptTokensGt % 1000 !== 0) return null
  if (serviceTier !== undefined && serviceTier !== 'priority' && serviceTier !== 'flex') return null
  const threshold = promptTokensGt === undefined ? '' : `_above_${promptTokensGt / 1000}k_tokens`
  return `${base}${threshold}${batch ? '_batches' : serviceTier === undefined ? '' : `_${serviceTier}`}`
}

function perUnit({ rate, per }: Price): string {
  const exact = parseDecimal(rate ?? '0') ?? { digits: 0n, scale: 0 }
  return formatDecimal(shift(exact, per === 1_000_000 ? 6 : per === 1000 ? 3 : 0))
}
