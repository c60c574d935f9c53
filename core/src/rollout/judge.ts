import { boundary, logEvidenceAt, quantile } from '../statistics/index.ts'
import type { ArmTally, GuardrailEvidence } from './evidence.ts'
import { logSumExp } from '../statistics/log-sum-exp.ts'
import { describeVerdict } from './describe-verdict.ts'
import { harmClaim, isRate, safeClaim, tailOf, testKind } from './guardrail-test.ts'
import type { Guardrail, Plan, WindowTest } from './plan.ts'
import type { RolloutState } from './state.ts'
import type { ArmSummary, Verdict, VerdictWord } from './verdict.ts'
import { windowStanding } from './windows.ts'
import type { WindowEvidence, WindowResult } from './windows.ts'

/** Error budget of an attempt: 1 % for a false breach; a warning comes at E 20 and goes below E 10; proofs risk 5 %. */
export const thresholds = {
  breach: Math.log(100),
  warn: Math.log(20),
  calm: Math.log(10),
  proven: Math.log(20),
} as const

/** Part of the budget that counting each candidate unit once per attempt uses; the rest is kept for later scopes. */
const entryWeight = Math.log(0.95)

/** Silence after which a side has no data: a third of the stage, 3 to 90 blocks, or this many times its usual gap. */
const patience = { partOfStage: 1 / 3, fewestBlocks: 3, mostBlocks: 90, gaps: 8 } as const

export const rollsBack = ({ onBreach }: Guardrail): boolean => onBreach === 'rollback' || onBreach === 'step-back'

export const actsIn = ({ stages }: Guardrail, stage: number): boolean => stages === null || stages.includes(stage)

/** Whether it shares the error budget of those that roll back at this stage. */
const isInRollbackClass = (guardrail: Guardrail, stage: number): boolean =>
  rollsBack(guardrail) && !guardrail.window && actsIn(guardrail, stage)

/** How many guardrails share that budget. */
export const rollbackClassSize = ({ guardrails }: Plan, stage: number): number =>
  guardrails.filter((guardrail) => isInRollbackClass(guardrail, stage)).length

/**
 * What the evidence says of each guardrail. Guardrails that roll back share one error budget: the evidence of each is
 * weighted by its part, and their sum breaches as well (a weighted mean of e-values is one). Others stand alone.
 */
export function judge(
  plan: Plan,
  state: RolloutState,
  nowMs: number,
): { readonly verdicts: readonly Verdict[]; readonly evidence: readonly GuardrailEvidence[] } {
  const isInClass = (guardrail: Guardrail | undefined): boolean =>
    guardrail !== undefined && isInRollbackClass(guardrail, state.stage)
  const inClass = rollbackClassSize(plan, state.stage)
  const harms = plan.guardrails.map((guardrail, i) =>
    harmOf(guardrail, state.evidence[i], rollsBack(guardrail) ? inClass : 1),
  )
  const counted = harms.flatMap((harm, i) => (isInClass(plan.guardrails[i]) && !harm.waits ? [harm.logE] : []))
  const classHarm = logSumExp(counted)
  const largest = Math.max(-Infinity, ...counted)
  const judged = plan.guardrails.map((guardrail, i) => {
    const evidence = state.evidence[i]
    const harm = harms[i]
    if (!evidence || !harm) throw new RangeError(`No evidence is kept for guardrail ${guardrail.id}.`)
    if (guardrail.window && evidence.windows)
      return judgeWindows(plan, state, guardrail, evidence, guardrail.window, evidence.windows, nowMs)
    const blamed = isInClass(guardrail) && !harm.waits && classHarm >= thresholds.breach && harm.logE === largest
    return judgeOne(plan, state, guardrail, evidence, harm, blamed, nowMs)
  })
  return { verdicts: judged.map(({ verdict }) => verdict), evidence: judged.map(({ evidence }) => evidence) }
}

interface Harm {
  readonly logE: number
  readonly logWeight: number
  /** Past its limit on its own, but the baseline suffers as well as far as one can see: not to be blamed on the change. */
  readonly waits: boolean
}

function harmOf(guardrail: Guardrail, evidence: GuardrailEvidence | undefined, classSize: number): Harm {
  if (!evidence) return { logE: -Infinity, logWeight: 0, waits: false }
  const logWeight = harmLogWeight(guardrail, classSize)
  const logE = logWeight + logEvidenceAt(evidence.harm, guardrail.limit)
  const comparable = evidence.companion !== null && evidence.baseline.rows > 0
  const waits = comparable && logEvidenceAt(evidence.companion, 1) < thresholds.breach
  return { logE, logWeight, waits }
}

