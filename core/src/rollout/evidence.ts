import {
  addValues,
  emptyHistogram,
  mergeHistograms,
  multiply,
  quantileBucket,
  rateRatioWeights,
  restart,
  startFamily,
  upperEdge,
} from '../statistics/index.ts'
import type { Block, Family, Histogram, PerArm } from '../statistics/index.ts'
import {
  exceedanceIncrements,
  gridOf,
  harmClaim,
  isRate,
  ledgerKey,
  metricOf,
  quantileIncrements,
  rateIncrements,
  safeClaim,
  tailOf,
  testKind,
  weightsOf,
} from './guardrail-test.ts'
import { cutsFor, group, meanIncrements, regroup, remember, runningMean, startGroups } from './mean-groups.ts'
import type { MeanGroups } from './mean-groups.ts'
import { isSound } from './sound-block.ts'
import type { Guardrail } from './plan.ts'
import { foldWindow, startWindows } from './windows.ts'
import type { WindowEvidence } from './windows.ts'

/** What one arm has shown in the present visit. */
export interface ArmTally {
  readonly units: number
  /** Units with the outcome. */
  readonly events: number
  /** Of quantiles. */
  readonly values: Histogram
  readonly sum: number
  /** Rows that carried the metric. */
  readonly rows: number
  /** Block of the last of them. */
  readonly lastBlock: number | null
}

/** The baseline's quantile, fixed before the values that it is held against. */
interface FixedQuantile {
  readonly edge: number | null
  /** Baseline values since it was fixed, and those before. */
  readonly recent: Histogram
  readonly before: Histogram
}

/** All that one guardrail remembers; plain data. */
export interface GuardrailEvidence {
  /** Over the whole attempt. */
  readonly harm: Family
  /** Over the present visit. */
  readonly safe: Family
  /** The same metric against the baseline, beside an absolute limit that would roll back: tells a shared incident. */
  readonly companion: Family | null
  readonly candidate: ArmTally
  readonly baseline: ArmTally
  /** Mantel-Haenszel sums of the visit: their quotient is the ratio of rates. */
  readonly mantelHaenszel: { readonly T: number; readonly C: number }
  /** Rows of the last blocks, to notice a side that falls silent. */
  readonly recentRows: { readonly T: readonly number[]; readonly C: readonly number[] }
  readonly groups: MeanGroups | null
  /** Of means: whether the candidate's amounts lie above the bound more often, where the comparison cuts them. */
  readonly tail: Family | null
  readonly quantile: FixedQuantile | null
  /** For a threshold over windows, which rests on nothing else. */
  readonly windows: WindowEvidence | null
  /** Block since which the numbers cannot be used, if so: they say nothing, and nothing is not safe. */
  readonly unusableSince: number | null
  readonly warning: boolean
  readonly passed: boolean
  /** A `notify` breach is told once an attempt, silence once each time it begins. */
  readonly notified: boolean
  readonly silenceTold: boolean
  readonly tailTold: boolean
  /** Block at which a person resumed in this visit: the wait for data began anew, and new data are needed to go on. */
  readonly resumedBlock: number | null
}

/** Blocks of a visit whose amounts are not compared: caches are cold and old answers still come in. */
export const warmUpBlocks = 6
/** Every so many blocks a process begins anew in the mixture, so that a long healthy past hides nothing. */
const onsetBlocks = 30
const silentSideBlocks = 30
const silentSideRows = 10

const noTally: ArmTally = { units: 0, events: 0, values: emptyHistogram, sum: 0, rows: 0, lastBlock: null }

