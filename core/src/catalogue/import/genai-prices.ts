import type { Meter } from '../meter.ts'
import type { PriceCondition } from '../price.ts'
import { isPlainObject } from '../../evaluation/faults.ts'
import { type FileFormat, atTop } from './file-format.ts'
import type { JsonPart } from './read-json.ts'
import { Draft, type PriceParts } from './draft.ts'
import { type SourceRecord, membersOf, notAnObject, unreadable } from './source-record.ts'

type Raw = Readonly<Record<string, unknown>>

/** The data file of genai-prices: a list of providers with their models, USD for a million or a thousand. */
export const genaiPrices: FileFormat = {
  name: 'genai-prices',
  split: { isSplit: atTop, markDepth: 3 },
  knows: ({ path, value }) => path.length === 1 && path[0] === '0' && 'api_pattern' in membersOf(value),
  read: readProvider,
}

function* readProvider({ path, value }: JsonPart): Generator<SourceRecord> {
  const { id, models } = membersOf(value)
  if (typeof id !== 'string' || !Array.isArray(models))
    return yield unreadable(path, null, [
      { path: [], code: 'type', message: 'Expected a provider with id and models.' },
    ])
  for (const [index, raw] of models.entries()) {
    const at = [...path, 'models', String(index)]
    yield isPlainObject(raw) ? readModel(at, raw, id) : notAnObject(at, null)
  }
}

const meters: Readonly<Record<string, readonly [Meter, 1000 | 1_000_000]>> = {
  input_mtok: ['input', 1_000_000],
  output_mtok: ['output', 1_000_000],
  cache_read_mtok: ['cache_read', 1_000_000],
  cache_write_mtok: ['cache_write', 1_000_000],
  cache_write_1h_mtok: ['cache_write_1h', 1_000_000],
  input_audio_mtok: ['input_audio', 1_000_000],
  output_audio_mtok: ['output_audio', 1_000_000],
  cache_audio_read_mtok: ['cache_read_audio', 1_000_000],
  input_image_mtok: ['input_image', 1_000_000],
  output_image_mtok: ['output_image', 1_000_000],
  cache_image_read_mtok: ['cache_read_image', 1_000_000],
  input_video_mtok: ['input_video', 1_000_000],
  output_video_mtok: ['output_video', 1_000_000],
  output_reasoning_mtok: ['reasoning', 1_000_000],
  requests_kcount: ['request', 1000],
  web_searches_kcount: ['web_search', 1000],
}

const understood = new Set(['id', 'match', 'prices', 'name', 'context_window', 'deprecated'])

function readModel(path: readonly string[], raw: Raw, provider: string): SourceRecord {
  if (typeof raw['id'] !== 'string')
    return unreadable(path, null, [{ path: ['id'], code: 'type', message: 'Expected the id of the model.' }])
  const draft = new Draft(`${provider}:${raw['id']}`, path, raw)
  draft.set('name', draft.text(raw['name'], 'name'), 'name')
  draft.set('status', draft.flag(raw['deprecated'], 'deprecated') ? 'deprecated' : undefined, 'deprecated')
  const context = draft.count(raw['context_window'], 'context_window')
  draft.set('limits', context && { context }, 'context_window')
  readPrices(draft, raw['prices'])
  draft.set('aliases', aliasesOf(draft, provider, raw['id'], raw['match']), 'match')
  for (const name of Object.keys(raw)) if (!understood.has(name)) draft.keep(name)
  return draft.record('genai-prices')
}

/** Names that are matched exactly become names of the model; patterns would catch what they should not. */
function aliasesOf(draft: Draft, provider: string, id: string, match: unknown): unknown[] | undefined {
  const names = new Set<string>()
  const skipped = new Set<string>()
  const visit = (rule: unknown): void => {
    for (const [kind, value] of Object.entries(membersOf(rule)))
      if (kind === 'or' && Array.isArray(value)) value.forEach(visit)
      else if (kind === 'equals' && typeof value === 'string') names.add(value)
      else skipped.add(kind)
  }
  visit(match)
  names.delete(id)
  if (skipped.size > 0)
    draft.warn(`Names matched by ${[...skipped].join(', ')} are left out: only exact ones are taken.`)
  const usable = [...names].filter((name) => !/[\s\p{Cc}]/u.test(name) && name !== '')
  if (usable.length === 0) return undefined
  return usable.map((name) => ({ alias: `${provider}:${name}`, kind: isDated(name, id) ? 'dated' : 'upstream' }))
}

