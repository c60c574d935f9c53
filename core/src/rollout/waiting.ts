import { sampleRatioLogFactor, sampleRatioThreshold } from '../statistics/index.ts'
import { guardrailLabel, limitText, safeText } from './describe-verdict.ts'
import { actsIn } from './judge.ts'
import { shareOf, stageAbove } from './plan.ts'
import type { GuardrailEvidence } from './evidence.ts'
import type { Guardrail, OnNoData, Plan, WindowTest } from './plan.ts'
import type { RolloutState, Waiting } from './state.ts'
import { designedShare, sampleRatioOf } from './unit-sample.ts'
import type { Verdict } from './verdict.ts'
import { clockText, percentText, shortNumber, spanText } from './words.ts'

/** What the engine is told beside the evidence. */
export interface Facts {
  readonly nowMs: number
  /** False while somebody has switched the flag off. */
  readonly flagEnabled: boolean
  /** False for recordings, whose arms are as they were: the check is shown and holds nothing. */
  readonly sampleRatioHolds: boolean
  /** What the shell waits for beside the evidence: other rollouts, items of a checklist. */
  readonly open?: readonly Waiting[]
  /** True when a person has asked for the start and only `open` is in its way. */
  readonly armed?: boolean
}

const holding = new Set<Waiting['code']>([
  'person',
  'breach',
  'killed',
  'shared_incident',
  'warning',
  'no_data',
  'max_duration',
  'sample_ratio',
  'both_sides',
  'clock',
])

/** True for causes that stop the clock of the stage. */
export const holds = ({ code }: Waiting): boolean => holding.has(code)

/** Everything that keeps the rollout from going on, the weightiest first. */
export function waitingFor(
  plan: Plan,
  state: RolloutState,
  verdicts: readonly Verdict[],
  facts: Facts,
): readonly Waiting[] {
  if (state.ended) return []
  const { open = [], armed = false } = facts
  if (state.stage < 0) return armed ? open : [...open, { code: 'start', sentence: 'a person starts it' }]
  return [
    ...obstacles(plan, state, verdicts, facts),
    ...ofActing(plan, state, verdicts, unheard),
    ...ofActing(plan, state, verdicts, (guardrail, verdict) => proofs(plan, state, guardrail, verdict)),
    ...time(plan, state, facts),
    ...open,
    ...gate(plan, state),
  ]
}

/** Whether the clock of the stage stands still, without listing what merely is not there yet. */
export function isHeld(plan: Plan, state: RolloutState, verdicts: readonly Verdict[], facts: Facts): boolean {
  if (state.ended || state.stage < 0) return false
  return obstacles(plan, state, verdicts, facts).some(holds) || (facts.open?.some(holds) ?? false)
}

/** What is in the way, apart from time and proofs. */
function obstacles(plan: Plan, state: RolloutState, verdicts: readonly Verdict[], facts: Facts): readonly Waiting[] {
  const all: Waiting[] = []
  all.push(...stops(state, facts))
  all.push(...ofActing(plan, state, verdicts, troubles))
  all.push(...lastWarning(plan, state, facts))
  all.push(...sampleRatio(state, facts))
  all.push(...bothSides(plan, state))
  all.push(...clock(plan, state, facts))
  all.push(...tooLong(plan, state, facts))
  return all
}

/** What the guardrails that act in this stage wait for. */
function ofActing(
  { guardrails }: Plan,
  { stage, evidence }: RolloutState,
  verdicts: readonly Verdict[],
  waits: (guardrail: Guardrail, verdict: Verdict, evidence: GuardrailEvidence) => readonly Waiting[],
): readonly Waiting[] {
  const all: Waiting[] = []
  for (const [i, guardrail] of guardrails.entries()) {
    const [verdict, kept] = [verdicts[i], evidence[i]]
    if (verdict && kept && actsIn(guardrail, stage)) all.push(...waits(guardrail, verdict, kept))
  }
  return all
}

function stops({ stoppedBy }: RolloutState, { flagEnabled }: Facts): Waiting[] {
  const killed: Waiting[] = flagEnabled
    ? []
    : [{ code: 'killed', sentence: 'the flag is switched off: a person switches it on again' }]
  if (!stoppedBy) return killed
  return [...killed, { code: stoppedBy.by, sentence: stoppedBy.sentence }]
}