export function startEvidence(guardrail: Guardrail): GuardrailEvidence {
  const grid = gridOf(guardrail)
  const kind = testKind(guardrail)
  return {
    harm: startFamily(grid, weightsOf(guardrail, harmClaim(guardrail)), true),
    safe: startFamily(grid, weightsOf(guardrail, safeClaim(guardrail)), false),
    companion: needsCompanion(guardrail) ? startFamily([1], companionWeights(guardrail), true) : null,
    candidate: noTally,
    baseline: noTally,
    mantelHaenszel: { T: 0, C: 0 },
    recentRows: { T: [], C: [] },
    groups: kind === 'mean' ? startGroups(metricOf(guardrail).bound) : null,
    tail: kind === 'mean' ? startFamily([1], rateRatioWeights('higher'), true) : null,
    quantile: kind.startsWith('quantile') ? { edge: null, recent: emptyHistogram, before: emptyHistogram } : null,
    windows: guardrail.window ? startWindows : null,
    unusableSince: null,
    warning: false,
    passed: false,
    notified: false,
    silenceTold: false,
    tailTold: false,
    resumedBlock: null,
  }
}

/** The wait for data begins anew: a person has seen the silence, and goes on. */
export const waitAnew = (evidence: GuardrailEvidence, block: number): GuardrailEvidence => ({
  ...evidence,
  resumedBlock: block,
  silenceTold: false,
})

/** Who rolls back on a fixed limit has to look at the baseline first: an incident of both arms is nobody's fault. */
const needsCompanion = ({ compare, onBreach, window }: Guardrail): boolean =>
  compare === 'absolute' && !window && (onBreach === 'rollback' || onBreach === 'step-back')

const companionWeights = (guardrail: Guardrail) => weightsOf({ ...guardrail, compare: 'ratio' }, harmClaim(guardrail))

/** A new stay at a share: proofs begin anew, harm goes on with one more restart. */
export function startVisit(evidence: GuardrailEvidence, guardrail: Guardrail): GuardrailEvidence {
  const begun = beginOnset(evidence, guardrail)
  const bound = metricOf(guardrail).bound
  return {
    ...begun,
    safe: startFamily(evidence.safe.nulls, weightsOf(guardrail, safeClaim(guardrail)), false),
    candidate: noTally,
    baseline: noTally,
    mantelHaenszel: { T: 0, C: 0 },
    recentRows: { T: [], C: [] },
    groups: begun.groups && regroup(begun.groups, guardrail, bound),
    windows: evidence.windows && startWindows,
    passed: false,
    resumedBlock: null,
  }
}

/**
 * Folds one sealed block into the evidence. `visitBlock` is the first block of the visit. A block whose numbers are none
 * (not finite, negative, more failures than units) adds nothing, and until the next sound one there is no data.
 */
export function weigh(
  evidence: GuardrailEvidence,
  block: Block,
  guardrail: Guardrail,
  visitBlock: number,
): GuardrailEvidence {
  if (!isSound(block, ledgerKey(guardrail)))
    return evidence.unusableSince === null ? { ...evidence, unusableSince: block.index } : evidence
  const weighed = weighSound(evidence, block, guardrail, block.index - visitBlock)
  return weighed.unusableSince === null ? weighed : { ...weighed, unusableSince: null }
}

function weighSound(evidence: GuardrailEvidence, block: Block, guardrail: Guardrail, age: number): GuardrailEvidence {
  if (evidence.windows && guardrail.window) {
    const windows = foldWindow(evidence.windows, block, guardrail, guardrail.window, age)
    return remembered({ ...evidence, windows }, block, guardrail)
  }
  const begun = age > 0 && age % onsetBlocks === 0 ? beginOnset(evidence, guardrail) : evidence
  if (block.rows.T === 0 && block.rows.C === 0 && isIdle(block, guardrail)) return remembered(begun, block, guardrail)
  const weighed = isRate(guardrail) ? weighRate(begun, block, guardrail) : weighValues(begun, block, guardrail, age)
  return remembered(weighed, block, guardrail)
}

/** Settled units can come due in a block without rows. */
function isIdle(block: Block, guardrail: Guardrail): boolean {
  const rate = block.rates[ledgerKey(guardrail)]
  return !rate || (rate.settled.length === 0 && rate.firstSettled.n === 0)
}

function beginOnset(evidence: GuardrailEvidence, guardrail: Guardrail): GuardrailEvidence {
  const { quantile, companion, tail } = evidence
  return {
    ...evidence,
    harm: restart(evidence.harm, weightsOf(guardrail, harmClaim(guardrail))),
    companion: companion && restart(companion, companionWeights(guardrail)),
    tail: tail && restart(tail, rateRatioWeights('higher')),
    quantile: quantile && fixed(quantile, guardrail),
  }
}

