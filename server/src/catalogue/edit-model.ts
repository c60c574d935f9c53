import { type FieldError, SluiceError } from '@sluice/contract'
import {
  Faults,
  type FlagProblem,
  type Model,
  type Price,
  describeChanges,
  faultsOfGuideInput,
  fromGuideInput,
  isPlainObject,
  parseModel,
  priceKey,
  ratesInForce,
  readPrice,
  slotOf,
  touchedGroups,
  withOwner,
  writeInstant,
} from '@sluice/core/catalogue'
import { mergePatch } from '../flags/merge-patch.ts'
import type { ModelAction } from './write-models.ts'

export interface PricesInput {
  readonly prices: readonly unknown[]
  readonly wholeList?: boolean | undefined
  readonly correction?: boolean | undefined
}

export type ModelEdit =
  | { readonly kind: 'merge'; readonly body: unknown }
  | { readonly kind: 'prices'; readonly body: PricesInput }
  | { readonly kind: 'revert'; readonly to: Model }
  | { readonly kind: 'delete' }
  | { readonly kind: 'restore' }

/** What an edit makes of a model. Pure, so that a transaction may run it again, and so that it can be tried on an older version. */
export function editModel(before: Model, edit: ModelEdit, nowMs: number): Model {
  if (edit.kind === 'delete' || edit.kind === 'restore') return before
  if (edit.kind === 'revert') return byHand(before, checkedModel({ ...edit.to, id: before.id }), nowMs)
  const input = edit.kind === 'merge' ? merged(before, edit.body, nowMs) : withPrices(before, edit.body, nowMs)
  return byHand(before, checkedModel(input), nowMs)
}

function merged(before: Model, body: unknown, nowMs: number): unknown {
  checkGuideInput(body)
  return mergePatch(before, withoutId(fromGuideInput(body, before, nowMs), before))
}

function checkGuideInput(body: unknown): void {
  const faults = faultsOfGuideInput(body)
  if (faults.length > 0) throw modelRefused(faults)
}

/** A new model by hand; it may come in the guides' shape. */
export function newModel(body: unknown, nowMs: number): Model {
  checkGuideInput(body)
  const input = fromGuideInput(body, null, nowMs)
  return checkedModel(isPlainObject(input) ? { source: 'manual', ...input } : input)
}

/** The document and the prices in force, as a draft of another name. */
export function duplicateOf(model: Model, id: string, name: string | undefined, nowMs: number): Model {
  const { managedBy: _, replacedBy: __, deprecatedAt: ___, retireAt: ____, ...kept } = model
  const prices = [...ratesInForce(model.prices, nowMs).values()].map(({ effectiveFrom: _____, ...price }) => price)
  const upstream = model.upstream ?? { modelId: model.id.slice(model.provider.length + 1) }
  return checkedModel({
    ...kept,
    id,
    provider: undefined,
    name: name ?? `${model.name} (copy)`,
    status: 'draft',
    upstream,
    prices,
    aliases: [],
    source: 'manual',
  })
}

/** The word for what happened. */
export function actionOf(before: Model, after: Model, edit: ModelEdit): ModelAction {
  if (edit.kind === 'delete' || edit.kind === 'restore' || edit.kind === 'revert') return edit.kind
  if (before.status === after.status) return 'update'
  return after.status === 'deprecated' ? 'deprecate' : after.status === 'retired' ? 'retire' : 'update'
}

/** Which of the changed fields may not change without a reason. */
export function fieldsThatNeedReason(before: Model, after: Model, nowMs: number): string[] {
  return describeChanges(before, after, nowMs)
    .map(({ field }) => field)
    .filter((field) => field === 'status' || /^(?:pricing|prices|limits)\./.test(field))
}

function checkedModel(input: unknown): Model {
  const parsed = parseModel(input)
  if (parsed.ok) return parsed.model
  throw modelRefused(parsed.problems)
}

/** Wrong shapes are 400, broken rules 422; with both it is 400. */
function modelRefused(problems: readonly FlagProblem[]): SluiceError {
  const errors: FieldError[] = problems.slice(0, 100)
  const isShape = problems.some(({ code }) => code === 'type')
  const [first] = errors
  const detail = `body${first?.pointer ?? ''}: ${first?.message ?? 'It is no model.'} Nothing was changed.`
  return new SluiceError(isShape ? 'INVALID_INPUT' : 'UNPROCESSABLE', detail, { errors })
}

/** An id never changes: history and costs hang on it. */
function withoutId(input: unknown, { id }: Model): unknown {
  if (!isPlainObject(input)) return input
  if (input['id'] === undefined || input['id'] === id) return input
  const message = `The id of a model never changes; this one is "${id}": duplicate it, and let the old one be replaced by the new.`
  throw new SluiceError('UNPROCESSABLE', message, { errors: [{ pointer: '/id', code: 'custom', message }] })
}

/** What a person changed is theirs, and a later sync leaves it alone. A deprecated model knows since when. */
function byHand(before: Model, after: Model, nowMs: number): Model {
  const isDeprecated =
    after.status === 'deprecated' && before.status !== 'deprecated' && after.deprecatedAt === undefined
  const dated = isDeprecated ? checkedModel({ ...after, deprecatedAt: writeInstant(nowMs) }) : after
  if (JSON.stringify(before.managedBy) !== JSON.stringify(after.managedBy)) return dated
  return withOwner(dated, touchedGroups(before, dated), 'manual')
}

function withPrices(before: Model, { prices, wholeList, correction }: PricesInput, nowMs: number): unknown {
  const now = writeInstant(nowMs)
  const inForce = ratesInForce(before.prices, nowMs)
  const added = checkedPrices(prices).map((price): Price => {
    if (price.effectiveFrom !== undefined) return price
    if (!correction) return { ...price, effectiveFrom: now }
    const { effectiveFrom } = inForce.get(slotOf(price)) ?? {}
    return effectiveFrom === undefined ? price : { ...price, effectiveFrom }
  })
  const keys = new Set(added.map(priceKey))
  const kept = before.prices.filter((price) => !keys.has(priceKey(price)))
  return { ...before, prices: [...kept, ...added, ...(wholeList ? withdrawals(inForce, added, now) : [])] }
}

function checkedPrices(prices: readonly unknown[]): Price[] {
  const faults = new Faults()
  const read = prices.map((price, i) => readPrice(price, `/prices/${i}`, faults))
  if (faults.found.length > 0) throw modelRefused(faults.found)
  return read.filter((price) => price !== null)
}

/** A new list outdates what it does not name: an old tier would outrank a new flat price for ever. */
function withdrawals(inForce: ReadonlyMap<string, Price>, added: readonly Price[], now: string): Price[] {
  const named = new Set(added.map(slotOf))
  return [...inForce]
    .filter(([slot]) => !named.has(slot))
    .map(([, price]) => ({ ...price, rate: null, effectiveFrom: now }))
}
