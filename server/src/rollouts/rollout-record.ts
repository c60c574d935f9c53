import type { Plan, RolloutState } from '@sluice/core/rollout'
import type { Release } from '../checklists/release.ts'

/** One stay at a share, to tell from the time of a row where it belongs. */
export interface Visit {
  readonly visit: number
  readonly attempt: number
  readonly sharePer100k: number
  readonly fromMs: number
  /** Its first block in the attempt. */
  readonly fromBlock: number
}

/** Calls and users of one arm over the attempt. */
export interface ArmTotals {
  readonly units: number
  readonly calls: number
  readonly failed: number
}

/** What is counted beside the evidence. */
export interface Totals {
  readonly candidate: ArmTotals
  readonly baseline: ArmTotals
  /** Rows of the present visit, for the share that is really exposed. */
  readonly visitRows: { readonly visit: number; readonly T: number; readonly C: number }
  readonly uncounted: {
    readonly late: number
    readonly mismatch: number
    readonly withoutUnit: number
    readonly public: number
  }
}

const noCalls: ArmTotals = { units: 0, calls: 0, failed: 0 }

export const noTotals: Totals = {
  candidate: noCalls,
  baseline: noCalls,
  visitRows: { visit: 0, T: 0, C: 0 },
  uncounted: { late: 0, mismatch: 0, withoutUnit: 0, public: 0 },
}

/** A rollout as it is stored. */
export interface RolloutRecord {
  readonly id: string
  readonly environment: string
  readonly flag: string
  readonly version: number
  readonly plan: Plan
  readonly reason: string
  readonly notes: readonly string[]
  readonly release: Release
  readonly state: RolloutState
  readonly visits: readonly Visit[]
  readonly totals: Totals
  readonly sealedSeq: number
  readonly createdMs: number
  readonly startedMs: number | null
  readonly endedMs: number | null
}

/** Whether blocks are still sealed for it. */
export const isLive = ({ state }: Pick<RolloutRecord, 'state'>): boolean => state.stage >= 0 && state.ended === null

/** The visits after a change of state: a new one when share, attempt or arms changed. */
export function visitsAfter(visits: readonly Visit[], state: RolloutState): readonly Visit[] {
  if (visits.at(-1)?.visit === state.visit || state.visit === 0) return visits
  const { visit, attempt, sharePer100k, visitStartedMs: fromMs, visitBlock: fromBlock } = state
  return [...visits, { visit, attempt, sharePer100k, fromMs, fromBlock }]
}
