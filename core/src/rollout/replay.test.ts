import { expect, test } from 'vitest'
import { guardrailWith, planWith } from '../../testing/plans.ts'
import { chance } from '../../testing/random.ts'
import { UnitLedger } from '../statistics/index.ts'
import type { LedgerRow } from '../statistics/index.ts'
import { act, draft, ledgerSettings, positionOf, step } from './index.ts'
import { Replay, idleBlock, isIdleBlock } from './replay.ts'
import type { Difference, Recorded, RecordedDecision } from './replay.ts'
import type { Decision } from './decision.ts'
import type { RolloutState } from './state.ts'
import type { Verdict } from './verdict.ts'

const minute = 60_000
const plan = {
  ...planWith(
    [20, 50],
    [
      guardrailWith({ onBreach: 'rollback' }),
      guardrailWith({ id: 'mean', metric: 'latency_ms', stat: 'mean', limit: 1.5, safe: 1.5 }),
    ],
  ),
  blockMs: 1000,
  timeoutMs: 3000,
}
const timed = { ...plan, stages: plan.stages.map((stage) => ({ ...stage, atLeastMs: minute })) }

const recordOf = ({ effects, why }: Decision, verdicts: readonly Verdict[]): RecordedDecision | null => {
  const recorded = effects.find(({ effect }) => effect === 'record')
  if (recorded?.effect !== 'record') return null
  const { action, from, to } = recorded
  return { action, from, to, why, verdicts }
}

/** Two minutes of traffic with a silence in it; then the candidate fails. */
function recording(): { readonly steps: readonly Recorded[]; readonly end: RolloutState } {
  const luck = chance(7)
  const begun = act(timed, draft, { action: 'start', reason: 'test' }, 0)
  if ('refused' in begun) throw new Error(begun.refused)
  const start = { kind: 'action', action: { action: 'start', reason: 'test' }, nowMs: 0 } as const
  const steps: Recorded[] = [{ told: start, decision: recordOf(begun, []) }]
  let state = begun.next
  const ledger = new UnitLedger(ledgerSettings(timed, state))
  for (let index = 0; index < 200 && !state.ended; index++) {
    const calls = index > 20 && index < 40 ? 0 : 20
    const rows = Array.from({ length: calls }, (_, i): LedgerRow => {
      const arm = luck.next() < state.sharePer100k / 100_000 ? 'T' : 'C'
      const error = luck.next() < (arm === 'T' && index > 100 ? 0.3 : 0.02) ? 1 : 0
      const metrics = { error, latency_ms: 100 + 50 * luck.next() }
      return { unit: `u${index}-${i}`, arm, atMs: index * 1000, metrics }
    })
    const sealed = ledger.seal(rows, positionOf(state, index))
    const block = isIdleBlock(sealed) ? idleBlock(index) : sealed
    const facts = { nowMs: (index + 1) * 1000 + 3, flagEnabled: true, sampleRatioHolds: true }
    // The engine is told what was sealed; what is kept of idle blocks is less.
    const { decision, verdicts } = step(timed, state, sealed, facts)
    state = decision.next
    steps.push({ told: { kind: 'block', block, facts }, decision: recordOf(decision, verdicts) })
  }
  return { steps, end: state }
}

const recorded = recording()
const stored = JSON.parse(JSON.stringify(recorded)) as typeof recorded

const picked = (decision: RecordedDecision | null): RecordedDecision | null =>
  decision && {
    ...decision,
    verdicts: decision.verdicts.map(({ guardrail, verdict, harm, safety }) => ({
      guardrail,
      verdict,
      harm: { logE: harm.logE },
      safety: { logE: safety.logE },
    })),
  }

function differences(steps: readonly Recorded[], end: RolloutState = stored.end): readonly Difference[] {
  const replay = new Replay(timed)
  const found = steps.map(({ told, decision }) => replay.next({ told, decision: picked(decision) }))
  return [...found, replay.end(end)].flatMap((one) => one ?? [])
}

/** The record with the decision of that action changed. */
const withDecision = (action: string, change: (decision: RecordedDecision) => RecordedDecision | null) =>
  stored.steps.map((one) =>
    one.decision?.action === action ? { told: one.told, decision: change(one.decision) } : one,
  )

test('what was told, stored as JSON, decides the same and ends the same', () => {
  expect(stored.steps.flatMap(({ decision }) => decision?.action ?? [])).toEqual(['start', 'proceed', 'rollback'])
  expect(stored.steps.filter(({ told }) => told.kind === 'block' && told.block.rows.C === 0).length).toBeGreaterThan(10)
  expect(differences(stored.steps)).toEqual([])
})

test('every departure is found, at its step and by its name', () => {
  const first = (steps: readonly Recorded[]) => differences(steps)[0]
  const proceed = stored.steps.findIndex(({ decision }) => decision?.action === 'proceed')
  expect(first(withDecision('proceed', () => null))).toMatchObject({ step: proceed, what: '', recorded: null })
  const wrongShare = withDecision('proceed', (decision) => ({ ...decision, to: 60_000 }))
  expect(first(wrongShare)).toMatchObject({ step: proceed, what: 'to', recorded: 60_000, replayed: 50_000 })
  const shifted = (by: number) =>
    withDecision('rollback', (decision) => ({
      ...decision,
      verdicts: decision.verdicts.map((verdict) => ({ ...verdict, harm: { logE: verdict.harm.logE * (1 + by) } })),
    }))
  expect(first(shifted(1e-7))?.what).toBe('verdicts.0.harm.logE')
  expect(differences(shifted(1e-12))).toEqual([])
  const invented = stored.steps.map((one, i) =>
    i === 5 ? { ...one, decision: stored.steps[0]?.decision ?? null } : one,
  )
  expect(first(invented)).toMatchObject({ step: 5, what: '', replayed: null })
})

test('one failure more in one block shows, at the latest in where it ends', () => {
  const steps = stored.steps.map((one, i) => {
    if (i !== 5 || one.told.kind !== 'block') return one
    const { block } = one.told
    const [rate] = Object.values(block.rates)
    const changed = rate && { ...rate, atRisk: rate.atRisk.map((counts) => ({ ...counts, xC: counts.xC + 1 })) }
    return { ...one, told: { ...one.told, block: { ...block, rates: { ...block.rates, error: changed } } } }
  }) as Recorded[]
  expect(differences(steps).length).toBeGreaterThan(0)
})

test('a step left out shows', () => {
  expect(differences(stored.steps.filter((_, i) => i !== 50)).length).toBeGreaterThan(0)
})

test('an action that would be refused is a difference', () => {
  const told = { kind: 'action', action: { action: 'resume', reason: '' }, nowMs: 5 } as const
  const decision: RecordedDecision = {
    action: 'resume',
    from: 0,
    to: 0,
    why: { code: 'PERSON', sentence: '' },
    verdicts: [],
  }
  expect(new Replay(timed).next({ told, decision })).toMatchObject({ step: 0, replayed: null })
})