const isDated = (name: string, id: string): boolean => name.replace(/-\d{4}-?\d{2}-?\d{2}$/, '') === id

/** One set of prices, or several: from a day on, or at a time of day. */
function readPrices(draft: Draft, prices: unknown): void {
  if (isPlainObject(prices)) return readSet(draft, prices, {}, ['prices'])
  if (!Array.isArray(prices)) return draft.problem('Expected prices as an object or a list.', 'prices')
  const earlier = new Map<string, { meter: Meter; parts: PriceParts }>()
  for (const [index, entry] of prices.entries()) {
    const { constraint, prices: set } = membersOf(entry)
    const at = ['prices', String(index), 'prices']
    const when = conditionOf(draft, constraint, ['prices', String(index), 'constraint'])
    if (!when || !isPlainObject(set)) continue
    const before = draft.prices().length
    readSet(draft, set, when, at)
    const added = draft.prices().slice(before)
    if (when.effectiveFrom !== undefined) withdraw(draft, earlier, added, when.effectiveFrom, at)
    for (const { meter, per, when: condition } of added)
      earlier.set(slotText(meter, condition), {
        meter: meter as Meter,
        parts: { per: per as 1, ...(condition ? { when: condition as PriceCondition } : {}) },
      })
  }
}

const slotText = (meter: unknown, when: unknown): string => JSON.stringify([meter, when ?? {}])

/** A dated set replaces the whole set before it: a tier it does not name would outrank its flat price for ever. */
function withdraw(
  draft: Draft,
  earlier: Map<string, { meter: Meter; parts: PriceParts }>,
  added: readonly Record<string, unknown>[],
  effectiveFrom: string,
  at: readonly string[],
): void {
  const named = new Set(added.map(({ meter, when }) => slotText(meter, when)))
  for (const [slot, { meter, parts }] of earlier) {
    if (named.has(slot)) continue
    draft.price(meter, null, { ...parts, effectiveFrom }, ...at)
    earlier.delete(slot)
  }
}

function conditionOf(draft: Draft, constraint: unknown, at: readonly string[]): PriceParts | null {
  if (constraint === undefined || constraint === null) return {}
  const { start_date: date, start_time: start, end_time: end } = membersOf(constraint)
  if (typeof date === 'string') return { effectiveFrom: date }
  const [from, to] = [start, end].map((time) =>
    typeof time === 'string' ? /^(\d\d:\d\d):00Z?$/.exec(time)?.[1] : null,
  )
  if (from && to) return { when: { timeOfDayUtc: `${from}-${to}` } }
  draft.problem('Expected start_date, or start_time and end_time.', ...at)
  return null
}

function readSet(draft: Draft, set: Raw, parts: PriceParts, at: readonly string[]): void {
  for (const [name, value] of Object.entries(set)) {
    const known = Object.hasOwn(meters, name) ? meters[name] : undefined
    if (!known) {
      draft.warn(`${name.slice(0, 60)} is no price that is known: kept aside, not charged.`)
      draft.keep('prices')
      continue
    }
    const [meter, per] = known
    const base = isPlainObject(value) ? value['base'] : value
    const rate = draft.amount(base, '1', ...at, name)
    if (rate !== undefined) draft.price(meter, rate, { ...parts, per }, ...at, name)
    const tiers = isPlainObject(value) && Array.isArray(value['tiers']) ? (value['tiers'] as unknown[]) : []
    for (const [index, tier] of tiers.entries()) {
      const { start, price } = membersOf(tier)
      const place = [...at, name, 'tiers', String(index)]
      const above = draft.amount(price, '1', ...place, 'price')
      if (above === undefined || !Number.isSafeInteger(start)) draft.problem('Expected start and price.', ...place)
      else
        draft.price(meter, above, { ...parts, per, when: { promptTokensGt: start as number, ...parts.when } }, ...place)
    }
  }
}
