import { Faults, isPlainObject } from '../evaluation/faults.ts'
import type { Catalogue } from './catalogue.ts'
import { type Cost, costOf } from './cost.ts'
import { readInstant, writeInstant } from './instant.ts'
import { normaliseUsage } from './normalise-usage.ts'
import { readPrices } from './parse-price.ts'
import { compilePrices } from './price-book.ts'

/**
 * The cost of a case as people and files write it: `model`, an id, or `prices`, components of its own; `usage`, ours or a
 * provider's; `context` with `serviceTier`, `batch`, `at`, `quality`, `size`, `region`. What cannot be read is `invalid`, with
 * the reasons. `nowMs` counts where the case says no time.
 */
export function priceCase(input: unknown, catalogue: Catalogue, nowMs: number): Cost {
  const faults = new Faults()
  const fields: Readonly<Record<string, unknown>> = isPlainObject(input) ? input : {}
  if (!isPlainObject(input))
    faults.type('', 'an object such as {"model": "openai:gpt-4o", "usage": {"inputTokens": 1000}}', input)
  const { model, prices, usage } = fields
  if (isPlainObject(input) && (model === undefined) === (prices === undefined))
    faults.rule('', 'Expected either "model", an id, or "prices", a list of components.')
  if (model !== undefined && typeof model !== 'string') faults.type('/model', 'the id of a model', model)
  const call = readContext(fields['context'], nowMs, faults)
  const own = prices === undefined ? null : readPrices(prices, '/prices', faults)
  const name = typeof model === 'string' ? model : ''
  if (faults.found.length > 0) return unreadable(name, call.atMs, faults)
  const normal = usage === undefined || usage === null ? null : readRaw(usage)
  if (own) return costOf(compilePrices(own), normal, { ...call, model: '', priceVersion: null })
  return catalogue.cost(name, normal, call)
}

/** A usage with one of our names is ours, typing errors included; else it may be a provider's. */
function readRaw(usage: unknown): object | null {
  if (isPlainObject(usage) && Object.keys(usage).length === 0) return usage
  return normaliseUsage(usage) ?? null
}

interface ReadContext {
  readonly atMs: number
  readonly serviceTier?: string
  readonly batch?: boolean
  readonly quality?: string
  readonly size?: string
  readonly region?: string
}

function readContext(input: unknown, nowMs: number, faults: Faults): ReadContext {
  if (input === undefined || input === null) return { atMs: nowMs }
  if (!isPlainObject(input)) {
    faults.type('/context', 'an object such as {"serviceTier": "flex"}', input)
    return { atMs: nowMs }
  }
  faults.onlyFields('/context', input, ['serviceTier', 'batch', 'at', 'quality', 'size', 'region'])
  const atMs = input['at'] === undefined || input['at'] === null ? nowMs : readInstant(input['at'])
  if (atMs === null)
    faults.type('/context/at', 'a date, or a time with its zone such as "2026-11-20T10:00:00Z"', input['at'])
  if (input['batch'] !== undefined && typeof input['batch'] !== 'boolean')
    faults.type('/context/batch', 'true or false', input['batch'])
  const names: Record<string, unknown> = {}
  for (const name of ['serviceTier', 'quality', 'size', 'region'] as const) {
    const value = input[name]
    if (value === undefined || value === null) continue
    if (typeof value === 'string') names[name] = value
    else faults.type(`/context/${name}`, 'a text', value)
  }
  return { atMs: atMs ?? nowMs, ...(input['batch'] === true ? { batch: true } : {}), ...names }
}

function unreadable(model: string, atMs: number, faults: Faults): Cost {
  const reasons = faults.found.map(({ pointer, message }) => `${pointer === '' ? '' : `${pointer}: `}${message}`)
  return {
    usd: null,
    status: 'invalid',
    source: 'catalogue',
    model,
    priceVersion: null,
    at: writeInstant(atMs),
    breakdown: [],
    missing: [],
    reasons,
  }
}