function weighRate(evidence: GuardrailEvidence, block: Block, guardrail: Guardrail): GuardrailEvidence {
  const rate = block.rates[ledgerKey(guardrail)]
  if (!rate) return evidence
  const absolute = guardrail.compare === 'absolute'
  const harm =
    !absolute && isSilent(evidence, block, 'C') ? null : rateIncrements(guardrail, harmClaim(guardrail), 'harm', block)
  const safe =
    block.full || isSilent(evidence, block, 'T') ? null : rateIncrements(guardrail, safeClaim(guardrail), 'safe', block)
  const against = { ...guardrail, compare: 'ratio' } as const
  const companion =
    evidence.companion && !isSilent(evidence, block, 'C')
      ? rateIncrements(against, harmClaim(guardrail), 'harm', block)
      : null
  const failures = { T: 0, C: 0 }
  const weights = { T: evidence.mantelHaenszel.T, C: evidence.mantelHaenszel.C }
  for (const { nT, xT, nC, xC } of rate.atRisk) {
    failures.T += xT
    failures.C += xC
    if (nT === 0 || nC === 0) continue
    weights.T += (xT * nC) / (nT + nC)
    weights.C += (xC * nT) / (nT + nC)
  }
  const counted = absolute ? rate.first : null
  const tally = (arm: 'T' | 'C', before: ArmTally): ArmTally => ({
    ...before,
    units: before.units + (counted ? counted[arm].n : rate.exposed[arm]),
    events: before.events + (counted ? counted[arm].x : failures[arm]),
  })
  return {
    ...evidence,
    harm: harm ? multiply(evidence.harm, harm) : evidence.harm,
    safe: safe ? multiply(evidence.safe, safe) : evidence.safe,
    companion: evidence.companion && companion ? multiply(evidence.companion, companion) : evidence.companion,
    candidate: tally('T', evidence.candidate),
    baseline: tally('C', evidence.baseline),
    mantelHaenszel: weights,
  }
}

/**
 * A block in which a side that used to send fell silent says nothing of it. Skipping it only lowers evidence: without
 * failures of the baseline every factor for harm is at least 1, without those of the candidate every factor for safety.
 */
function isSilent(evidence: GuardrailEvidence, block: Block, arm: 'T' | 'C'): boolean {
  if (block.rows[arm] > 0) return false
  const recent = evidence.recentRows[arm]
  const expected = recent.reduce((sum, rows) => sum + rows, 0) / Math.max(1, recent.length)
  return expected >= silentSideRows
}

function weighValues(evidence: GuardrailEvidence, block: Block, guardrail: Guardrail, age: number): GuardrailEvidence {
  const values = block.values[ledgerKey(guardrail)] ?? []
  if (age < warmUpBlocks || values.length === 0) return evidence
  const ofArm = (arm: 'T' | 'C') => values.filter((row) => row.arm === arm).map(({ value }) => value)
  const tally = (before: ArmTally, added: readonly number[]): ArmTally => ({
    ...before,
    units: before.units + added.length,
    values: guardrail.stat === 'mean' ? before.values : addValues(before.values, added),
    sum: before.sum + added.reduce((sum, value) => sum + value, 0),
  })
  const tallied = {
    ...evidence,
    candidate: tally(evidence.candidate, ofArm('T')),
    baseline: tally(evidence.baseline, ofArm('C')),
  }
  return guardrail.stat === 'mean'
    ? weighMean(tallied, block, guardrail, age)
    : weighQuantile(tallied, block, guardrail)
}

