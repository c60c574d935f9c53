import { formatMilliseconds, formatNumber, formatRate, formatUsd } from '../format/numbers.ts'
import type { Strip } from './TimeStrips.tsx'

type Read = Strip['read']

const mean =
  (of: (arm: Parameters<Read>[0]) => number | null): Read =>
  (arm) => {
    const value = of(arm)
    return value === null ? null : { sum: value * arm.calls, count: arm.calls }
  }

export const errorStrip: Strip = {
  id: 'error',
  title: 'Failed calls',
  read: ({ errors, calls }) => ({ sum: errors, count: calls }),
  format: formatRate,
}

/** What the lower strip can show. */
export const otherStrips: readonly Strip[] = [
  { id: 'p95', title: 'p95 latency', read: mean(({ p95LatencyMs }) => p95LatencyMs), format: formatMilliseconds },
  { id: 'p50', title: 'Median latency', read: mean(({ p50LatencyMs }) => p50LatencyMs), format: formatMilliseconds },
  { id: 'tokens', title: 'Tokens a call', read: mean(({ tokens }) => tokens), format: formatNumber },
  { id: 'cost', title: 'Cost a call', read: mean(({ costUsd }) => costUsd), format: formatUsd },
  { id: 'quality', title: 'Quality', read: mean(({ quality }) => quality), format: formatNumber },
]