function troubles(guardrail: Guardrail, verdict: Verdict): Waiting[] {
  if (guardrail.onBreach === 'notify') return []
  if (verdict.shared)
    return [{ code: 'shared_incident', sentence: `${verdict.sentence}; the baseline fails as well: a shared incident` }]
  if (verdict.verdict === 'no_data') {
    const policy = silencePolicy(guardrail)
    return [{ code: policy === 'ignore' || policy === 'notify' ? 'proof' : 'no_data', sentence: verdict.sentence }]
  }
  return verdict.verdict === 'warn' ? [{ code: 'warning', sentence: `early signs of harm: ${verdict.sentence}` }] : []
}

/** Silence always keeps the stage from opening; this says what it does besides. */
export const silencePolicy = ({ onNoData, onBreach }: Guardrail): OnNoData =>
  onNoData ?? (onBreach === 'notify' ? 'ignore' : 'hold')

function lastWarning({ afterWarningMs = 0 }: Plan, { warnedMs }: RolloutState, { nowMs }: Facts): Waiting[] {
  if (afterWarningMs === 0 || warnedMs === null) return []
  const left = afterWarningMs - (nowMs - warnedMs)
  if (left <= 0) return []
  const sentence = `${spanText(left)} more without early signs of harm (at least ${spanText(afterWarningMs)}, last seen ${clockText(warnedMs)})`
  return [{ code: 'warning', sentence }]
}

/** A clock that shows a time before the visit was set back: what it shows is no time at the stage. */
function clock({ blockMs }: Plan, { visitStartedMs }: RolloutState, { nowMs }: Facts): Waiting[] {
  if (nowMs >= visitStartedMs - blockMs) return []
  const sentence = `the clock was set back: this share was set at ${clockText(visitStartedMs)}`
  return [{ code: 'clock', sentence }]
}

function tooLong({ maxDurationMs }: Plan, { attemptStartedMs }: RolloutState, { nowMs }: Facts): Waiting[] {
  if (maxDurationMs === undefined || !(nowMs - attemptStartedMs >= maxDurationMs)) return []
  const sentence = `the plan's ${spanText(maxDurationMs)} are over: a person goes on without proof, or rolls back`
  return [{ code: 'max_duration', sentence }]
}

function sampleRatio(state: RolloutState, { sampleRatioHolds }: Facts): Waiting[] {
  if (!sampleRatioHolds || !(sampleRatioOf(state) >= sampleRatioThreshold)) return []
  const { T, C } = state.sampleRatio.units
  const isHere = sampleRatioLogFactor(state.sampleRatio.units, designedShare(state)) > 0
  const who = isHere
    ? `${T} candidate and ${C} baseline users do not fit ${percentText(state.sharePer100k)}`
    : 'the users of an earlier share of this attempt did not fit it'
  const sentence = `${who}: rows of one side are lost or doubled`
  return [{ code: 'sample_ratio', sentence }]
}

/** Units on both sides count on neither; when they are many, what is left is no fair picture. */
function bothSides({ guardrails }: Plan, { visitUnits: { seen, crossed } }: RolloutState): Waiting[] {
  const countsUnits = guardrails.some(({ counting, window }) => counting !== 'request' && !window)
  if (!countsUnits || crossed < 5 || crossed * 100 <= seen) return []
  const sentence = `${crossed} of ${seen} users reported from both sides and count on neither; see whether the unit is the one that is sampled`
  return [{ code: 'both_sides', sentence }]
}

/** What was seen before a person held the rollout says nothing of the time since. */
function unheard(
  guardrail: Guardrail,
  { verdict }: Verdict,
  { resumedBlock, candidate, baseline }: GuardrailEvidence,
): Waiting[] {
  if (verdict === 'no_data' || !resumedBlock || guardrail.onBreach === 'notify') return []
  const sides = guardrail.compare === 'ratio' ? [candidate, baseline] : [candidate]
  if (sides.every(({ lastBlock }) => lastBlock !== null && lastBlock >= resumedBlock)) return []
  return [{ code: 'proof', sentence: `${guardrailLabel(guardrail)}: a first observation since it was resumed` }]
}

