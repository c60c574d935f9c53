import { UnitLedger } from '../statistics/index.ts'
import type { LedgerRow } from '../statistics/index.ts'
import { act } from './act.ts'
import type { DecisionAction, Standing, Why } from './decision.ts'
import type { Plan } from './plan.ts'
import { standing } from './standing.ts'
import { draft } from './state.ts'
import type { RolloutState } from './state.ts'
import { ledgerSettings, positionOf, step } from './step.ts'
import type { Verdict } from './verdict.ts'

/** One recorded call with the arm it was in; `endsMs` is when its outcome was known. */
export interface RecordedCall extends LedgerRow {
  readonly endsMs: number
}

/** One event of a simulated rollout. */
export interface SimulatedEvent {
  readonly atMs: number
  readonly action: DecisionAction
  readonly stage: number
  readonly fromPer100k: number
  readonly toPer100k: number
  readonly why: Why
  readonly verdicts: readonly Verdict[]
}

export interface Simulation {
  readonly events: readonly SimulatedEvent[]
  readonly state: RolloutState
  readonly standing: Standing
  readonly startedMs: number
  readonly endedMs: number
  /** True when the table of units was full and new ones no longer counted. */
  readonly full: boolean
}

/** Blocks of silence that are played one by one; a longer one is skipped, as after a downtime. */
const longestSilence = 100_000

const noMetrics = {}

interface Arrival {
  readonly atMs: number
  readonly row: LedgerRow
}

/**
 * Runs a plan over recorded calls in virtual time, with the arms as recorded: the exposure arrives when a call starts, its
 * outcome when it ends; calls without a time are left out. Stops when the rollout ends, or when the recording is over and every call has settled.
 */
export function simulate(plan: Plan, calls: readonly RecordedCall[]): Simulation {
  const arrivals = arrivalsOf(calls, plan.blockMs)
  const startedMs = arrivals[0]?.atMs ?? 0
  const facts = (nowMs: number) => ({ nowMs, flagEnabled: true, sampleRatioHolds: false })
  const events: SimulatedEvent[] = []
  const begun = act(plan, draft, { action: 'start', reason: '' }, startedMs)
  if ('refused' in begun) throw new Error(begun.refused)
  let state: RolloutState = begun.next
  const settings = ledgerSettings(plan, state)
  const ledger = new UnitLedger(settings)
  const lastMs = arrivals.at(-1)?.atMs ?? startedMs
  const blocks = Math.floor((lastMs - startedMs) / plan.blockMs) + 1 + settings.settleBlocks
  let taken = 0
  let nowMs = startedMs
  for (let index = 0; index < blocks && !state.ended; index++) {
    const ahead = Math.floor(((arrivals[taken]?.atMs ?? startedMs) - startedMs) / plan.blockMs) - index
    if (ahead > longestSilence) index += ahead - 1
    nowMs = startedMs + (index + 1) * plan.blockMs
    const from = taken
    while ((arrivals[taken]?.atMs ?? Infinity) < nowMs) taken += 1
    const rows = arrivals.slice(from, taken).map(({ row }) => row)
    const { decision, verdicts } = step(plan, state, ledger.seal(rows, positionOf(state, index)), facts(nowMs))
    for (const effect of decision.effects) {
      if (effect.effect !== 'record') continue
      const { action, from: fromPer100k, to: toPer100k } = effect
      events.push({ atMs: nowMs, action, stage: state.stage, fromPer100k, toPer100k, why: decision.why, verdicts })
    }
    state = decision.next
  }
  return { events, state, standing: standing(plan, state, facts(nowMs)), startedMs, endedMs: nowMs, full: ledger.full }
}

/** A call whose outcome comes in a later block than its start is two rows; else one is enough. */
function arrivalsOf(given: readonly RecordedCall[], blockMs: number): readonly Arrival[] {
  const calls = given.filter(({ atMs, endsMs }) => isInstant(atMs) && isInstant(endsMs) && endsMs >= atMs)
  const firstMs = calls.reduce((least, { atMs }) => Math.min(least, atMs), Infinity)
  const blockOf = (ms: number) => Math.floor((ms - firstMs) / blockMs)
  const arrivals = calls.flatMap((call): Arrival[] => {
    if (blockOf(call.atMs) === blockOf(call.endsMs)) return [{ atMs: call.atMs, row: call }]
    return [
      { atMs: call.atMs, row: { unit: call.unit, arm: call.arm, atMs: call.atMs, metrics: noMetrics } },
      { atMs: call.endsMs, row: call },
    ]
  })
  return arrivals.sort((a, b) => a.atMs - b.atMs)
}

/** What ECMAScript calls a time: 270,000 years around 1970. */
const isInstant = (ms: number): boolean => Math.abs(ms) <= 8.64e15
