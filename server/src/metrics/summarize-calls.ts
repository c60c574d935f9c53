import type { VariantSummary } from '@sluice/contract'
import { addValues, emptyHistogram, quantile } from '@sluice/core/statistics'
import type { Histogram } from '@sluice/core/statistics'
import { isCall } from '../observations/is-call.ts'
import { groupOf } from './group-of.ts'

/** A stored observation, as far as a summary reads it. */
export interface SummaryRow {
  readonly variant: string
  readonly model: string | null
  readonly task: string | null
  readonly unit: string | null
  readonly metrics: Readonly<Record<string, number>>
}

const mostGroups = 50
const shownByName = new Set(['error', 'latency_ms', 'tokens', 'input_tokens', 'output_tokens', 'cost_usd'])

/** Adds up the calls of one variant. Exposures are none, nor are complaints that come later; these count as what they are. */
export class CallSummary {
  #calls = 0
  #failed = 0
  #latency: Histogram = emptyHistogram
  #latencySum = 0
  #tokens = 0
  #callsWithTokens = 0
  #costUsd = 0
  readonly #units = new Set<string>()
  readonly #models = new Map<string, number>()
  readonly #tasks = new Map<string, TaskCalls>()
  readonly #custom = new Map<string, { calls: number; sum: number }>()
  readonly #by: string | null
  readonly #groups = new Map<string, { readonly order: number; readonly calls: CallSummary }>()

  /** `by`: what the calls are told apart by as well; see `groupOf`. */
  constructor(by: string | null = null) {
    this.#by = by
  }

  add(rows: readonly SummaryRow[]): void {
    const calls = rows.filter(({ metrics }) => isCall(metrics))
    for (const { metrics } of rows) this.#addCustom(metrics)
    const latencies = calls.flatMap(({ metrics }) => metrics['latency_ms'] ?? [])
    this.#latency = addValues(this.#latency, latencies)
    this.#latencySum += latencies.reduce((sum, value) => sum + value, 0)
    for (const call of calls) this.#addCall(call)
    if (this.#by !== null) this.#addGroups(this.#by, calls)
  }

  #addGroups(by: string, calls: readonly SummaryRow[]): void {
    const groups = Map.groupBy(calls, (call) => groupOf(by, call)?.value ?? null)
    for (const [value, members] of groups) {
      const [first] = members
      if (value === null || !first) continue
      const order = groupOf(by, first)?.order ?? 0
      const group = this.#groups.get(value) ?? { order, calls: new CallSummary() }
      this.#groups.set(value, group)
      group.calls.add(members)
    }
  }

  #addCall({ metrics, model, task, unit }: SummaryRow): void {
    this.#calls += 1
    if (metrics['error'] === 1) this.#failed += 1
    const { tokens, input_tokens: input, output_tokens: output } = metrics
    if (tokens !== undefined || input !== undefined || output !== undefined) {
      this.#tokens += tokens ?? (input ?? 0) + (output ?? 0)
      this.#callsWithTokens += 1
    }
    this.#costUsd += metrics['cost_usd'] ?? 0
    if (unit !== null) this.#units.add(unit)
    if (model !== null) addOne(this.#models, model)
    if (task !== null) this.#addTask(task, model, metrics['error'] === 1)
  }

