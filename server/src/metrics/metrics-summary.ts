import type { MetricsSummary } from '@sluice/contract'
import { observationsSince } from '../observations/observation-store.ts'
import type { Database } from '../ports/database.ts'
import { CallSummary } from './summarize-calls.ts'
import type { ExpectedMix } from './summarize-calls.ts'

export interface SummaryRequest {
  readonly environment: string
  /** The flags with their variants, in the order in which they are shown. */
  readonly flags: readonly { readonly key: string; readonly variants: readonly string[]; readonly off: string | null }[]
  readonly fromMs: number
  readonly toMs: number
  /** What the variants are held to; the one that is off is what was there before, and is not. */
  readonly mix?: ExpectedMix | null
  /** `model`, `task` or a metric, by which the calls of each variant are told apart as well. */
  readonly by?: string | null
}

/** What each variant did in a window of time, from the stored observations; without calls its figures are null. */
export async function metricsSummary(request: SummaryRequest, database: Database): Promise<MetricsSummary> {
  const { environment, fromMs, toMs } = request
  const items: MetricsSummary['items'] = []
  for (const { key, variants, off } of request.flags) {
    const summaries = new Map(variants.map((variant) => [variant, new CallSummary(request.by)]))
    for await (const rows of observationsSince(database.kysely, environment, key, fromMs, toMs))
      for (const [variant, ofVariant] of Map.groupBy(rows, (row) => row.variant)) summaries.get(variant)?.add(ofVariant)
    const mixOf = (variant: string) => (variant === off ? null : request.mix)
    items.push(...[...summaries].map(([variant, summary]) => summary.view(key, variant, mixOf(variant))))
  }
  return { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString(), items }
}
