import type { ModelUsage } from '@sluice/contract'
import { type Decimal, add, decimalOf, formatDecimal, parseDecimal, zero } from '@sluice/core/catalogue'
import type { Flag } from '@sluice/core/evaluation'
import { listFlags } from '../flags/flag-store.ts'
import { isCall } from '../observations/is-call.ts'
import { observationsSince } from '../observations/observation-store.ts'
import { turnTaker } from './in-turns.ts'
import { namedModels } from './model-warnings.ts'
import type { ModelParts } from './model-service.ts'

export const usageGroups = ['model', 'day', 'environment', 'flag', 'variant'] as const
export type UsageGroup = (typeof usageGroups)[number]

export interface UsageRequest {
  readonly fromMs: number
  readonly toMs: number
  readonly by: readonly UsageGroup[]
  /** Only this model. */
  readonly model?: string
}

type Key = Readonly<Record<UsageGroup, string | null>>
interface Sum {
  readonly key: Key
  calls: number
  inputTokens: number
  outputTokens: number
  usd: Decimal
  unpricedCalls: number
}

/** Names under which calls report what they used, and ours. */
const usageOf: Readonly<Record<string, string>> = {
  input_tokens: 'inputTokens',
  output_tokens: 'outputTokens',
  cache_read_tokens: 'cacheReadTokens',
  cache_write_tokens: 'cacheWriteTokens',
  reasoning_tokens: 'reasoningTokens',
}

/**
 * What calls used and cost, from the stored observations. A cost that the call reported counts; else the catalogue's, at the prices
 * of the time of the call. Calls that nobody can price are counted apart, and no part of the sum.
 */
export async function modelUsage(request: UsageRequest, parts: ModelParts): Promise<ModelUsage> {
  const { fromMs, toMs } = request
  const sums = new Map<string, Sum>()
  const takeTurn = turnTaker()
  for (const environment of parts.environments)
    for (const { key: flag, flag: definition } of await listFlags(parts.database.kysely, environment))
      for await (const rows of observationsSince(parts.database.kysely, environment, flag, fromMs, toMs))
        for (const row of rows) {
          count({ ...row, environment, flag, definition }, request, sums, parts)
          await takeTurn()
        }
  const items = [...sums.values()].sort(byKey).map(({ key, usd, ...figures }) => ({
    ...key,
    ...figures,
    usd: formatDecimal(usd),
  }))
  return { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString(), items }
}

interface Call {
  readonly environment: string
  readonly flag: string
  readonly definition: Flag
  readonly variant: string
  readonly model: string | null
  readonly at: number
  readonly metrics: Readonly<Record<string, number>>
}

function count(call: Call, { by, model: wanted }: UsageRequest, sums: Map<string, Sum>, { models }: ModelParts): void {
  const { metrics, at } = call
  if (!isCall(metrics)) return
  const named = call.model ?? namedModels(call.definition.variants[call.variant])[0] ?? null
  const model = named === null ? null : (models.catalogue.find(named, at)?.model.id ?? named)
  if (wanted !== undefined && model !== wanted) return
  const values = { ...call, model, day: new Date(at).toISOString().slice(0, 10) }
  const of = (group: UsageGroup): string | null => (by.includes(group) ? values[group] : null)
  const key: Key = {
    model: of('model'),
    day: of('day'),
    environment: of('environment'),
    flag: of('flag'),
    variant: of('variant'),
  }
  const name = JSON.stringify(key)
  const sum = sums.get(name) ?? { key, calls: 0, inputTokens: 0, outputTokens: 0, usd: zero, unpricedCalls: 0 }
  sums.set(name, sum)
  sum.calls += 1
  sum.inputTokens += metrics['input_tokens'] ?? 0
  sum.outputTokens += metrics['output_tokens'] ?? 0
  const usd = costOf(call, model, models.catalogue)
  if (usd === null) sum.unpricedCalls += 1
  else sum.usd = add(sum.usd, usd)
}

function costOf(
  { metrics, at }: Call,
  model: string | null,
  catalogue: ModelParts['models']['catalogue'],
): Decimal | null {
  if (metrics['cost_usd'] !== undefined) return decimalOf(metrics['cost_usd'])
  const usage = Object.entries(usageOf).flatMap(([name, ours]) =>
    metrics[name] === undefined ? [] : [[ours, metrics[name]] as const],
  )
  if (model === null || usage.length === 0) return null
  const { usd, status } = catalogue.cost(model, Object.fromEntries(usage), { atMs: at })
  return usd === null || status !== 'complete' ? null : parseDecimal(usd)
}

const byKey = (a: Sum, b: Sum): number => {
  const [left, right] = [JSON.stringify(Object.values(a.key)), JSON.stringify(Object.values(b.key))]
  return left < right ? -1 : left > right ? 1 : 0
}
