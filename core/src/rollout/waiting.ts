import { sampleRatioThreshold } from '../statistics/index.ts'
import { guardrailLabel, limitText } from './describe-verdict.ts'
import { actsIn } from './judge.ts'
import type { Guardrail, Plan, WindowTest } from './plan.ts'
import type { RolloutState, Waiting } from './state.ts'
import { sampleRatioOf } from './unit-sample.ts'
import type { Verdict } from './verdict.ts'
import { percentText, shortNumber, spanText } from './words.ts'

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
  const acting = plan.guardrails.flatMap((guardrail, i) => {
    const verdict = verdicts[i]
    return verdict && actsIn(guardrail, state.stage) ? [{ guardrail, verdict }] : []
  })
  return [
    ...stops(state, facts),
    ...acting.flatMap(({ guardrail, verdict }) => obstacles(guardrail, verdict)),
    ...sampleRatio(state, facts),
    ...bothSides(plan, state),
    ...proofs(plan, state, acting),
    ...time(plan, state, facts),
    ...open,
    ...gate(plan, state),
  ]
}

function stops({ stoppedBy }: RolloutState, { flagEnabled }: Facts): Waiting[] {
  const killed: Waiting[] = flagEnabled
    ? []
    : [{ code: 'killed', sentence: 'the flag is switched off: a person switches it on again' }]
  if (!stoppedBy) return killed
  return [...killed, { code: stoppedBy.by, sentence: stoppedBy.sentence }]
}

function obstacles(guardrail: Guardrail, verdict: Verdict): Waiting[] {
  if (guardrail.onBreach === 'notify') return []
  if (verdict.shared)
    return [{ code: 'shared_incident', sentence: `${verdict.sentence}; the baseline fails as well: a shared incident` }]
  if (verdict.verdict === 'no_data') return [{ code: 'no_data', sentence: verdict.sentence }]
  return verdict.verdict === 'warn' ? [{ code: 'warning', sentence: `early signs of harm: ${verdict.sentence}` }] : []
}

function sampleRatio(state: RolloutState, { sampleRatioHolds }: Facts): Waiting[] {
  if (!sampleRatioHolds || !(sampleRatioOf(state) >= sampleRatioThreshold)) return []
  const { T, C } = state.sampleRatio.units
  const sentence = `${T} candidate and ${C} baseline users do not fit ${percentText(state.sharePer100k)}: rows of one side are lost or doubled`
  return [{ code: 'sample_ratio', sentence }]
}

/** Units on both sides count on neither; when they are many, what is left is no fair picture. */
function bothSides({ guardrails }: Plan, { visitUnits: { seen, crossed } }: RolloutState): Waiting[] {
  const countsUnits = guardrails.some(({ counting, window }) => counting !== 'request' && !window)
  if (!countsUnits || crossed < 5 || crossed * 100 <= seen) return []
  const sentence = `${crossed} of ${seen} users reported from both sides and count on neither: is the unit the one that is sampled?`
  return [{ code: 'both_sides', sentence }]
}

function proofs(
  plan: Plan,
  { full }: RolloutState,
  acting: readonly { guardrail: Guardrail; verdict: Verdict }[],
): Waiting[] {
  return acting.flatMap(({ guardrail, verdict }): Waiting[] => {
    if (guardrail.onBreach === 'notify' || verdict.verdict === 'no_data') return []
    const label = guardrailLabel(guardrail)
    if (guardrail.window) return windowProof(guardrail, guardrail.window, verdict)
    const sides = [verdict.candidate, ...(guardrail.compare === 'ratio' ? [verdict.baseline] : [])]
    if (plan.advance === 'quiet')
      return sides.every(({ units }) => units > 0)
        ? []
        : [
            {
              code: 'proof',
              sentence: `${label}: a first observation of ${verdict.candidate.units === 0 ? 'the candidate' : 'the baseline'}`,
            },
          ]
    if (verdict.verdict !== 'measuring') return []
    const progress = Math.max(0, Math.min(0.99, verdict.safety.logE / verdict.safety.provenAt))
    const line = `${guardrail.direction === 'over' ? 'below' : 'above'} ${limitText(guardrail, guardrail.safe)}`
    return [
      {
        code: 'proof',
        sentence: full
          ? `proof that ${label} stay ${line}: the table of users is full, so nothing more can be proven; a person decides`
          : `proof that ${label} stay ${line}: ${shortNumber(Math.floor(progress * 100))} % of the evidence`,
      },
    ]
  })
}

/** A threshold is met by its last windows, whatever the plan goes on. */
function windowProof(guardrail: Guardrail, { of }: WindowTest, { verdict, windows }: Verdict): Waiting[] {
  if (verdict !== 'measuring') return []
  const line = `${guardrail.direction === 'over' ? 'below' : 'above'} ${limitText(guardrail, guardrail.safe)}`
  const sentence = `${guardrailLabel(guardrail)} ${line} in ${of} windows in a row: ${windows?.seen ?? 0} seen so far`
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

function gate(plan: Plan, { stage }: RolloutState): Waiting[] {
  if (plan.stages[stage]?.gate !== 'manual') return []
  return [{ code: 'gate', sentence: 'a person opens the gate to the next stage' }]
}
