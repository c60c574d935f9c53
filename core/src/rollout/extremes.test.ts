// Numbers nobody should send: each gives a defined verdict, none throws, none is called safe.
import { describe, expect, test } from 'vitest'
import { errorRatio } from '../../testing/rate-evidence.ts'
import {
  addValues,
  bettingIncrements,
  emptyHistogram,
  logEvidence,
  multiply,
  quantile,
  rateInterval,
  rateLimitIncrements,
  rateRatioIncrements,
  sampleRatioLogFactor,
  startFamily,
  UnitLedger,
} from '../statistics/index.ts'
import type { Block, LedgerRow } from '../statistics/index.ts'
import { act, draft, judge, ledgerSettings, positionOf, simulate, standing, step } from './index.ts'
import type { Guardrail, Plan, RecordedCall, RolloutState } from './index.ts'

const odd = [Number.NaN, Infinity, -Infinity, -1, -1e12, 0, 1e-300, 1e12, 2 ** 53, Number.MAX_VALUE] as const

const rules: readonly Guardrail[] = [
  errorRatio,
  { ...errorRatio, id: 'limit', compare: 'absolute', limit: 0.05, safe: 0.05, onBreach: 'rollback' },
  { ...errorRatio, id: 'mean', metric: 'latency_ms', stat: 'mean', limit: 1.5, safe: 2 },
  {
    ...errorRatio,
    id: 'mean-over',
    metric: 'latency_ms',
    stat: 'mean',
    compare: 'absolute',
    limit: 3000,
    safe: 3000,
    onBreach: 'rollback',
  },
  { ...errorRatio, id: 'p95', metric: 'latency_ms', stat: 'p95', limit: 1.5, safe: 2 },
  { ...errorRatio, id: 'p95-over', metric: 'latency_ms', stat: 'p95', compare: 'absolute', limit: 3000, safe: 3000 },
  { ...errorRatio, id: 'saving', metric: 'latency_ms', stat: 'mean', direction: 'under', limit: 0.8, safe: 1.2 },
  {
    ...errorRatio,
    id: 'window',
    compare: 'absolute',
    limit: 0.05,
    safe: 0.05,
    window: { blocks: 3, breach: 2, of: 3, minSamples: 10, ceiling: 3 },
  },
  {
    ...errorRatio,
    id: 'window-ratio',
    limit: 1.5,
    safe: 1.5,
    window: { blocks: 3, breach: 2, of: 3, minSamples: 10, ceiling: null },
  },
  { ...errorRatio, id: 'requests', counting: 'request' },
]
const plan: Plan = {
  flag: 'f',
  rule: 'rollout',
  candidate: 'on',
  baseline: 'off',
  blockMs: 10_000,
  timeoutMs: 20_000,
  advance: 'proof',
  stages: [
    { sharePer100k: 50_000, holdbackPer100k: 0, atLeastMs: 60_000, gate: 'auto' },
    { sharePer100k: 100_000, holdbackPer100k: 5000, atLeastMs: 60_000, gate: 'auto' },
  ],
  guardrails: rules,
}

function started(made: Plan = plan): RolloutState {
  const begun = act(made, draft, { action: 'start', reason: '' }, 0)
  if ('refused' in begun) throw new Error(begun.refused)
  return begun.next
}

const factsAt = (nowMs: number) => ({ nowMs, flagEnabled: true, sampleRatioHolds: true })

/** Every number of the block's counts becomes `value`. */
function spoilt(block: Block, value: number): Block {
  const walk = (part: unknown, name: string): unknown => {
    if (typeof part === 'number') return name === 'index' || name === 'part' || name === 'origin' ? part : value
    if (Array.isArray(part)) return part.map((item) => walk(item, ''))
    if (typeof part !== 'object' || part === null) return part
    return Object.fromEntries(Object.entries(part).map(([key, item]) => [key, walk(item, key)]))
  }
  return walk(block, '') as Block
}

