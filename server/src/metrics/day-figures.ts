import type { TrendPoint } from '@sluice/contract'
import { addValues, emptyHistogram, quantile } from '@sluice/core/statistics'
import type { Histogram } from '@sluice/core/statistics'

export const dayMs = 86_400_000

/** What the calls of one variant on one day come to; days of two parts add up. */
export interface DayFigures {
  readonly calls: number
  readonly failed: number
  readonly latency: Histogram
  readonly latencySum: number
  readonly tokens: number
  readonly callsWithTokens: number
  readonly costUsd: number
}

export const noFigures: DayFigures = {
  calls: 0,
  failed: 0,
  latency: emptyHistogram,
  latencySum: 0,
  tokens: 0,
  callsWithTokens: 0,
  costUsd: 0,
}

type Metrics = Readonly<Record<string, number>>

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

function tokensOf({ tokens, input_tokens: input, output_tokens: output }: Metrics): number[] {
  if (tokens !== undefined) return [tokens]
  return input === undefined && output === undefined ? [] : [(input ?? 0) + (output ?? 0)]
}

export function addCalls(figures: DayFigures, calls: readonly Metrics[]): DayFigures {
  const latencies = calls.flatMap((metrics) => metrics['latency_ms'] ?? [])
  const tokens = calls.flatMap(tokensOf)
  return {
    calls: figures.calls + calls.length,
    failed: figures.failed + calls.filter((metrics) => metrics['error'] === 1).length,
    latency: addValues(figures.latency, latencies),
    latencySum: figures.latencySum + sum(latencies),
    tokens: figures.tokens + sum(tokens),
    callsWithTokens: figures.callsWithTokens + tokens.length,
    costUsd: figures.costUsd + sum(calls.map((metrics) => metrics['cost_usd'] ?? 0)),
  }
}

export const dateOf = (day: number): string => new Date(day * dayMs).toISOString().slice(0, 10)

export function trendPoint(day: number, figures: DayFigures): TrendPoint {
  const { calls, failed, latency, latencySum, tokens, callsWithTokens, costUsd } = figures
  return {
    day: dateOf(day),
    totalCalls: calls,
    errorRate: calls === 0 ? null : failed / calls,
    avgResponseTime: latency.n === 0 ? null : latencySum / latency.n,
    p95ResponseTime: quantile(latency, 0.95),
    avgTokensPerCall: callsWithTokens === 0 ? null : tokens / callsWithTokens,
    totalCostUsd: costUsd,
  }
}
