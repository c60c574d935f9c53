import { type Effort, type Modality, modalities } from '../model.ts'
import type { PriceCondition } from '../price.ts'
import { decimalOf, formatDecimal, multiply, parseDecimal, roundSignificant } from '../decimal.ts'
import { isPlainObject } from '../../evaluation/faults.ts'
import { type FileFormat, atTop } from './file-format.ts'
import { capabilityFields, foldProvider, isMoneyField, kindOfMode, priceField } from './litellm-fields.ts'
import { Draft, type SourceRecord, knownTexts, membersOf, notAnObject, unreadable } from './source-record.ts'

/** Keys of the file that are no models. */
const others = new Set(['sample_spec', 'fallback_generalizations', 'last_updated', 'sluice_lost'])
const efforts: readonly Effort[] = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']

/** LiteLLM's `model_prices_and_context_window.json`: an object of models, USD for one token. */
export const litellm: FileFormat = {
  name: 'litellm',
  split: { isSplit: atTop, markDepth: 1 },
  knows: ({ path, value }) => path.length === 1 && 'litellm_provider' in membersOf(value),
  read: ({ path, value }) => {
    const key = path[0] ?? ''
    if (others.has(key)) return []
    return [isPlainObject(value) ? readEntry(key, value) : notAnObject(path, null)]
  },
}

function readEntry(key: string, raw: Readonly<Record<string, unknown>>): SourceRecord {
  const named = raw['litellm_provider']
  if (typeof named !== 'string' || named === '') {
    const message = 'Expected the name of the provider, such as "openai".'
    return unreadable([key], null, [{ path: ['litellm_provider'], code: 'type', message }])
  }
  const provider = foldProvider(named)
  const draft = new Draft(`${provider}:${nameOf(key, named, provider)}`, [key], raw)
  draft.set('upstream', draft.id === `${provider}:${key}` ? undefined : { modelId: key })
  readKind(draft, raw)
  readLimits(draft, raw)
  readAbilities(draft, raw)
  readReasoning(draft, raw, provider)
  draft.set('retireAt', draft.text(raw['deprecation_date'], 'deprecation_date'), 'deprecation_date')
  const source = draft.text(raw['source'], 'source')
  draft.set('sourceUrl', source, 'source')
  readPrices(draft, raw)
  for (const name of Object.keys(raw)) if (!isUnderstood(name, raw)) draft.keep(name)
  return draft.record('litellm')
}

/** A prefix goes only if it is the provider: `openai/gpt-4o` loses it, `high/1024-x-1024/gpt-image-1` does not. */
function nameOf(key: string, named: string, provider: string): string {
  const slash = key.indexOf('/')
  const prefix = key.slice(0, Math.max(0, slash))
  return slash > 0 && (prefix === named || prefix === provider) ? key.slice(slash + 1) : key
}

const understood = new Set([
  'litellm_provider',
  'mode',
  'max_input_tokens',
  'max_output_tokens',
  'max_tokens',
  'deprecation_date',
  'source',
  'supported_modalities',
  'supported_output_modalities',
  'tiered_pricing',
  'search_context_cost_per_query',
  ...Object.keys(capabilityFields),
])

function isUnderstood(name: string, raw: Readonly<Record<string, unknown>>): boolean {
  if (name === 'max_tokens') return [raw['max_output_tokens'], raw['max_input_tokens']].includes(raw['max_tokens'])
  if (name === 'mode') return Object.hasOwn(kindOfMode, String(raw['mode']))
  if (name === 'supported_output_modalities' || name === 'supported_modalities')
    return !(raw[name] as unknown[])?.some?.((entry) => !(modalities as readonly unknown[]).includes(entry))
  return understood.has(name) || (isMoneyField(name) && priceOf(name, kindOf(raw)) !== null)
}

const kindOf = (raw: Readonly<Record<string, unknown>>) => kindOfMode[String(raw['mode'])] ?? 'other'

function readKind(draft: Draft, raw: Readonly<Record<string, unknown>>): void {
  const mode = draft.text(raw['mode'], 'mode')
  if (mode === undefined) return
  draft.set('kind', kindOf(raw), 'mode')
  if (!Object.hasOwn(kindOfMode, mode)) draft.warn(`The mode "${mode.slice(0, 60)}" is not known: kind "other".`)
}

function readLimits(draft: Draft, raw: Readonly<Record<string, unknown>>): void {
  const context = draft.count(raw['max_input_tokens'], 'max_input_tokens')
  const output = draft.count(raw['max_output_tokens'], 'max_output_tokens')
  draft.count(raw['max_tokens'], 'max_tokens')
  if (context ?? output)
    draft.set('limits', { ...(context ? { context } : {}), ...(output ? { output } : {}) }, 'max_input_tokens')
}

