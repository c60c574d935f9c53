import type { ReadObservation } from '@sluice/contract'
import { armOf } from '@sluice/core/evaluation'
import type { Flag } from '@sluice/core/evaluation'
import type { RowStatus } from '../ports/rollout-tables.ts'
import type { RolloutRecord } from '../rollouts/rollout-record.ts'

/** Where a row belongs, and whether it counts. */
export interface Attribution {
  readonly status: RowStatus
  readonly arm: 'T' | 'C' | null
  readonly attempt: number | null
  readonly visit: number | null
}

/**
 * Finds the visit that a row belongs to (as it says itself, else by its time) and checks that the sample gives its unit the
 * variant it reports: a row for anything else is shown, never evidence. While the flag is switched off its sample gives
 * nothing to anybody: rows of the baseline alone would count as an uneven sample once it is on again. A row that names its
 * arm was evaluated by its sender, whose unit may be a hash: its word counts, if its key is a secret.
 */
export function attribute(
  row: ReadObservation,
  { plan, state, visits }: RolloutRecord,
  flag: Flag,
  isPublic: boolean,
): Attribution {
  const said = visits.find(
    ({ visit, attempt }) => visit === row.visit && (row.attempt === null || attempt === row.attempt),
  )
  const visit = row.visit === null ? visits.findLast(({ fromMs }) => fromMs <= row.atMs) : said
  const side = row.variant === plan.candidate ? 'T' : row.variant === plan.baseline ? 'C' : null
  const place = { arm: side, attempt: visit?.attempt ?? null, visit: visit?.visit ?? null } as const
  if (!visit || visit.visit !== state.visit) return { ...place, status: 'late' }
  if (isPublic) return { ...place, status: 'public' }
  if (row.unit === null) return { ...place, status: 'no_unit' }
  if (!flag.enabled) return { ...place, status: 'mismatch' }
  if (row.arm !== null) return { ...place, status: row.arm === side ? 'evidence' : 'mismatch' }
  const sample = flag.rules?.find(({ id }) => id === plan.rule)?.sample
  const listed = [...(flag.include ?? []), ...(flag.exclude ?? [])].some(({ unit }) => unit === row.unit)
  const drawn = sample && !listed ? armOf({ ...sample, share: visit.sharePer100k }, row.unit) : null
  return drawn !== null && drawn === side ? { ...place, status: 'evidence' } : { ...place, status: 'mismatch' }
}
