import { type Effort, type Modality, type ReasoningControl, efforts, modalities } from '../model.ts'
import type { Meter } from '../meter.ts'
import type { PriceCondition } from '../price.ts'
import { isPlainObject } from '../../evaluation/faults.ts'
import { type FileFormat, atTop } from './file-format.ts'
import type { JsonPart } from './read-json.ts'
import { Draft, knownTexts } from './draft.ts'
import { type SourceRecord, membersOf, notAnObject } from './source-record.ts'

type Raw = Readonly<Record<string, unknown>>

/** The `api.json` of models.dev: providers with their models, USD for a million tokens. */
export const modelsDev: FileFormat = {
  name: 'models.dev',
  split: { isSplit: atTop, markDepth: 3 },
  knows: ({ path, value }) => path.length === 1 && isPlainObject(membersOf(value)['models']),
  read: readProvider,
}

/** One by one: some providers have hundreds. */
function* readProvider({ path, value }: JsonPart): Generator<SourceRecord> {
  const provider = membersOf(value)
  const models = provider['models']
  if (!isPlainObject(models)) return yield notAnObject([...path, 'models'], null)
  for (const [key, raw] of Object.entries(models)) {
    const at = [...path, 'models', key]
    yield isPlainObject(raw) ? readModel(at, raw, provider) : notAnObject(at, `${path[0]}:${key}`)
  }
}

const meters: Readonly<Record<string, Meter>> = {
  input: 'input',
  output: 'output',
  reasoning: 'reasoning',
  cache_read: 'cache_read',
  cache_write: 'cache_write',
  input_audio: 'input_audio',
  output_audio: 'output_audio',
}

/** Facts about a model that are no field of ours, and kept. */
const facts = ['knowledge', 'release_date', 'last_updated', 'interleaved', 'open_weights', 'experimental']

function readModel(path: readonly string[], raw: Raw, provider: Raw): SourceRecord {
  const [providerId = '', , key = ''] = path
  const draft = new Draft(`${providerId}:${key}`, path, raw)
  if (raw['id'] !== undefined && raw['id'] !== key)
    draft.problem(`The id says "${String(raw['id']).slice(0, 80)}", its key "${key.slice(0, 80)}": correct one.`, 'id')
  draft.set('name', draft.text(raw['name'], 'name'), 'name')
  draft.set('family', draft.text(raw['family'], 'family'), 'family')
  const sdk = membersOf(raw['provider'])['npm'] ?? provider['npm']
  draft.set('upstream', typeof sdk === 'string' ? { sdk } : undefined)
  draft.set('status', statusOf(draft, raw['status']), 'status')
  readLimits(draft, raw['limit'])
  readAbilities(draft, raw)
  readReasoning(draft, raw, String(sdk))
  draft.set('sourceUrl', typeof provider['doc'] === 'string' ? provider['doc'] : undefined)
  readCost(draft, raw)
  for (const name of facts) draft.keep(name)
  for (const name of Object.keys(raw)) if (!understood.has(name)) draft.keep(name)
  return draft.record('models.dev')
}

const understood = new Set(
  `id name family status limit modalities cost provider reasoning reasoning_options
   attachment tool_call structured_output temperature`.split(/\s+/),
)

function statusOf(draft: Draft, status: unknown): string | undefined {
  if (status === undefined || status === 'deprecated') return status as string | undefined
  if (status === 'beta' || status === 'alpha') return 'preview'
  draft.problem(`Expected beta, alpha or deprecated; got ${JSON.stringify(status)?.slice(0, 60)}.`, 'status')
  return undefined
}

function readLimits(draft: Draft, limit: unknown): void {
  const found: Record<string, number> = {}
  for (const name of ['context', 'input', 'output']) {
    const count = draft.count(membersOf(limit)[name], 'limit', name)
    if (count !== undefined) found[name] = count
  }
  if (Object.keys(found).length > 0) draft.set('limits', found, 'limit')
}

function readAbilities(draft: Draft, raw: Raw): void {
  const sides = membersOf(raw['modalities'])
  const input = knownTexts<Modality>(draft, sides['input'], modalities, 'modalities', 'input')
  const output = knownTexts<Modality>(draft, sides['output'], modalities, 'modalities', 'output')
  if (input ?? output) draft.set('modalities', { input: input ?? [], output: output ?? [] }, 'modalities')
  const isImage = output?.includes('image') === true && !output.includes('text')
  const family = String(raw['family'] ?? '')
  draft.set('kind', isImage ? 'image' : family.includes('embedding') ? 'embedding' : 'chat')
  const known = {
    ...(input ? { vision: input.includes('image') } : {}),
    ...(output ? { imageGeneration: output.includes('image') } : {}),
    attachments: draft.flag(raw['attachment'], 'attachment'),
    tools: draft.flag(raw['tool_call'], 'tool_call'),
    structuredOutput: draft.flag(raw['structured_output'], 'structured_output'),
    temperature: draft.flag(raw['temperature'], 'temperature'),
    thinking: draft.flag(raw['reasoning'], 'reasoning'),
    ...(membersOf(raw['cost'])['cache_read'] === undefined ? {} : { promptCaching: true }),
  }
  draft.set('capabilities', Object.fromEntries(Object.entries(known).filter(([, has]) => has !== undefined)))
}