function readAbilities(draft: Draft, raw: Readonly<Record<string, unknown>>): void {
  const known: Record<string, boolean> = {}
  for (const [name, ours] of Object.entries(capabilityFields)) {
    const has = draft.flag(raw[name], name)
    if (has !== undefined) known[ours] = has
  }
  if (kindOf(raw) === 'image') known['imageGeneration'] = true
  if (Object.keys(known).length > 0) draft.set('capabilities', known)
  const input = knownTexts<Modality>(draft, raw['supported_modalities'], modalities, 'supported_modalities')
  const output = knownTexts<Modality>(
    draft,
    raw['supported_output_modalities'],
    modalities,
    'supported_output_modalities',
  )
  if (input ?? output) draft.set('modalities', { input: input ?? [], output: output ?? [] }, 'supported_modalities')
}

/** LiteLLM says whether a model reasons, and which efforts beside low, medium and high; budgets it does not say. */
function readReasoning(draft: Draft, raw: Readonly<Record<string, unknown>>, provider: string): void {
  if (raw['supports_reasoning'] === false) draft.set('reasoning', { type: 'none' }, 'supports_reasoning')
  if (raw['supports_reasoning'] !== true) return
  const named = efforts.filter((effort) => raw[`supports_${effort}_reasoning_effort`] !== undefined)
  const isOpenAi = provider === 'openai' || provider === 'azure'
  if (!isOpenAi && named.length === 0) return
  const usual = new Set(['low', 'medium', 'high'])
  const values = efforts.filter((effort) => (raw[`supports_${effort}_reasoning_effort`] ?? usual.has(effort)) === true)
  const control = isOpenAi ? { type: 'openai-reasoning-effort' } : { type: 'effort', param: 'reasoning_effort' }
  draft.set('reasoning', { ...control, values }, 'supports_reasoning')
}

interface LiteLlmPrice {
  readonly meter: Parameters<Draft['price']>[0]
  readonly per: 1 | 1_000_000
  readonly when: PriceCondition
}

const tierOf: Readonly<Record<string, PriceCondition>> = {
  priority: { serviceTier: 'priority' },
  flex: { serviceTier: 'flex' },
  batches: { batch: true },
}

/** Takes a name apart from its end: `…_above_272k_tokens_priority`; null when it is no price that we can say. */
function priceOf(name: string, kind: ReturnType<typeof kindOf>): LiteLlmPrice | null {
  let when: PriceCondition = {}
  let isHour = false
  let base = name
  for (;;) {
    const match = /^(.+?)_(?:(priority|flex|batches)|above_(\d+)k_tokens|above_(1hr))$/.exec(base)
    if (!match) break
    const [, rest = '', mode, thousands, hour] = match
    if (mode !== undefined) when = { ...when, ...tierOf[mode] }
    if (thousands !== undefined) when = { promptTokensGt: Number(thousands) * 1000, ...when }
    if (hour !== undefined) isHour = true
    base = rest
  }
  const field = priceField(base, kind)
  if (!field || (isHour && field.meter !== 'cache_write')) return null
  return { meter: isHour ? 'cache_write_1h' : field.meter, per: field.per, when }
}

function readPrices(draft: Draft, raw: Readonly<Record<string, unknown>>): void {
  const kind = kindOf(raw)
  const isFree = raw['input_cost_per_token'] === 0 && raw['output_cost_per_token'] === 0
  const isDropped = isFree && !/:.*:free$/.test(draft.id)
  if (isDropped) draft.warn('Input and output of 0 are taken for no price: nobody says that it is free.')
  // An output price comes before an input price of the same meter: it is what a generated image costs.
  const names = Object.keys(raw)
    .filter(isMoneyField)
    .sort((a, b) => Number(b.startsWith('output')) - Number(a.startsWith('output')))
  for (const name of names) readPrice(draft, name, raw[name], { kind, isDropped })
  readTiers(draft, raw['tiered_pricing'])
  readSearches(draft, raw['search_context_cost_per_query'])
  readMultipliers(draft, raw)
}

