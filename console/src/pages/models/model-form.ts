import type { ModelRecord } from '@sluice/contract'
import { aliasText, readAliases } from './alias-text.ts'
import { noReasoning, reasoningChange, type ReasoningValues, reasoningValues } from './reasoning-form.ts'
import { type FieldChange, type Model, type Price, ratesInForce } from '@sluice/core/catalogue'

/** What the form of a model holds: texts as they stand in its fields. */
export interface ModelValues {
  readonly id: string
  readonly name: string
  readonly status: string
  readonly kind: string
  readonly family: string
  readonly tags: string
  readonly notes: string
  readonly context: string
  readonly output: string
  readonly capabilities: Readonly<Record<string, boolean>>
  readonly replacedBy: string
  readonly retireAt: string
  readonly sdk: string
  readonly upstreamId: string
  /** A line a name: the name and its kind. */
  readonly aliases: string
  readonly reasoning: ReasoningValues
  /** By the guides' names of meters. */
  readonly pricing: Readonly<Record<string, string>>
}

/** The model of a record in the words of the core: the wire checks the same shape more loosely. */
export const modelOf = ({ model }: Pick<ModelRecord, 'model'>): Model => model as unknown as Model

/** The prices that every form shows, by the guides' names. */
export const usualPrices = ['input', 'output', 'cached', 'reasoning'] as const

/** Prices without conditions in force now, by the guides' names: those that the short form can change. */
export function plainPrices(model: Model, nowMs: number): ReadonlyMap<string, Price> {
  const plain = [...ratesInForce(model.prices, nowMs)].filter(([slot]) => !slot.includes('|'))
  return new Map(plain.map(([slot, price]) => [slot === 'cache_read' ? 'cached' : slot, price]))
}

export const emptyValues: ModelValues = {
  id: '',
  name: '',
  status: 'active',
  kind: 'chat',
  family: '',
  tags: '',
  notes: '',
  context: '',
  output: '',
  capabilities: {},
  replacedBy: '',
  retireAt: '',
  sdk: '',
  upstreamId: '',
  aliases: '',
  reasoning: noReasoning,
  pricing: { input: '', output: '', cached: '', reasoning: '' },
}

export function valuesOf(model: Model, nowMs: number): ModelValues {
  const prices = plainPrices(model, nowMs)
  const pricing = Object.fromEntries([...prices].map(([name, { rate }]) => [name, rate ?? '']))
  return {
    id: model.id,
    name: model.name,
    status: model.status,
    kind: model.kind,
    family: model.family ?? '',
    tags: (model.tags ?? []).join(', '),
    notes: model.notes ?? '',
    context: model.limits?.context?.toString() ?? '',
    output: model.limits?.output?.toString() ?? '',
    capabilities: model.capabilities ?? {},
    replacedBy: model.replacedBy ?? '',
    retireAt: model.retireAt ?? '',
    sdk: model.upstream?.sdk ?? '',
    upstreamId: model.upstream?.modelId ?? '',
    aliases: aliasText(model.aliases),
    reasoning: reasoningValues(model.reasoning),
    pricing: { ...emptyValues.pricing, ...pricing },
  }
}

/** What a form changes, as the body of a merge: only what differs, null for what was emptied. */
export function changesOf(before: ModelValues, after: ModelValues): Record<string, unknown> {
  const body: Record<string, unknown> = {}
  const differs = (name: keyof ModelValues): boolean => before[name] !== after[name]
  for (const name of ['id', 'name', 'status', 'kind', 'family', 'notes', 'replacedBy', 'retireAt'] as const)
    if (differs(name)) body[name] = after[name].trim() || null
  if (differs('tags')) body['tags'] = listOf(after.tags)
  if (differs('aliases')) body['aliases'] = readAliases(after.aliases)
  const upstream = changedMembers(upstreamOf(before), upstreamOf(after), upstreamOf(after))
  if (upstream) body['upstream'] = upstream
  const reasoning = reasoningChange(before.reasoning, after.reasoning)
  if (reasoning !== undefined) body['reasoning'] = reasoning
  const limits = changedMembers(before, after, { context: countOf(after.context), output: countOf(after.output) })
  if (limits) body['limits'] = limits
  const capabilities = changedMembers(ticked(before), ticked(after), after.capabilities)
  if (capabilities) body['capabilities'] = capabilities
  const prices = Object.fromEntries(Object.entries(after.pricing).map(([name, text]) => [name, text.trim() || null]))
  const pricing = changedMembers(before.pricing, after.pricing, prices)
  if (pricing) body['pricing'] = pricing
  return body
}

/** The prices that a form changes, to be looked at before they are saved. */
export function priceChangesOf(before: ModelValues, after: ModelValues): FieldChange[] {
  return Object.entries(after.pricing).flatMap(([name, text]) => {
    const [oldValue, newValue] = [before.pricing[name] || null, text.trim() || null]
    return oldValue === newValue ? [] : [{ field: `pricing.${name}`, oldValue, newValue }]
  })
}

function changedMembers(
  before: object,
  after: object,
  values: Readonly<Record<string, unknown>>,
): Record<string, unknown> | null {
  const changed = Object.entries(values).filter(([name]) => memberOf(before, name) !== memberOf(after, name))
  return changed.length === 0 ? null : Object.fromEntries(changed)
}

const upstreamOf = ({ sdk, upstreamId }: ModelValues): Record<string, string | null> => ({
  sdk: sdk.trim() || null,
  modelId: upstreamId.trim() || null,
})

/** An empty box may mean "no" or "not known"; as long as it stays empty it changes nothing. */
const ticked = ({ capabilities }: ModelValues): object =>
  Object.fromEntries(Object.entries(capabilities).filter(([, has]) => has))

/** What is empty and what is not there are the same in a form. */
const memberOf = (of: object, name: string): unknown => (of as Record<string, unknown>)[name] ?? ''

const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')

/** 128 000 and 128_000 are counts too; what is none goes to the server as it is, which says what is wrong. */
function countOf(text: string): number | string | null {
  const plain = text.replaceAll(/[\s_,]/g, '')
  if (plain === '') return null
  return /^\d+$/.test(plain) ? Number(plain) : text
}

/** The form's field that a refusal points at: `/limits/context` is `context`. */
export function fieldAt(pointer: string): string | null {
  const [first = '', second = ''] = pointer.split('/').slice(1)
  if (first === 'limits') return second
  if (first === 'reasoning') return `reasoning.${second || 'type'}`
  if (first === 'upstream') return second === 'modelId' ? 'upstreamId' : second
  if (first === 'pricing' && second !== '') return `pricing.${second}`
  return first in emptyValues && first !== 'pricing' ? first : null
}