function readReasoning(draft: Draft, raw: Raw, sdk: string): void {
  if (raw['reasoning'] === false) return draft.set('reasoning', { type: 'none' }, 'reasoning')
  if (raw['reasoning'] !== true) return
  const options = Array.isArray(raw['reasoning_options']) ? (raw['reasoning_options'] as unknown[]) : []
  const isOpenAi = sdk === '@ai-sdk/openai' || sdk === '@ai-sdk/azure'
  const most = membersOf(raw['limit'])['output']
  const controls = options.flatMap((option) => controlOf(draft, membersOf(option), isOpenAi, most))
  const [main, ...also] = controls
  const reasoning = main ? { ...main, ...(also.length > 0 ? { also } : {}) } : { type: 'fixed' }
  draft.set('reasoning', reasoning, 'reasoning_options')
}

function controlOf(draft: Draft, option: Raw, isOpenAi: boolean, outputLimit: unknown): ReasoningControl[] {
  const { type } = option
  if (type === 'toggle') return [{ type: 'toggle', param: 'reasoning' }]
  if (type === 'effort') {
    const values = knownTexts<Effort>(draft, option['values'], efforts, 'reasoning_options', 'values') ?? []
    if (values.length === 0) return []
    return [
      isOpenAi ? { type: 'openai-reasoning-effort', values } : { type: 'effort', param: 'reasoning_effort', values },
    ]
  }
  if (type === 'budget_tokens') {
    const { min } = option
    let { max } = option
    if (typeof max === 'number' && typeof outputLimit === 'number' && outputLimit > 0 && max > outputLimit) {
      draft.warn(`A reasoning budget of ${max} is above the output limit: cut to ${outputLimit}.`)
      max = outputLimit
    }
    for (const bound of [min, max])
      if (typeof bound === 'number' && bound < 0) draft.warn(`A reasoning budget of ${bound} is none: left out.`)
    const isBudget = (bound: unknown): boolean => typeof bound === 'number' && bound >= 0
    const budget = {
      ...(isBudget(min) ? { min: min as number } : {}),
      ...(isBudget(max) ? { max: max as number } : {}),
    }
    return [{ type: 'budget-tokens', ...budget }]
  }
  draft.warn(`Reasoning of type ${JSON.stringify(type)?.slice(0, 60)} is not known: left out.`)
  return []
}

function readCost(draft: Draft, raw: Raw): void {
  const { cost } = raw
  if (cost === undefined) return
  if (!isPlainObject(cost)) return draft.problem('Expected the prices as an object.', 'cost')
  if (cost['input'] === 0 && cost['output'] === 0) {
    const isSubscription = draft.id.startsWith('github-copilot:') || /^[^:]*-coding-plan:/.test(draft.id)
    draft.warn(
      isSubscription
        ? 'Prices of 0 under a subscription are no price: left out.'
        : 'Prices of 0: free, or paid by a subscription; the file does not say.',
    )
    if (isSubscription) return
  }
  readRates(draft, cost, {}, ['cost'])
  for (const [index, tier] of (Array.isArray(cost['tiers']) ? (cost['tiers'] as unknown[]) : []).entries()) {
    const at = ['cost', 'tiers', String(index)]
    const { type, size } = membersOf(membersOf(tier)['tier'])
    if (type !== 'context' || !Number.isSafeInteger(size)) draft.problem('Expected a tier by context size.', ...at)
    else readRates(draft, membersOf(tier), { promptTokensGt: size as number }, at)
  }
  const modes = membersOf(membersOf(raw['experimental'])['modes'])
  for (const [name, mode] of Object.entries(modes)) readMode(draft, name, membersOf(mode))
}

/** What a faster mode is called is not what is sent: the body of the request says which tier it is. */
function readMode(draft: Draft, name: string, mode: Raw): void {
  const body = membersOf(membersOf(mode['provider'])['body'])
  const tier = body['service_tier'] ?? body['speed']
  if (typeof tier !== 'string') return draft.warn(`The mode "${name.slice(0, 60)}" is not understood: kept aside.`)
  readRates(draft, membersOf(mode['cost']), { serviceTier: tier }, ['experimental', 'modes', name, 'cost'])
}

function readRates(draft: Draft, cost: Raw, when: PriceCondition, at: readonly string[]): void {
  for (const [name, value] of Object.entries(cost)) {
    // The older form of the single tier, which stands in `tiers` as well.
    if (name === 'tiers' || name === 'tier' || name === 'context_over_200k') continue
    const meter = Object.hasOwn(meters, name) ? meters[name] : undefined
    if (meter === undefined) {
      draft.warn(`${at.join('.')}.${name.slice(0, 60)} is no price that is known: kept aside, not charged.`)
      draft.keep('cost')
      continue
    }
    const rate = draft.amount(value, '1', ...at, name)
    if (rate !== undefined) draft.price(meter, rate, { when }, ...at, name)
  }
}