function readPrice(
  draft: Draft,
  name: string,
  value: unknown,
  { kind, isDropped }: { kind: ReturnType<typeof kindOf>; isDropped: boolean },
): void {
  if (understood.has(name) || isMultiplier(name) || value === null || typeof value === 'object') return
  const price = priceOf(name, kind)
  if (!price) {
    if (typeof value === 'number' && value < 0) draft.amount(value, '1', name)
    else if (value !== 0) draft.warn(`${name} is a price that is not understood: kept aside, not charged.`)
    return
  }
  const { meter, per, when } = price
  const rate = draft.amount(value, String(per), name)
  if (rate === undefined || (isDropped && rate === '0')) return
  if (rate === '0' && (meter === 'image' || meter === 'pixel')) return
  const perImage = meter === 'image' && name.startsWith('input') && isTiny(rate)
  if (!perImage) return draft.price(meter, rate, { per, when }, name)
  draft.warn(`${name} of ${rate} can only be meant for an image token: taken so.`)
  draft.price('input_image', draft.amount(value, '1000000', name) ?? '0', { when }, name)
}

/** Below 0.00001 USD: nobody sells a picture for that. */
const isTiny = (rate: string): boolean => rate !== '0' && rate.startsWith('0.00000')

/** Ranges of the whole prompt; the first is the base. */
function readTiers(draft: Draft, tiers: unknown): void {
  if (tiers === undefined || tiers === null) return
  if (!Array.isArray(tiers)) return draft.problem('Expected a list of ranges.', 'tiered_pricing')
  for (const [index, tier] of tiers.entries()) {
    const fields = membersOf(tier)
    const at = ['tiered_pricing', String(index)]
    const from = Array.isArray(fields['range']) ? (fields['range'] as unknown[])[0] : undefined
    if (!Number.isSafeInteger(from)) {
      draft.warn('tiered_pricing by something else than the prompt is not understood: kept aside.')
      draft.keep('tiered_pricing', tiers)
      return
    }
    const when = from === 0 ? {} : { promptTokensGt: from as number }
    for (const [name, value] of Object.entries(fields)) {
      const field = priceField(name, 'chat')
      const rate = field && draft.amount(value, String(field.per), ...at, name)
      if (field && rate != null) draft.price(field.meter, rate, { per: field.per, when }, ...at, name)
    }
  }
}

/** A search costs by how much context it brings; where all cost the same, the size does not matter. */
function readSearches(draft: Draft, prices: unknown): void {
  if (!isPlainObject(prices)) return
  const field = 'search_context_cost_per_query'
  const rates = ['low', 'medium', 'high'].flatMap((size) => {
    const name = `search_context_size_${size}`
    const rate = draft.amount(prices[name], '1', field, name)
    return rate === undefined ? [] : [{ size, rate, name }]
  })
  const usual = rates.find(({ size }) => size === 'medium') ?? rates[0]
  if (!usual || rates.every(({ rate }) => rate === '0')) return
  draft.price('web_search', usual.rate, { per: 1 }, field, usual.name)
  if (rates.every(({ rate }) => rate === usual.rate)) return
  for (const { size, rate, name } of rates) draft.price('web_search', rate, { per: 1, when: { size } }, field, name)
}

const isMultiplier = (name: string): boolean => name.startsWith('regional_processing_uplift_multiplier_')

/** What is dearer by a factor in a region or a mode becomes prices of its own: nothing multiplies at call time. */
function readMultipliers(draft: Draft, raw: Readonly<Record<string, unknown>>): void {
  const specific = Object.entries(membersOf(raw['provider_specific_entry']))
  const factors = [
    ...specific.map(([name, factor]) => ({ name, factor, field: ['provider_specific_entry', name] })),
    ...['eu', 'us'].map((name) => {
      const field = `regional_processing_uplift_multiplier_${name}`
      return { name, factor: raw[field], field: [field] }
    }),
  ]
  const tokens = draft.prices().filter(({ per, meter }) => per === 1_000_000 && meter !== 'pixel')
  for (const { name, factor, field } of factors) {
    if (typeof factor !== 'number') continue
    const exact = decimalOf(factor)
    const isMode = name === 'fast'
    if (!exact || (!isMode && name !== 'us' && name !== 'eu')) {
      draft.warn(`${field.join('.')} is not understood: kept aside.`)
      continue
    }
    for (const { meter, rate, when } of tokens) {
      const condition = (when ?? {}) as PriceCondition
      if (isMode && (condition.batch || condition.serviceTier !== undefined)) continue
      const dearer = formatDecimal(roundSignificant(multiply(parseDecimal(String(rate)) ?? exact, exact), 12))
      const mode: PriceCondition = isMode ? { serviceTier: 'fast' } : { region: name }
      draft.price(meter as LiteLlmPrice['meter'], dearer, { when: { ...condition, ...mode } }, ...field)
    }
  }
}