  #addCustom(metrics: SummaryRow['metrics']): void {
    for (const [name, value] of Object.entries(metrics)) {
      if (shownByName.has(name)) continue
      const { calls, sum } = this.#custom.get(name) ?? { calls: 0, sum: 0 }
      this.#custom.set(name, { calls: calls + 1, sum: sum + value })
    }
  }

  #addTask(task: string, model: string | null, failed: boolean): void {
    const ofTask = this.#tasks.get(task) ?? { calls: 0, failed: 0, models: new Map<string, number>() }
    if (model !== null) addOne(ofTask.models, model)
    this.#tasks.set(task, { ...ofTask, calls: ofTask.calls + 1, failed: ofTask.failed + (failed ? 1 : 0) })
  }

  view(flag: string, variant: string, mix: ExpectedMix | null = null): VariantSummary {
    const of = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole)
    const modelBreakdown = modelShares(this.#models, mix)
    const ofTasks = sum([...this.#tasks.values()].map(({ calls }) => calls))
    return {
      flag,
      variant,
      totalCalls: this.#calls,
      successfulCalls: this.#calls - this.#failed,
      failedCalls: this.#failed,
      errorRate: of(this.#failed, this.#calls),
      successRate: of(this.#calls - this.#failed, this.#calls),
      avgResponseTime: of(this.#latencySum, this.#latency.n),
      p50ResponseTime: quantile(this.#latency, 0.5),
      p95ResponseTime: quantile(this.#latency, 0.95),
      p99ResponseTime: quantile(this.#latency, 0.99),
      totalTokens: this.#tokens,
      avgTokensPerCall: of(this.#tokens, this.#callsWithTokens),
      totalCostUsd: this.#costUsd,
      uniqueUsers: this.#units.size,
      custom: Object.fromEntries(
        [...this.#custom].map(([name, { calls, sum }]) => [name, { calls, sum, mean: sum / calls }]),
      ),
      modelBreakdown,
      asExpected: mix && this.#models.size > 0 ? isWithin(modelBreakdown, mix) : null,
      taskBreakdown: [...this.#tasks]
        .sort(([, a], [, b]) => b.calls - a.calls)
        .map(([task, { calls, failed, models }]) => ({
          task,
          totalCalls: calls,
          share: calls / ofTasks,
          errorRate: failed / calls,
          modelBreakdown: modelShares(models, null),
        })),
      breakdown: this.#by === null ? null : this.#breakdown(flag, variant),
    }
  }

  #breakdown(flag: string, variant: string): VariantSummary['breakdown'] {
    return [...this.#groups]
      .map(([value, { order, calls }]) => ({ value, order, ...calls.view(flag, variant) }))
      .sort((a, b) => a.order - b.order || b.totalCalls - a.totalCalls)
      .slice(0, mostGroups)
      .map(
        ({
          value,
          totalCalls,
          failedCalls,
          errorRate,
          avgResponseTime,
          p95ResponseTime,
          avgTokensPerCall,
          custom,
        }) => ({
          value,
          totalCalls,
          failedCalls,
          errorRate,
          avgResponseTime,
          p95ResponseTime,
          avgTokensPerCall,
          errorClasses: Object.fromEntries(
            Object.entries(custom).flatMap(([name, { sum: count }]) =>
              name.startsWith('error.') && count > 0 ? [[name.slice('error.'.length), count]] : [],
            ),
          ),
        }),
      )
  }
}

interface TaskCalls {
  readonly calls: number
  readonly failed: number
  readonly models: Map<string, number>
}

/** What part of the calls each model should have, and how far off it may be; both from 0 to 1. */
export interface ExpectedMix {
  readonly shares: Readonly<Record<string, number>>
  readonly tolerance: number
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

const addOne = (counts: Map<string, number>, name: string): void => void counts.set(name, (counts.get(name) ?? 0) + 1)

/** The most used first; what is expected and was never used stands at the end, with 0. */
function modelShares(counts: ReadonlyMap<string, number>, mix: ExpectedMix | null): VariantSummary['modelBreakdown'] {
  const named = sum([...counts.values()])
  const unused = Object.keys(mix?.shares ?? {}).filter((model) => !counts.has(model))
  return [...[...counts].sort(([, a], [, b]) => b - a), ...unused.map((model) => [model, 0] as const)].map(
    ([model, calls]) => ({
      model,
      totalCalls: calls,
      share: named === 0 ? 0 : calls / named,
      expected: mix ? (mix.shares[model] ?? 0) : null,
    }),
  )
}

const isWithin = (breakdown: VariantSummary['modelBreakdown'], { tolerance }: ExpectedMix): boolean =>
  breakdown.every(({ share, expected }) => Math.abs(share - (expected ?? 0)) <= tolerance + 1e-12)