const rowsOf = (block: number, arms: readonly ('T' | 'C')[], latency = 100): LedgerRow[] =>
  Array.from({ length: 40 }, (_, i) => ({
    unit: `u${block}-${i}`,
    arm: arms[i % arms.length] ?? 'T',
    atMs: i,
    metrics: { error: 0, latency_ms: latency },
  }))

/** Verdicts after `blocks` blocks that `make` seals or spoils. */
function after(blocks: number, make: (ledger: UnitLedger, state: RolloutState, index: number) => Block) {
  let state = started()
  const ledger = new UnitLedger(ledgerSettings(plan, state))
  let raised = false
  for (let index = 0; index < blocks; index++) {
    const { decision } = step(plan, state, make(ledger, state, index), factsAt((index + 1) * plan.blockMs))
    raised ||= decision.next.sharePer100k > state.sharePer100k
    state = decision.next
  }
  return { state, raised, verdicts: judge(plan, state, blocks * plan.blockMs).verdicts }
}

const words = new Set(['pass', 'measuring', 'warn', 'fail', 'no_data'])
const isDefined = (verdict: {
  readonly verdict: string
  readonly sentence: string
  readonly harm: { logE: number }
}) => {
  expect(words.has(verdict.verdict)).toBe(true)
  expect(verdict.sentence).not.toMatch(/NaN|undefined|Infinity/)
  expect(verdict.harm.logE).not.toBeNaN()
}

describe('a block of', () => {
  test.each(odd.filter((value) => !(value >= 0 && value <= 2 ** 53 - 1)))(
    '%d in every place is no data and opens nothing',
    (value) => {
      const { verdicts, raised } = after(40, (ledger, state, index) =>
        spoilt(ledger.seal(rowsOf(index, ['T', 'C']), positionOf(state, index)), value),
      )
      expect(raised).toBe(false)
      for (const verdict of verdicts) {
        isDefined(verdict)
        expect(verdict.verdict).toBe('no_data')
      }
    },
  )

  test.each(odd.filter((value) => value >= 0 && value <= 2 ** 53 - 1))(
    '%d in every place gives verdicts that are numbers',
    (value) => {
      const { verdicts } = after(40, (ledger, state, index) =>
        spoilt(ledger.seal(rowsOf(index, ['T', 'C']), positionOf(state, index)), value),
      )
      for (const verdict of verdicts) {
        isDefined(verdict)
        for (const end of verdict.interval) expect(end).not.toBeNaN()
      }
    },
  )

  test('nothing at all is no data', () => {
    const { verdicts, raised } = after(120, (ledger, state, index) => ledger.seal([], positionOf(state, index)))
    expect(raised).toBe(false)
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(rules.map(() => 'no_data'))
  })

  test('one side alone never passes a comparison', () => {
    for (const arm of ['T', 'C'] as const) {
      const { verdicts, raised } = after(120, (ledger, state, index) =>
        ledger.seal(rowsOf(index, [arm]), positionOf(state, index)),
      )
      expect(raised).toBe(false)
      for (const [i, verdict] of verdicts.entries())
        if (rules[i]?.compare === 'ratio' || arm === 'C')
          expect([verdict.guardrail, verdict.verdict]).toEqual([verdict.guardrail, 'no_data'])
    }
  })

  test('a baseline of zero latency passes no comparison with it', () => {
    const { verdicts } = after(120, (ledger, state, index) =>
      ledger.seal(
        rowsOf(index, ['T', 'C']).map((row) =>
          row.arm === 'C' ? { ...row, metrics: { error: 0, latency_ms: 0 } } : row,
        ),
        positionOf(state, index),
      ),
    )
    for (const verdict of verdicts) isDefined(verdict)
    const compared = verdicts.filter(
      (_, i) => rules[i]?.metric === 'latency_ms' && rules[i]?.compare === 'ratio' && rules[i]?.direction === 'over',
    )
    for (const { guardrail, verdict } of compared) expect([guardrail, verdict]).not.toEqual([guardrail, 'pass'])
  })

  test('an index that is none, or lies before the last, changes nothing', () => {
    const state = started()
    const ledger = new UnitLedger(ledgerSettings(plan, state))
    const block = ledger.seal(rowsOf(0, ['T', 'C']), positionOf(state, 0))
    for (const index of [Number.NaN, -1, 0.5, Infinity]) {
      const { decision } = step(plan, state, { ...block, index }, factsAt(10_000))
      expect(decision.next).toBe(state)
      expect(decision.effects).toEqual([])
    }
  })
})

