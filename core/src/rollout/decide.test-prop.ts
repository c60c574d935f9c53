import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { scale } from '../../../testing/scale.ts'
import { chance } from '../../testing/random.ts'
import { errorRatio } from '../../testing/rate-evidence.ts'
import { logEvidenceAt } from '../statistics/index.ts'
import type { Block, FirstCounts } from '../statistics/index.ts'
import { act } from './act.ts'
import { draft } from './state.ts'
import type { Action } from './decision.ts'
import { startEvidence, weigh } from './evidence.ts'
import { shareOf } from './plan.ts'
import type { Guardrail, OnBreach, Plan, Stage } from './plan.ts'
import type { RolloutState } from './state.ts'
import { step } from './step.ts'

const counts = { min: 0, max: 60 }
const emptyBlock = (index: number): Block => ({
  index,
  rows: { T: 0, C: 0 },
  rowsOf: { error: { T: 0, C: 0 } },
  newUnits: { T: 0, C: 0 },
  units: { T: 0, C: 0 },
  crossed: 0,
  full: false,
  rates: {},
  values: {},
  calls: {},
})

/** A block of one stratum in which so many of `n` failed. */
function block(index: number, nT: number, xT: number, nC: number, xC: number): Block {
  const strata = [{ nT, xT, nC, xC }]
  const first = { T: { n: nT, x: xT }, C: { n: nC, x: xC } }
  const rate = { exposed: { T: nT, C: nC }, atRisk: strata, settled: strata, first, firstSettled: first.T }
  const rows = { T: nT, C: nC }
  return { ...emptyBlock(index), rows, rowsOf: { error: rows }, newUnits: rows, units: rows, rates: { error: rate } }
}

const someBlock = fc
  .record({
    nT: fc.integer(counts),
    nC: fc.integer(counts),
    bad: fc.constantFrom(0, 0.02, 0.3, 1),
    badC: fc.constantFrom(0, 0.02, 0.3),
  })
  .map(({ nT, nC, bad, badC }) => [nT, Math.round(nT * bad), nC, Math.round(nC * badC)] as const)

const person: fc.Arbitrary<Action> = fc.oneof(
  fc.record({
    action: fc.constantFrom('start' as const, 'proceed' as const, 'hold' as const, 'resume' as const),
    reason: fc.constant(''),
  }),
  fc.record({
    action: fc.constant('proceed' as const),
    reason: fc.constant(''),
    to: fc.integer({ min: 0, max: 100_000 }),
  }),
  fc.record({
    action: fc.constantFrom('rollback' as const, 'takeover' as const),
    reason: fc.constant(''),
    to: fc.integer({ min: 0, max: 100_000 }),
  }),
)

type Happening =
  | { readonly kind: 'block'; readonly counts: readonly [number, number, number, number]; readonly gap: number }
  | { readonly kind: 'person'; readonly action: Action }
  | { readonly kind: 'switch' }

const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('block' as const),
      counts: someBlock,
      gap: fc.constantFrom(1, 1, 1, 3, 40),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('person' as const), action: person }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'switch' as const }) },
)

const stage = (percent: number, gate: Stage['gate']): Stage => ({
  sharePer100k: percent * 1000,
  holdbackPer100k: percent === 100 ? 5000 : 0,
  atLeastMs: 30_000,
  gate,
})

const plan = fc
  .record({
    onBreach: fc.constantFrom<OnBreach>('rollback', 'step-back', 'hold'),
    second: fc.constantFrom<OnBreach>('rollback', 'step-back', 'hold', 'notify'),
    advance: fc.constantFrom('proof' as const, 'quiet' as const),
    gate: fc.constantFrom<Stage['gate']>('auto', 'auto', 'manual'),
  })
  .map(({ onBreach, second, advance, gate }): Plan => ({
    flag: 'f',
    rule: 'rollout',
    candidate: 'on',
    baseline: 'off',
    blockMs: 10_000,
    timeoutMs: 10_000,
    advance,
    stages: [stage(1, 'auto'), stage(10, gate), stage(50, 'auto'), stage(100, 'auto')],
    guardrails: [
      { ...errorRatio, onBreach },
      { ...errorRatio, id: 'limit', compare: 'absolute', limit: 0.05, safe: 0.05, onBreach: second },
    ],
  }))

/** Every step of a history: what it was, and the states before and after it. */
function* play(made: Plan, happenings: readonly Happening[]) {
  let state: RolloutState = draft
  let enabled = true
  let nowMs = 0
  for (const event of happenings) {
    if (event.kind === 'switch') {
      enabled = !enabled
      continue
    }
    if (event.kind === 'person') {
      const decision = act(made, state, event.action, nowMs)
      if ('refused' in decision) continue
      yield { by: event.action.action, enabled, before: state, decision }
      state = decision.next
      continue
    }
    if (state.stage < 0 || state.ended) continue
    const index = state.block + event.gap - 1
    nowMs = state.attemptStartedMs + (index + 1) * made.blockMs
    const facts = { nowMs, flagEnabled: enabled, sampleRatioHolds: true }
    const { decision } = step(made, state, block(index, ...event.counts), facts)
    yield { by: 'engine' as const, enabled, before: state, decision }
    state = decision.next
  }
}