/** ln of the part of the error budget that harm of this guardrail may use, beside others of its class. */
export function harmLogWeight(guardrail: Guardrail, classSize: number): number {
  const counting = testKind(guardrail) === 'rate-limit' || testKind(guardrail) === 'quantile-limit' ? 0 : entryWeight
  return counting - Math.log(Math.max(1, classSize))
}

function judgeOne(
  plan: Plan,
  state: RolloutState,
  guardrail: Guardrail,
  evidence: GuardrailEvidence,
  harm: Harm,
  blamed: boolean,
  nowMs: number,
): { verdict: Verdict; evidence: GuardrailEvidence } {
  const logSafe = logEvidenceAt(evidence.safe, guardrail.safe)
  const breached = harm.logE >= thresholds.breach || blamed
  const warning = harm.logE >= thresholds.warn || (evidence.warning && harm.logE >= thresholds.calm)
  const passed = !warning && (evidence.passed || logSafe >= thresholds.proven)
  const { noDataSinceMs, silent } = silence(plan, state, guardrail, evidence, nowMs)
  const word: VerdictWord = breached
    ? 'fail'
    : noDataSinceMs !== null
      ? 'no_data'
      : warning
        ? 'warn'
        : passed
          ? 'pass'
          : 'measuring'
  const refused = intervalOf(guardrail, evidence, harm.logWeight)
  const verdict: Verdict = {
    guardrail: guardrail.id,
    verdict: word,
    estimate: nearestIn(refused, estimateOf(guardrail, evidence)),
    interval: isCrossed(refused) ? harmEndOf(guardrail, refused) : refused,
    candidate: summary(guardrail, evidence.candidate),
    baseline: summary(guardrail, evidence.baseline),
    harm: { logE: harm.logE, warnsAt: thresholds.warn, breachesAt: thresholds.breach },
    safety: { logE: logSafe, provenAt: thresholds.proven },
    windows: null,
    shared: breached && harm.waits,
    noDataSinceMs,
    silent,
    get sentence() {
      return describeVerdict(guardrail, this, nowMs)
    },
  }
  return { verdict, evidence: noted(evidence, word, warning, passed) }
}

/** Evidence that remembers what was said of it. Whoever was told of a silence is told of the next one too. */
function noted(evidence: GuardrailEvidence, word: VerdictWord, warning: boolean, passed: boolean): GuardrailEvidence {
  const silenceTold = evidence.silenceTold && word === 'no_data'
  const isAsBefore = evidence.warning === warning && evidence.passed === passed && evidence.silenceTold === silenceTold
  return isAsBefore ? evidence : { ...evidence, warning, passed, silenceTold }
}

/** A threshold over windows: the last of them decide, and no early sign is hidden. */
function judgeWindows(
  plan: Plan,
  state: RolloutState,
  guardrail: Guardrail,
  evidence: GuardrailEvidence,
  test: WindowTest,
  windows: WindowEvidence,
  nowMs: number,
): { verdict: Verdict; evidence: GuardrailEvidence } {
  const { beyond, seen, isBreach, isSafe, last } = windowStanding(windows, guardrail, test)
  const { noDataSinceMs, silent } = silence(plan, state, guardrail, evidence, nowMs)
  const word: VerdictWord = isBreach
    ? 'fail'
    : noDataSinceMs !== null
      ? 'no_data'
      : beyond > 0
        ? 'warn'
        : isSafe
          ? 'pass'
          : 'measuring'
  const arm = ({ n, x, value }: WindowResult['T']): ArmSummary => ({
    units: n,
    events: isRate(guardrail) ? x : null,
    value,
  })
  const none: ArmSummary = { units: 0, events: isRate(guardrail) ? 0 : null, value: null }
  const facts = {
    guardrail: guardrail.id,
    verdict: word,
    estimate: last?.value ?? null,
    interval: [null, null] as const,
    candidate: last ? arm(last.T) : none,
    baseline: last ? arm(last.C) : none,
    harm: { logE: 0, warnsAt: thresholds.warn, breachesAt: thresholds.breach },
    safety: { logE: 0, provenAt: thresholds.proven },
    windows: { beyond, seen, needed: test.breach, of: test.of },
    shared: false,
    noDataSinceMs,
    silent,
  }
  const verdict = { ...facts, sentence: describeVerdict(guardrail, facts, nowMs) }
  return { verdict, evidence: noted(evidence, word, beyond > 0, isSafe) }
}

/** The limits that neither test refuses, at the levels at which they decide. */
function intervalOf(
  guardrail: Guardrail,
  evidence: GuardrailEvidence,
  logWeight: number,
): readonly [number | null, number | null] {
  const between = testKind(guardrail).startsWith('quantile') ? 'step' : 'line'
  const harmEnd = boundary(evidence.harm, harmClaim(guardrail), thresholds.breach - logWeight, between)
  const safeEnd = boundary(evidence.safe, safeClaim(guardrail), thresholds.proven, between)
  return guardrail.direction === 'over' ? [harmEnd, safeEnd] : [safeEnd, harmEnd]
}

