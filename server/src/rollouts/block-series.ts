import type { Series } from '@sluice/contract'
import { addValues, emptyHistogram, mergeHistograms, quantile } from '@sluice/core/statistics'
import type { Histogram } from '@sluice/core/statistics'
import { isCall } from '../observations/is-call.ts'
import type { StoredRow } from '../observations/observation-store.ts'

/** One arm in one block, for charts: calls, not units. */
export interface ArmSeries {
  readonly calls: number
  readonly errors: number
  readonly newUnits: number
  readonly latency: Histogram
  /** Sums and counts of amounts, so that they can be added over blocks. */
  readonly tokens: readonly [sum: number, count: number]
  readonly costUsd: readonly [sum: number, count: number]
  readonly quality: readonly [sum: number, count: number]
  /** Of every call, failed ones too; blocks of earlier versions have neither. */
  readonly latencyMs?: readonly [sum: number, count: number]
  readonly complaints?: number
  /** Of the calls, those of units that the sample put on this side: the others say nothing about the share. */
  readonly drawn?: number
}

/** What tells the share: drawn calls, in blocks of earlier versions all. */
export const drawnCalls = ({ drawn, calls }: ArmSeries): number => drawn ?? calls

export interface BlockSeries {
  readonly T: ArmSeries
  readonly C: ArmSeries
}

const none: ArmSeries = {
  calls: 0,
  errors: 0,
  newUnits: 0,
  latency: emptyHistogram,
  tokens: [0, 0],
  costUsd: [0, 0],
  quality: [0, 0],
}
const noSeries: BlockSeries = { T: none, C: none }

/** What charts will show of the rows of a block. */
export function seriesOf(
  rows: readonly StoredRow[],
  newUnits: { readonly T: number; readonly C: number },
): BlockSeries {
  const arm = (side: 'T' | 'C'): ArmSeries => {
    const own = rows.filter(({ arm: of }) => of === side)
    const ofCalls = own.filter(({ metrics }) => isCall(metrics))
    const calls = ofCalls.map(({ metrics }) => metrics)
    const total = (name: string): readonly [number, number] => {
      const values = own.flatMap(({ metrics }) => metrics[name] ?? [])
      return [values.reduce((sum, value) => sum + value, 0), values.length]
    }
    const tokens = calls.flatMap(
      (metrics) => metrics['tokens'] ?? added(metrics['input_tokens'], metrics['output_tokens']),
    )
    return {
      calls: calls.length,
      errors: calls.filter((metrics) => metrics['error'] === 1).length,
      newUnits: newUnits[side],
      latency: addValues(
        emptyHistogram,
        calls.flatMap((metrics) => (metrics['error'] === 1 ? [] : (metrics['latency_ms'] ?? []))),
      ),
      tokens: [tokens.reduce((sum, value) => sum + value, 0), tokens.length],
      costUsd: total('cost_usd'),
      quality: total('quality'),
      latencyMs: total('latency_ms'),
      complaints: total('complaint')[0],
      drawn: ofCalls.filter(({ status }) => status === 'evidence').length,
    }
  }
  return { T: arm('T'), C: arm('C') }
}

const added = (a: number | undefined, b: number | undefined): number[] =>
  a === undefined && b === undefined ? [] : [(a ?? 0) + (b ?? 0)]

const plus = (a: readonly [number, number], b: readonly [number, number]): readonly [number, number] => [
  a[0] + b[0],
  a[1] + b[1],
]

const mergeArms = (a: ArmSeries, b: ArmSeries): ArmSeries => ({
  calls: a.calls + b.calls,
  errors: a.errors + b.errors,
  newUnits: a.newUnits + b.newUnits,
  latency: mergeHistograms(a.latency, b.latency),
  tokens: plus(a.tokens, b.tokens),
  costUsd: plus(a.costUsd, b.costUsd),
  quality: plus(a.quality, b.quality),
  latencyMs: plus(a.latencyMs ?? [0, 0], b.latencyMs ?? [0, 0]),
  complaints: (a.complaints ?? 0) + (b.complaints ?? 0),
  drawn: drawnCalls(a) + drawnCalls(b),
})

/** A sealed block as a chart needs it. */
export interface ChartBlock {
  readonly startMs: number
  readonly endMs: number
  readonly sharePer100k: number
  readonly series: BlockSeries
}

/** At most `points` slices of equal length; quantiles come from merged histograms, never from averages. */
export function chart(blocks: readonly ChartBlock[], points: number, blockMs: number): Series {
  const firstMs = blocks[0]?.startMs ?? 0
  const lastMs = blocks.at(-1)?.endMs ?? 0
  const bucketMs = Math.max(1, Math.ceil((lastMs - firstMs) / blockMs / points)) * blockMs
  const slices = new Map<number, { share: number; series: BlockSeries }>()
  for (const { startMs, sharePer100k, series } of blocks) {
    const slice = Math.floor((startMs - firstMs) / bucketMs)
    const before = slices.get(slice)?.series ?? noSeries
    slices.set(slice, {
      share: sharePer100k,
      series: { T: mergeArms(before.T, series.T), C: mergeArms(before.C, series.C) },
    })
  }
  return {
    bucketMs,
    points: [...slices].map(([slice, { share, series }]) => {
      const [drawn, others] = [drawnCalls(series.T), drawnCalls(series.C)]
      return {
        at: new Date(firstMs + slice * bucketMs).toISOString(),
        setPercent: share / 1000,
        actualPercent: drawn + others === 0 ? null : (100 * drawn) / (drawn + others),
        candidate: point(series.T),
        baseline: point(series.C),
      }
    }),
  }
}

const mean = ([sum, count]: readonly [number, number]): number | null => (count === 0 ? null : sum / count)

const point = ({ calls, errors, newUnits, latency, tokens, costUsd, quality }: ArmSeries) => ({
  calls,
  errors,
  newUnits,
  p50LatencyMs: quantile(latency, 0.5),
  p95LatencyMs: quantile(latency, 0.95),
  tokens: mean(tokens),
  costUsd: mean(costUsd),
  quality: mean(quality),
})
