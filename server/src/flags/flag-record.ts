import type { FlagRecord } from '@sluice/contract'
import { warningsOf } from './check-flag.ts'
import type { StoredFlag } from './flag-store.ts'

/** What the API answers about a flag. */
export function flagRecord({
  key,
  version,
  revision,
  flag,
  rollout,
  createdAtMs,
  updatedAtMs,
}: StoredFlag): FlagRecord {
  return {
    key,
    version,
    revision,
    createdAt: new Date(createdAtMs).toISOString(),
    updatedAt: new Date(updatedAtMs).toISOString(),
    rollout: rollout && { id: rollout.id, rule: rollout.rule },
    flag: { ...flag },
    warnings: warningsOf(flag),
  }
}
