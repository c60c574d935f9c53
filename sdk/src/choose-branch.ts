import type { Branches } from './flag-types.ts'
import type { Attempt } from './guarded-call.ts'
import { SluiceError } from './sluice-error.ts'

/** What `run` does with its branches. */
export interface Choice {
  readonly assigned: Attempt
  /** What answers when it fails; null: nothing else can. */
  readonly baseline: Attempt | null
  /** False where another branch runs than the assigned variant's: it says nothing about that one. */
  readonly isCounted: boolean
}

/** Finds the branch of the variant; without one the `off` variant's, else the last. Throws SluiceError `NO_BRANCH`. */
export function chooseBranch(branches: Branches, variant: string | null, off: string | null): Choice {
  const wanted = branchOf(branches, variant)
  const baseline = branchOf(branches, off) ?? branchOf(branches, 'off')
  const assigned = wanted ?? baseline ?? branchOf(branches, Object.keys(branches ?? {}).at(-1) ?? null)
  if (assigned === null) throw new SluiceError('NO_BRANCH', 'run(): there is no branch to run.')
  return {
    assigned,
    baseline: assigned.branch === baseline?.branch ? null : baseline,
    isCounted: wanted !== null,
  }
}

function branchOf(branches: Branches, variant: string | null): Attempt | null {
  if (variant === null || typeof branches !== 'object' || branches === null || !Object.hasOwn(branches, variant))
    return null
  const branch = branches[variant]
  return typeof branch === 'function' ? { variant, branch } : null
}
