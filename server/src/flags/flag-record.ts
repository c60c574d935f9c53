import type { FlagRecord, Stale } from '@sluice/contract'
import { warningsOf } from './check-flag.ts'
import type { StoredFlag } from './flag-store.ts'

/** What the API answers about a flag. */
export function flagRecord(stored: StoredFlag, stale: Stale | null = null): FlagRecord {
  const { key, version, revision, flag, rollout, createdAtMs, updatedAtMs } = stored
  return {
    key,
    version,
    revision,
    createdAt: new Date(createdAtMs).toISOString(),
    updatedAt: new Date(updatedAtMs).toISOString(),
    rollout: rollout && { id: rollout.id, rule: rollout.rule },
    flag: { ...flag },
    warnings: warningsOf(flag),
    stale,
  }
}
