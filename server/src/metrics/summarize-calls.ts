import type { VariantSummary } from '@sluice/contract'
import { addValues, emptyHistogram, quantile } from '@sluice/core/statistics'
import type { Histogram } from '@sluice/core/statistics'

/** A stored observation, as far as a summary reads it. */
export interface SummaryRow {
  readonly variant: string
  readonly model: string | null
  readonly unit: string | null
  readonly metrics: Readonly<Record<string, number>>
}

const shownByName = new Set(['error', 'latency_ms', 'tokens', 'input_tokens', 'output_tokens', 'cost_usd'])

/** Adds up the calls of one variant. Exposures, rows without any metric, are no calls. */
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
  readonly #custom = new Map<string, { calls: number; sum: number }>()

  add(rows: readonly SummaryRow[]): void {
    const calls = rows.filter(({ metrics }) => Object.keys(metrics).length > 0)
    const latencies = calls.flatMap(({ metrics }) => metrics['latency_ms'] ?? [])
    this.#latency = addValues(this.#latency, latencies)
    this.#latencySum += latencies.reduce((sum, value) => sum + value, 0)
    for (const call of calls) this.#addCall(call)
  }

  #addCall({ metrics, model, unit }: SummaryRow): void {
    this.#calls += 1
    if (metrics['error'] === 1) this.#failed += 1
    const { tokens, input_tokens: input, output_tokens: output } = metrics
    if (tokens !== undefined || input !== undefined || output !== undefined) {
      this.#tokens += tokens ?? (input ?? 0) + (output ?? 0)
      this.#callsWithTokens += 1
    }
    this.#costUsd += metrics['cost_usd'] ?? 0
    if (unit !== null) this.#units.add(unit)
    if (model !== null) this.#models.set(model, (this.#models.get(model) ?? 0) + 1)
    for (const [name, value] of Object.entries(metrics)) {
      if (shownByName.has(name)) continue
      const { calls, sum } = this.#custom.get(name) ?? { calls: 0, sum: 0 }
      this.#custom.set(name, { calls: calls + 1, sum: sum + value })
    }
  }

  view(flag: string, variant: string): VariantSummary {
    const of = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole)
    const named = [...this.#models.values()].reduce((sum, calls) => sum + calls, 0)
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
      modelBreakdown: [...this.#models]
        .sort(([, a], [, b]) => b - a)
        .map(([model, calls]) => ({ model, totalCalls: calls, share: calls / named })),
    }
  }
}
