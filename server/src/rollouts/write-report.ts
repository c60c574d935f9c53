import type { DecisionEvent, Report, Rollout } from '@sluice/contract'
import type { Kysely } from 'kysely'
import type { Tables } from '../ports/database.ts'
import { chart } from './block-series.ts'
import { chartBlocks } from './block-store.ts'
import { decisionsOf } from './decisions-of.ts'
import type { RolloutRecord } from './rollout-record.ts'

const traceCredit =
  'Traffic: "Azure LLM inference trace 2023", Microsoft Azure, CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/). Changes: times sped up, users, latencies and outcomes simulated.'

/** The written account of a rollout: a view of its events, blocks and totals. */
export async function writeReport(record: RolloutRecord, rollout: Rollout, db: Kysely<Tables>): Promise<Report> {
  const timeline = await decisionsOf(db, record.environment, record.id)
  const series = chart(await chartBlocks(db, record.id), 240, record.plan.blockMs)
  const decisive =
    timeline.findLast(({ action }) => ['rollback', 'step-back', 'complete', 'takeover'].includes(action)) ?? null
  const { units, calls, failed: failedCalls } = record.totals.candidate
  const firstExcess = series.points[series.points.findLastIndex((point) => !isExcess(point)) + 1]
  return {
    rollout,
    headline: headline(record, decisive),
    sentences: sentences(record, rollout, decisive),
    exposed: { units, calls, failedCalls },
    firstExcessAt: decisive?.action === 'rollback' ? (firstExcess?.at ?? null) : null,
    decidedAt: decisive?.at ?? null,
    fired: decisive?.verdicts.filter(({ verdict }) => verdict === 'fail') ?? [],
    timeline,
    series,
    credit: record.environment === 'demo' ? traceCredit : null,
  }
}

/** Clearly more failures than the baseline in the same slice; the excess that led to the decision is the last run of these. */
const isExcess = ({ candidate, baseline }: Report['series']['points'][number]): boolean =>
  candidate.calls > 0 &&
  baseline.calls > 0 &&
  candidate.errors / candidate.calls > 1.5 * (baseline.errors / baseline.calls)

function headline({ flag, plan, state }: RolloutRecord, decisive: DecisionEvent | null): string {
  const change = `${flag}: ${plan.baseline} → ${plan.candidate}`
  if (state.ended === 'rolled_back') return `${change} was rolled back from ${decisive?.from ?? 0} % to 0 %`
  if (state.ended === 'completed') return `${change} is open to ${state.sharePer100k / 1000} %`
  if (state.ended === 'superseded') return `${change} was taken over at ${state.sharePer100k / 1000} %`
  return `${change} is at ${state.sharePer100k / 1000} %`
}

function sentences({ totals, plan }: RolloutRecord, rollout: Rollout, decisive: DecisionEvent | null): string[] {
  const { units, calls, failed } = totals.candidate
  return [
    ...(decisive ? [decisive.why.sentence] : [rollout.why.sentence]),
    `${units} users and ${calls} calls had "${plan.candidate}"; ${failed} of these calls failed.`,
    `Beside it ${totals.baseline.units} users and ${totals.baseline.calls} calls had "${plan.baseline}"; ${totals.baseline.failed} failed.`,
  ]
}