function proofs({ advance }: Plan, { full }: RolloutState, guardrail: Guardrail, verdict: Verdict): Waiting[] {
  if (guardrail.onBreach === 'notify' || verdict.verdict === 'no_data') return []
  if (guardrail.window) return windowProof(guardrail, guardrail.window, verdict)
  if (advance === 'quiet') return [...firstObservations(guardrail, verdict), ...missedTarget(guardrail, verdict)]
  if (verdict.verdict !== 'measuring') return []
  const label = guardrailLabel(guardrail)
  const progress = Math.max(0, Math.min(0.99, verdict.safety.logE / verdict.safety.provenAt))
  const line = safeText(guardrail)
  return [
    {
      code: 'proof',
      sentence: full
        ? `proof that ${label} stay ${line}: the table of users is full, so nothing more can be proven; a person decides`
        : `proof that ${label} stay ${line}: ${shortNumber(Math.floor(progress * 100))} % of the evidence`,
    },
  ]
}

/** No stage opens before each needed side was seen in it. */
function firstObservations(guardrail: Guardrail, { candidate, baseline }: Verdict): Waiting[] {
  if (candidate.units > 0 && (baseline.units > 0 || guardrail.compare !== 'ratio')) return []
  const missing = candidate.units === 0 ? 'the candidate' : 'the baseline'
  return [{ code: 'proof', sentence: `${guardrailLabel(guardrail)}: a first observation of ${missing}` }]
}

/** Without proof the count itself has to keep the target: between target and limit is neither good nor bad, and it stays. */
function missedTarget(guardrail: Guardrail, { estimate, candidate }: Verdict): Waiting[] {
  const seen = guardrail.compare === 'absolute' ? candidate.value : estimate
  if (seen === null || !isTarget(guardrail) || keeps(guardrail, seen)) return []
  const line = safeText(guardrail)
  const sentence = `${guardrailLabel(guardrail)} ${line}: ${limitText(guardrail, seen)} so far`
  return [{ code: 'proof', sentence }]
}

const keeps = ({ direction, safe }: Guardrail, value: number): boolean =>
  direction === 'over' ? value <= safe : value >= safe

/** Whether the safe line is a target: no further out than the limit, as the tolerance of a comparison is. */
export const isTarget = ({ direction, safe, limit }: Guardrail): boolean =>
  direction === 'over' ? safe <= limit : safe >= limit

/** A threshold is met by its last windows, whatever the plan goes on. */
function windowProof(guardrail: Guardrail, { of }: WindowTest, { verdict, windows }: Verdict): Waiting[] {
  if (verdict !== 'measuring') return []
  const line = safeText(guardrail)
  const row = of === 1 ? 'a window' : `${of} windows in a row`
  const sentence = `${guardrailLabel(guardrail)} ${line} in ${row}: ${windows?.seen ?? 0} seen so far`
  return [{ code: 'proof', sentence }]
}

/** Time left at this stage: by the clock and by blocks in which nothing held it. */
export function timeLeftMs(plan: Plan, state: RolloutState, nowMs: number): number {
  const atLeast = plan.stages[state.stage]?.atLeastMs ?? 0
  if (!Number.isFinite(nowMs)) return atLeast
  const byClock = atLeast - (nowMs - state.stageStartedMs)
  const byBlocks = atLeast - state.healthyBlocks * plan.blockMs
  return Math.max(0, byClock, byBlocks)
}

function time(plan: Plan, state: RolloutState, { nowMs }: Facts): Waiting[] {
  const left = timeLeftMs(plan, state, nowMs)
  if (left === 0) return []
  const atLeast = spanText(plan.stages[state.stage]?.atLeastMs ?? 0)
  return [
    { code: 'time', sentence: `${spanText(left)} more at ${percentText(state.sharePer100k)} (at least ${atLeast})` },
  ]
}

function gate(plan: Plan, { stage, sharePer100k }: RolloutState): Waiting[] {
  if (plan.stages[stage]?.gate !== 'manual') return []
  const next = plan.stages[stageAbove(plan, sharePer100k)]
  const goal = next ? `to ${percentText(shareOf(next))}` : 'to the end'
  return [{ code: 'gate', sentence: `a person opens the gate ${goal}` }]
}
