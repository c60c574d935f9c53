import { tell } from '../story.ts'
import type { Trace } from '../trace.ts'
import { advanceOnFreshEvidence, breachIsAnswered, foldsToTheSame, replaysToTheSame, timeIsServed } from './evidence.ts'
import { exposureFollowsThePlan, heldMeansHeld, nobodyFlips } from './exposure.ts'
import type { Breach, Invariant } from './invariant.ts'
import { faultsPass } from './liveness.ts'
import { revisionsOnlyGrow } from './readers.ts'
import {
  acknowledgedIsStored,
  everyChangeIsTold,
  everyEventArrives,
  faultsAreNamed,
  oneWriter,
  writesMeanWhatTheySaw,
} from './records.ts'

const invariants: readonly Invariant[] = [
  exposureFollowsThePlan,
  advanceOnFreshEvidence,
  breachIsAnswered,
  everyChangeIsTold,
  heldMeansHeld,
  timeIsServed,
  revisionsOnlyGrow,
  writesMeanWhatTheySaw,
  oneWriter,
  faultsPass,
  everyEventArrives,
  nobodyFlips,
  foldsToTheSame,
  acknowledgedIsStored,
  faultsAreNamed,
  replaysToTheSame,
]

export type Broken = Breach & { readonly invariant: Invariant }

/** The rules that a history breaks, the first to be broken first. */
export function brokenIn(trace: Trace, checked: readonly Invariant[] = invariants): readonly Broken[] {
  const story = tell(trace)
  return checked
    .flatMap((invariant) => {
      const breach = invariant.broken(story)
      return breach ? [{ ...breach, invariant }] : []
    })
    .sort((a, b) => a.at - b.at)
}