test('a ledger leaves out values that are no amounts, and none of a row that is fine besides', () => {
  const ledger = new UnitLedger(ledgerSettings(plan))
  const rows = odd.map((value, i): LedgerRow => ({
    unit: `u${i}`,
    arm: 'T',
    atMs: i,
    metrics: { error: value, latency_ms: value },
  }))
  const block = ledger.seal(
    [
      ...rows,
      { unit: 'ok', arm: 'T', atMs: 0, metrics: { error: 0, latency_ms: 7 } },
      { unit: 'failed', arm: 'T', atMs: 0, metrics: { error: 1 } },
    ],
    { block: 0, visit: 1, entry: 0 },
  )
  const sound = odd.filter((value) => value >= 0 && value < Infinity)
  expect(block.values['latency_ms']?.map(({ value }) => value).toSorted((a, b) => a - b)).toEqual(
    [...sound, 7].toSorted((a, b) => a - b),
  )
  expect(block.rates['error']?.first.T).toEqual({ n: odd.length + 2, x: 1 })
})

test('every public function of statistics and planning takes any number', () => {
  for (const a of odd)
    for (const b of odd) {
      const made = [
        ...rateRatioIncrements('higher', { nT: a, xT: b, nC: b, xC: a }, 1),
        ...rateRatioIncrements('lower', { nT: 10, xT: 1, nC: 10, xC: 1 }, a),
        ...rateLimitIncrements('higher', a, b, 0.05),
        ...rateLimitIncrements('lower', 10, 1, a),
        ...bettingIncrements(a, b, 1),
        sampleRatioLogFactor({ T: a, C: b }, 0.1),
        sampleRatioLogFactor({ T: 10, C: 10 }, a),
        ...rateInterval(a, b),
        quantile(addValues(emptyHistogram, [a, b]), 0.5) ?? 0,
        logEvidence(
          multiply(
            startFamily([1], () => [0], true),
            () => [a],
          ),
          0,
        ),
      ]
      for (const value of made) expect(value).not.toBeNaN()
    }
})

test('a clock that is no number opens nothing', () => {
  for (const nowMs of [Number.NaN, Infinity, -Infinity]) {
    let state = started()
    const ledger = new UnitLedger(ledgerSettings(plan, state))
    for (let index = 0; index < 40; index++) {
      const block = ledger.seal(rowsOf(index, ['T', 'C']), positionOf(state, index))
      state = step({ ...plan, advance: 'quiet' }, state, block, factsAt(nowMs)).decision.next
    }
    expect(state.stage).toBe(0)
    expect(standing(plan, state, factsAt(nowMs)).why.sentence).not.toMatch(/NaN/)
  }
})

test('a recording of nonsense is simulated to a defined end', () => {
  const calls = odd.flatMap((value, i): RecordedCall[] => [
    { unit: `u${i}`, arm: 'T', atMs: i * 1000, endsMs: i * 1000 + value, metrics: { error: value, latency_ms: value } },
    { unit: `v${i}`, arm: 'C', atMs: value, endsMs: value, metrics: { error: 1, latency_ms: value } },
  ])
  const { standing: stand, state } = simulate(plan, calls)
  expect(state.sharePer100k).toBeLessThanOrEqual(50_000)
  for (const verdict of stand.verdicts) {
    isDefined(verdict)
    expect(verdict.verdict).not.toBe('pass')
  }
  expect(simulate(plan, []).standing.phase).not.toBe('completed')
})