type Interval = Verdict['interval']

/** Harm looks for what began lately, safety at the whole visit: where things changed each refuses what the other keeps. */
const isCrossed = ([low, high]: Interval): boolean => low !== null && high !== null && low > high

const harmEndOf = ({ direction }: Guardrail, [low, high]: Interval): Interval =>
  direction === 'over' ? [low, null] : [null, high]

/** What was seen in this visit, or the nearest value that the evidence of the whole attempt does not refuse. */
function nearestIn(interval: Interval, seen: number | null): number | null {
  if (seen === null || isCrossed(interval)) return seen
  const [low, high] = interval
  return Math.min(high ?? Infinity, Math.max(low ?? -Infinity, seen))
}

function summary(guardrail: Guardrail, tally: ArmTally): ArmSummary {
  const events = isRate(guardrail) ? tally.events : null
  return { units: tally.units, events, value: valueOf(guardrail, tally) }
}

function valueOf(guardrail: Guardrail, tally: ArmTally): number | null {
  if (tally.units === 0) return null
  if (isRate(guardrail)) return tally.events / tally.units
  return guardrail.stat === 'mean' ? tally.sum / tally.units : quantile(tally.values, 1 - tailOf(guardrail))
}

function estimateOf(guardrail: Guardrail, evidence: GuardrailEvidence): number | null {
  const candidate = valueOf(guardrail, evidence.candidate)
  if (guardrail.compare === 'absolute') return candidate
  if (isRate(guardrail)) {
    const { T, C } = evidence.mantelHaenszel
    return C > 0 ? T / C : null
  }
  const baseline = valueOf(guardrail, evidence.baseline)
  return candidate === null || baseline === null || baseline === 0 ? null : candidate / baseline
}

/**
 * Since when a side that is needed has sent nothing, if that is too long. Unless the plan says how long, it is a third of
 * the stage (at most 90 blocks) or eight times the side's usual gap, whichever is more: sixty users a day are quiet for
 * hours and nothing is wrong, a stage of a minute must not open on a minute of silence.
 */
function silence(
  plan: Plan,
  state: RolloutState,
  guardrail: Guardrail,
  evidence: GuardrailEvidence,
  nowMs: number,
): Pick<Verdict, 'noDataSinceMs' | 'silent'> {
  if (evidence.unusableSince !== null)
    return { noDataSinceMs: state.attemptStartedMs + evidence.unusableSince * plan.blockMs, silent: [] }
  const needed = guardrail.compare === 'ratio' ? [evidence.candidate, evidence.baseline] : [evidence.candidate]
  if (needed.every(({ lastBlock }) => lastBlock === state.block - 1)) return { noDataSinceMs: null, silent: [] }
  const elapsed = state.block - state.visitBlock
  const share = state.sharePer100k / 100_000
  const usualGap = (tally: ArmTally, other: ArmTally, odds: number): number =>
    tally.rows > 0 ? elapsed / tally.rows : other.rows > 0 ? (elapsed / other.rows) * odds : 0
  const { candidate, baseline } = evidence
  const sides = [
    { arm: 'T' as const, tally: candidate, gap: usualGap(candidate, baseline, share > 0 ? (1 - share) / share : 0) },
    { arm: 'C' as const, tally: baseline, gap: usualGap(baseline, candidate, share < 1 ? share / (1 - share) : 0) },
  ].filter(({ arm }) => arm === 'T' || guardrail.compare === 'ratio')
  const stageBlocks = ((plan.stages[state.stage]?.atLeastMs ?? 0) / plan.blockMs) * patience.partOfStage
  const floor = Math.min(patience.mostBlocks, Math.max(patience.fewestBlocks, Math.ceil(stageBlocks)))
  const silent = sides.flatMap(({ arm, tally, gap }) => {
    const allowed = guardrail.noDataAfterBlocks ?? Math.max(floor, patience.gaps * gap)
    const heardBlock = Math.max(tally.lastBlock ?? -1, (evidence.resumedBlock ?? 0) - 1)
    const lastBlock = Math.max(state.visitBlock - 1, heardBlock)
    const sinceMs = state.attemptStartedMs + (lastBlock + 1) * plan.blockMs
    return state.block - 1 - lastBlock >= allowed ? [{ arm, sinceMs }] : []
  })
  return {
    noDataSinceMs: silent.length === 0 ? null : Math.min(nowMs, ...silent.map(({ sinceMs }) => sinceMs)),
    silent: silent.map(({ arm }) => arm),
  }
}
