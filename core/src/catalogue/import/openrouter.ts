import { writeInstant } from '../instant.ts'
import { type Modality, modalities } from '../model.ts'
import type { Meter } from '../meter.ts'
import type { PriceCondition } from '../price.ts'
import { isPlainObject } from '../../evaluation/faults.ts'
import type { FileFormat } from './file-format.ts'
import { Draft, knownTexts } from './draft.ts'
import { type SourceRecord, membersOf, notAnObject, otherName, unreadable } from './source-record.ts'

type Raw = Readonly<Record<string, unknown>>

/** What OpenRouter answers to `GET /models`: decimal texts, USD for one token. */
export const openRouter: FileFormat = {
  name: 'openrouter',
  split: { isSplit: (path) => path.length === 0 || (path.length === 1 && path[0] === 'data'), markDepth: 2 },
  knows: ({ path, value }) => path[0] === 'data' && path.length === 2 && isPlainObject(membersOf(value)['pricing']),
  read: ({ path, value }) => {
    if (path[0] !== 'data' || path.length !== 2) return []
    return [isPlainObject(value) ? readModel(path, value) : notAnObject(path, null)]
  },
}

const tokenMeters: Readonly<Record<string, Meter>> = {
  prompt: 'input',
  completion: 'output',
  internal_reasoning: 'reasoning',
  input_cache_read: 'cache_read',
  input_cache_write: 'cache_write',
  audio: 'input_audio',
  input_audio: 'input_audio',
  audio_output: 'output_audio',
  input_audio_cache: 'cache_read_audio',
  image_token: 'input_image',
  image_output: 'output_image',
}
const singleMeters: Readonly<Record<string, Meter>> = { request: 'request', web_search: 'web_search', image: 'image' }

const capabilityOf: Readonly<Record<string, string>> = {
  tools: 'tools',
  tool_choice: 'toolChoice',
  structured_outputs: 'structuredOutput',
  reasoning: 'thinking',
  temperature: 'temperature',
}

const understood = new Set(
  `id name context_length architecture pricing top_provider supported_parameters
   expiration_date alias_target`.split(/\s+/),
)

function readModel(path: readonly string[], raw: Raw): SourceRecord {
  if (typeof raw['id'] !== 'string')
    return unreadable(path, null, [{ path: ['id'], code: 'type', message: 'Expected the id of the model.' }])
  const slug = membersOf(raw['alias_target'])['slug']
  if (typeof slug === 'string' && slug !== raw['id'])
    return otherName(path, `openrouter:${slug}`, { alias: `openrouter:${raw['id']}`, kind: 'latest' })
  const draft = new Draft(`openrouter:${raw['id']}`, path, raw)
  draft.set('name', draft.text(raw['name'], 'name'), 'name')
  draft.set('upstream', { modelId: raw['id'] }, 'id')
  const context = draft.count(raw['context_length'], 'context_length')
  const output = draft.count(membersOf(raw['top_provider'])['max_completion_tokens'], 'top_provider')
  if (context ?? output)
    draft.set('limits', { ...(context ? { context } : {}), ...(output ? { output } : {}) }, 'context_length')
  readAbilities(draft, raw)
  draft.set('retireAt', expiryOf(draft, raw['expiration_date']), 'expiration_date')
  readPricing(draft, raw['pricing'])
  for (const name of Object.keys(raw)) if (!understood.has(name)) draft.keep(name)
  return draft.record('openrouter')
}

/** Seconds since 1970, or a date. */
function expiryOf(draft: Draft, expires: unknown): string | undefined {
  if (typeof expires !== 'number') return draft.text(expires, 'expiration_date')
  if (expires >= 0 && expires <= latestSeconds) return writeInstant(Math.floor(expires) * 1000)
  draft.problem('Expected a date, or seconds since 1970.', 'expiration_date')
  return undefined
}

/** The year 9999. */
const latestSeconds = 253_402_300_799

function readAbilities(draft: Draft, raw: Raw): void {
  const shape = membersOf(raw['architecture'])
  const files = (list: unknown): unknown =>
    Array.isArray(list) ? list.map((entry) => (entry === 'file' ? 'pdf' : entry)) : list
  const input = knownTexts<Modality>(draft, files(shape['input_modalities']), modalities, 'architecture')
  const output = knownTexts<Modality>(draft, files(shape['output_modalities']), modalities, 'architecture')
  if (input ?? output) draft.set('modalities', { input: input ?? [], output: output ?? [] }, 'architecture')
  const parameters = Array.isArray(raw['supported_parameters']) ? (raw['supported_parameters'] as unknown[]) : null
  const known = {
    ...(input ? { vision: input.includes('image') } : {}),
    ...(output ? { imageGeneration: output.includes('image') } : {}),
    ...(parameters
      ? Object.fromEntries(Object.entries(capabilityOf).map(([name, ours]) => [ours, parameters.includes(name)]))
      : {}),
  }
  if (Object.keys(known).length > 0) draft.set('capabilities', known, 'supported_parameters')
}

function readPricing(draft: Draft, pricing: unknown): void {
  if (!isPlainObject(pricing)) return draft.problem('Expected the prices as an object.', 'pricing')
  readRates(draft, pricing, {}, ['pricing'])
  for (const [name, list] of Object.entries(pricing)) {
    if (!Array.isArray(list)) continue
    for (const [index, tier] of list.entries()) {
      const { min_prompt_tokens: least, ...rates } = membersOf(tier)
      const at = ['pricing', name, String(index)]
      // Theirs is "from so many on", ours "more than".
      if (Number.isSafeInteger(least) && (least as number) > 0)
        readRates(draft, rates, { promptTokensGt: (least as number) - 1 }, at)
      else draft.problem('Expected min_prompt_tokens above 0.', ...at, 'min_prompt_tokens')
    }
  }
}

function readRates(draft: Draft, rates: Raw, when: PriceCondition, at: readonly string[]): void {
  for (const [name, value] of Object.entries(rates)) {
    if (Array.isArray(value)) continue
    if (Number(value) === -1) {
      draft.warn(`${at.join('.')}.${name} is decided call by call: only a cost that the provider reports counts.`)
      continue
    }
    const isImageToken = name === 'image' && value === rates['prompt'] && Number(value) > 0
    const token = isImageToken ? 'input_image' : Object.hasOwn(tokenMeters, name) ? tokenMeters[name] : undefined
    const single = Object.hasOwn(singleMeters, name) ? singleMeters[name] : undefined
    const meter = token ?? single
    if (!meter) {
      draft.warn(`${at.join('.')}.${name.slice(0, 60)} is no price that is known: kept aside, not charged.`)
      draft.keep('pricing')
      continue
    }
    const rate = draft.amount(value, token ? '1000000' : '1', ...at, name)
    // OpenRouter writes 0 for what it does not sell.
    if (rate === undefined || (rate === '0' && !['input', 'output'].includes(meter))) continue
    draft.price(meter, rate, { per: token ? 1_000_000 : 1, when }, ...at, name)
  }
}
