export type { Block, CallSums, FirstCounts, PerArm, RateBlock, ValueRow } from './block.ts'
export { bettingIncrements, bettingWeights } from './betting.ts'
export { boundary, logEvidence, logEvidenceAt, multiply, restart, startFamily } from './family.ts'
export type { Family, LogWeights } from './family.ts'
export {
  addValues,
  bucketIndex,
  emptyHistogram,
  lowerEdge,
  mergeHistograms,
  quantile,
  quantileBucket,
  upperEdge,
} from './histogram.ts'
export { Sketch } from './sketch.ts'
export type { Histogram } from './histogram.ts'
export type { LedgerMetric } from './ledger-metric.ts'
export { isCount } from './is-count.ts'
export { rateInterval } from './rate-interval.ts'
export { rateLimitIncrements, rateLimitWeights } from './rate-limit.ts'
export { rateRatioIncrements, rateRatioWeights } from './rate-ratio.ts'
export type { Claim, Counts } from './rate-ratio.ts'
export { RiskSets } from './risk-sets.ts'
export {
  addUnits,
  closeVisit,
  emptySampleRatio,
  sampleRatioLogEvidence,
  sampleRatioLogFactor,
  sampleRatioThreshold,
} from './sample-ratio.ts'
export type { SampleRatio } from './sample-ratio.ts'
export { UnitLedger } from './unit-ledger.ts'
export type { Arm, LedgerImage, LedgerRow, LedgerSettings, Position } from './unit-ledger.ts'