function weighMean(evidence: GuardrailEvidence, block: Block, guardrail: Guardrail, age: number): GuardrailEvidence {
  if (!evidence.groups) return evidence
  const values = block.values[ledgerKey(guardrail)] ?? []
  const [ofHarm, ofSafety] = [evidence.harm.nulls, evidence.safe.nulls]
  const cuts = cutsFor(
    guardrail,
    guardrail.direction === 'over' ? { higher: ofHarm, lower: ofSafety } : { higher: ofSafety, lower: ofHarm },
  )
  const { groups, finished } = group(evidence.groups, values, guardrail, age, cuts)
  const { bounds } = evidence.groups
  const above = bounds && exceedanceIncrements('higher', values, bounds.high)
  const tail = evidence.tail && above ? multiply(evidence.tail, above) : evidence.tail
  let next: GuardrailEvidence & { groups: MeanGroups } = { ...evidence, tail, groups }
  for (const done of finished) {
    const { groups: known } = next
    if (runningMean(known) !== null) {
      next = {
        ...next,
        harm: multiply(next.harm, (value) => meanIncrements(guardrail, harmClaim(guardrail), done, known, value)),
        safe: block.full
          ? next.safe
          : multiply(next.safe, (value) => meanIncrements(guardrail, safeClaim(guardrail), done, known, value)),
        companion:
          next.companion &&
          multiply(next.companion, () =>
            meanIncrements({ ...guardrail, compare: 'ratio' }, harmClaim(guardrail), done, known, 1, guardrail.limit),
          ),
      }
    }
    next = { ...next, groups: remember(known, done) }
  }
  return next
}

function weighQuantile(evidence: GuardrailEvidence, block: Block, guardrail: Guardrail): GuardrailEvidence {
  const { quantile } = evidence
  if (!quantile) return evidence
  const values = block.values[ledgerKey(guardrail)] ?? []
  const baseline = values.filter(({ arm }) => arm === 'C').map(({ value }) => value)
  const seen = { ...quantile, recent: addValues(quantile.recent, baseline) }
  if (quantile.edge === null && guardrail.compare === 'ratio') {
    const enough = seen.before.n + seen.recent.n >= 20 / tailOf(guardrail)
    return { ...evidence, quantile: enough ? fixed(seen, guardrail) : seen }
  }
  const edge = quantile.edge ?? 0
  const harm = quantileIncrements(guardrail, harmClaim(guardrail), values, edge)
  const safe = block.full ? null : quantileIncrements(guardrail, safeClaim(guardrail), values, edge)
  const companion = evidence.companion && exceedanceIncrements(harmClaim(guardrail), values, guardrail.limit)
  return {
    ...evidence,
    quantile: seen,
    companion: evidence.companion && companion ? multiply(evidence.companion, companion) : evidence.companion,
    harm: harm ? multiply(evidence.harm, harm) : evidence.harm,
    safe: safe ? multiply(evidence.safe, safe) : evidence.safe,
  }
}

/** Fixes the baseline's quantile for what comes; needs one value in the tail on average. */
function fixed(quantile: FixedQuantile, guardrail: Guardrail): FixedQuantile {
  const tail = tailOf(guardrail)
  const pool = quantile.recent.n >= 20 / tail ? quantile.recent : mergeHistograms(quantile.before, quantile.recent)
  if (pool.n < 1 / tail) return quantile
  const bucket = quantileBucket(pool, 1 - tail) ?? -1
  return { edge: bucket < 0 ? 0 : upperEdge(bucket), recent: emptyHistogram, before: pool }
}

/** Notes which sides sent rows. */
function remembered(evidence: GuardrailEvidence, block: Block, guardrail: Guardrail): GuardrailEvidence {
  const of: PerArm = (guardrail.stat === 'count' ? block.rows : block.rowsOf[ledgerKey(guardrail)]) ?? { T: 0, C: 0 }
  const tally = (before: ArmTally, rows: number): ArmTally =>
    rows === 0 ? before : { ...before, rows: before.rows + rows, lastBlock: block.index }
  const { T, C } = evidence.recentRows
  return {
    ...evidence,
    candidate: tally(evidence.candidate, of.T),
    baseline: tally(evidence.baseline, of.C),
    recentRows: {
      T: [...T.slice(1 - silentSideBlocks), block.rows.T],
      C: [...C.slice(1 - silentSideBlocks), block.rows.C],
    },
  }
}
