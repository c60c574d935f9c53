import { isCount } from './is-count.ts'
import { logBeta } from './log-beta.ts'

/** Evidence that the arms' sizes are not what the sample should give. */
export interface SampleRatio {
  /** ln of the Bayes factor over the visits that are over. */
  readonly past: number
  /** Units first seen in the attempt, in the present visit. */
  readonly units: { readonly T: number; readonly C: number }
}

export const emptySampleRatio: SampleRatio = { past: 0, units: { T: 0, C: 0 } }

/** How sure the prior is of the design, in units. */
const priorUnits = 100

/**
 * ln of the Dirichlet-multinomial likelihood of the units over that of the designed shares: a martingale under the design,
 * so it may be looked at any time. Needs both shares above 0, and counts; 0 otherwise.
 */
export function sampleRatioLogFactor(units: { T: number; C: number }, shareT: number): number {
  const { T, C } = units
  if (!(shareT > 0 && shareT < 1 && isCount(T) && isCount(C))) return 0
  const [priorT, priorC] = [priorUnits * shareT, priorUnits * (1 - shareT)]
  const mixture = logBeta(priorT + T, priorC + C) - logBeta(priorT, priorC)
  return mixture - T * Math.log(shareT) - C * Math.log1p(-shareT)
}

/** ln Bayes factor of the attempt so far. */
export function sampleRatioLogEvidence(state: SampleRatio, shareT: number): number {
  return state.past + sampleRatioLogFactor(state.units, shareT)
}

/** Beyond this ln Bayes factor the sample is broken: the rollout holds. */
export const sampleRatioThreshold = Math.log(1000)

export function addUnits(state: SampleRatio, units: { T: number; C: number }): SampleRatio {
  if (units.T === 0 && units.C === 0) return state
  return { past: state.past, units: { T: state.units.T + units.T, C: state.units.C + units.C } }
}

/** Closes the present visit, whose candidate share was `shareT`. */
export function closeVisit(state: SampleRatio, shareT: number): SampleRatio {
  return { past: sampleRatioLogEvidence(state, shareT), units: { T: 0, C: 0 } }
}
