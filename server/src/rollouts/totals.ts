import type { PerArm } from '@sluice/core/statistics'
import { isCall } from '../observations/is-call.ts'
import type { StoredRow } from '../observations/observation-store.ts'
import type { ArmTotals, Totals } from './rollout-record.ts'

/** The totals with one block's rows; `units` are those ever exposed in the attempt. */
export function addRows(totals: Totals, rows: readonly StoredRow[], visit: number, units: PerArm): Totals {
  const { uncounted, visitRows } = totals
  const withStatus = (status: StoredRow['status']) => rows.filter((row) => row.status === status).length
  const present = rows.filter((row) => row.status === 'evidence' && row.visit === visit)
  const same = visitRows.visit === visit ? visitRows : { T: 0, C: 0 }
  const rowsOf = (arm: 'T' | 'C') => present.filter((row) => row.arm === arm).length
  const overtaken = rows.filter((row) => row.status === 'evidence' && row.visit !== visit).length
  return {
    candidate: addCalls(totals.candidate, rows, 'T', units.T),
    baseline: addCalls(totals.baseline, rows, 'C', units.C),
    visitRows: { visit, T: same.T + rowsOf('T'), C: same.C + rowsOf('C') },
    uncounted: {
      late: uncounted.late + withStatus('late') + overtaken,
      mismatch: uncounted.mismatch + withStatus('mismatch'),
      withoutUnit: uncounted.withoutUnit + withStatus('no_unit'),
      public: uncounted.public + withStatus('public'),
    },
  }
}

function addCalls(before: ArmTotals, rows: readonly StoredRow[], arm: 'T' | 'C', units: number): ArmTotals {
  const calls = rows.filter((row) => row.arm === arm && row.status !== 'mismatch' && isCall(row.metrics))
  return {
    units,
    calls: before.calls + calls.length,
    failed: before.failed + calls.filter(({ metrics }) => metrics['error'] === 1).length,
  }
}
