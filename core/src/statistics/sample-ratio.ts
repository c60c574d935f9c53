import { logGamma } from './log-gamma.ts'

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
 * so it may be looked at any time. Needs both shares above 0; 0 otherwise.
 */
export function sampleRatioLogFactor(units: { T: number; C: number }, shareT: number): number {
  if (shareT <= 0 || shareT >= 1) return 0
  let logFactor = logGamma(priorUnits) - logGamma(priorUnits + units.T + units.C)
  for (const [count, share] of [
    [units.T, shareT],
    [units.C, 1 - shareT],
  ] as const) {
    const prior = priorUnits * share
    logFactor += logGamma(prior + count) - logGamma(prior) - count * Math.log(share)
  }
  return logFactor
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
