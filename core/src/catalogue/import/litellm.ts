import { type Effort, type Modality, modalities } from '../model.ts'
import { isPlainObject } from '../../evaluation/faults.ts'
import { type FileFormat, atTop } from './file-format.ts'
import { Draft, knownTexts } from './draft.ts'
import { capabilityFields, foldProvider, isMoneyField, kindOf, kindOfMode } from './litellm-fields.ts'
import { priceOf, readPrices, structuredFields } from './litellm-prices.ts'
import { type SourceRecord, membersOf, notAnObject, unreadable } from './source-record.ts'

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
  ...structuredFields,
  ...Object.keys(capabilityFields),
])

function isUnderstood(name: string, raw: Readonly<Record<string, unknown>>): boolean {
  if (name === 'max_tokens') return [raw['max_output_tokens'], raw['max_input_tokens']].includes(raw['max_tokens'])
  if (name === 'mode') return Object.hasOwn(kindOfMode, String(raw['mode']))
  if (name === 'supported_output_modalities' || name === 'supported_modalities')
    return !(raw[name] as unknown[])?.some?.((entry) => !(modalities as readonly unknown[]).includes(entry))
  return understood.has(name) || (isMoneyField(name) && priceOf(name, kindOf(raw)) !== null)
}

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