describe('whatever happens', () => {
  test('the engine lowers the share, keeps it, or takes exactly the next planned step, and never past a stop', () => {
    fc.assert(
      fc.property(plan, fc.array(happening, { maxLength: 60 }), (made, happenings) => {
        for (const { by, enabled, before, decision } of play(made, [
          { kind: 'person', action: { action: 'start', reason: '' } },
          ...happenings,
        ])) {
          const { next } = decision
          if (by !== 'engine' || next.sharePer100k <= before.sharePer100k) continue
          const above = made.stages.map(shareOf).filter((share) => share > before.sharePer100k)
          expect(next.sharePer100k).toBe(above.length > 0 ? Math.min(...above) : 100_000)
          expect(before.stoppedBy).toBeNull()
          expect(enabled).toBe(true)
        }
      }),
      { numRuns: scale(400, 20_000) },
    )
  })

  test('after a breach only a person opens again, and a rollback to nobody is final', () => {
    fc.assert(
      fc.property(plan, fc.array(happening, { maxLength: 60 }), (made, happenings) => {
        let latched = false
        let ended = false
        for (const { by, before, decision } of play(made, [
          { kind: 'person', action: { action: 'start', reason: '' } },
          ...happenings,
        ])) {
          const { next } = decision
          if (by === 'takeover') return
          if (latched && by === 'engine') expect(next.sharePer100k).toBeLessThanOrEqual(before.sharePer100k)
          if (latched && by === 'proceed') expect.fail('somebody went on past a breach')
          if (ended) expect.fail(`${by} moved a rollout that was rolled back`)
          if (by === 'resume' && before.stoppedBy?.by === 'breach') expect(next.attempt).toBe(before.attempt + 1)
          latched = next.stoppedBy?.by === 'breach'
          ended = next.ended === 'rolled_back'
        }
      }),
      { numRuns: scale(400, 20_000) },
    )
  })

  test('an effect sets the share that the state has', () => {
    fc.assert(
      fc.property(plan, fc.array(happening, { maxLength: 40 }), (made, happenings) => {
        for (const { before, decision } of play(made, [
          { kind: 'person', action: { action: 'start', reason: '' } },
          ...happenings,
        ])) {
          const set = decision.effects.flatMap((effect) => (effect.effect === 'set-share' ? [effect.sharePer100k] : []))
          expect(set).toEqual(decision.next.sharePer100k === before.sharePer100k ? [] : [decision.next.sharePer100k])
        }
      }),
      { numRuns: scale(200, 5000) },
    )
  })
})

describe('one more failure of the candidate', () => {
  const rules: readonly Guardrail[] = [
    errorRatio,
    { ...errorRatio, limit: 1.5, safe: 1.2 },
    { ...errorRatio, compare: 'absolute', limit: 0.05, safe: 0.05 },
  ]

  test('never lowers evidence of harm and never raises evidence of safety', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(someBlock, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 40 }),
        fc.nat(),
        fc.constantFrom(...rules),
        (story, seed, rule) => {
          const where = seed % story.length
          const after = (more: number) => {
            let evidence = startEvidence(rule)
            for (const [index, strata] of story.entries())
              evidence = weigh(evidence, withMore(index, strata, index === where ? more : 0), rule, 0)
            return { harm: logEvidenceAt(evidence.harm, rule.limit), safe: logEvidenceAt(evidence.safe, rule.safe) }
          }
          const [before, worse] = [after(0), after(1)]
          expect(worse.harm - before.harm).toBeGreaterThanOrEqual(-1e-9)
          expect(worse.safe - before.safe).toBeLessThanOrEqual(1e-9)
        },
      ),
      { numRuns: scale(500, 20_000) },
    )
  })
})

/** A block of several strata; in the first that has a success of the candidate left, `more` of them are failures. */
function withMore(index: number, strata: readonly (readonly [number, number, number, number])[], more: number): Block {
  let left = more
  const changed = strata.map(([nT, xT, nC, xC]) => {
    const turned = Math.min(left, nT - xT)
    left -= turned
    return { nT, xT: xT + turned, nC, xC }
  })
  const total = (of: 'nT' | 'xT' | 'nC' | 'xC') => changed.reduce((sum, counted) => sum + counted[of], 0)
  const first: { T: FirstCounts; C: FirstCounts } = {
    T: { n: total('nT'), x: total('xT') },
    C: { n: total('nC'), x: total('xC') },
  }
  const rows = { T: total('nT'), C: total('nC') }
  const rate = { exposed: rows, atRisk: changed, settled: changed, first, firstSettled: first.T }
  return { ...emptyBlock(index), rows, rowsOf: { error: rows }, rates: { error: rate } }
}

test('the same history gives the same states', () => {
  const luck = chance(7)
  const story = Array.from({ length: 30 }, (): Happening => ({
    kind: 'block',
    counts: [20, luck.poisson(1), 80, luck.poisson(3)],
    gap: 1,
  }))
  const made = fc.sample(plan, { numRuns: 1, seed: 1 })[0] as Plan
  const start: Happening = { kind: 'person', action: { action: 'start', reason: '' } }
  const run = () => JSON.stringify([...play(made, [start, ...story])])
  expect(run()).toBe(run())
})
