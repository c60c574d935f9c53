import { describe, expect, test } from 'vitest'
import { errorRatio } from '../../testing/rate-evidence.ts'
import { UnitLedger } from '../statistics/index.ts'
import type { LedgerRow } from '../statistics/index.ts'
import { act, draft, ledgerSettings, positionOf, standing, step } from './index.ts'
import type { Guardrail, Plan, Verdict, Why, WindowTest } from './index.ts'

const threeOf: WindowTest = { blocks: 2, breach: 2, of: 3, minSamples: 10, ceiling: null }
const over5: Guardrail = {
  ...errorRatio,
  id: 'error-over-window',
  compare: 'absolute',
  limit: 0.05,
  safe: 0.02,
  onBreach: 'rollback',
  window: threeOf,
}
const planOf = (...guardrails: Guardrail[]): Plan => ({
  flag: 'f',
  rule: 'rollout',
  candidate: 'on',
  baseline: 'off',
  blockMs: 10_000,
  timeoutMs: 10_000,
  advance: 'quiet',
  stages: [
    { sharePer100k: 50_000, holdbackPer100k: 0, atLeastMs: 60_000, gate: 'auto' },
    { sharePer100k: 100_000, holdbackPer100k: 5000, atLeastMs: 60_000, gate: 'auto' },
  ],
  guardrails,
})

interface Calls {
  readonly n: number
  readonly metric?: string
  /** What each of the first calls reports; the rest report 0. */
  readonly T?: readonly number[]
  readonly C?: readonly number[]
  readonly more?: Readonly<Record<string, number>>
}

function rows(block: number, { n, metric = 'error', T = [], C = [], more = {} }: Calls): LedgerRow[] {
  const side = (arm: 'T' | 'C', said: readonly number[]) =>
    Array.from({ length: n }, (_, i): LedgerRow => ({
      unit: `${arm}${i}`,
      arm,
      atMs: block * 100 + i,
      metrics: { [metric]: said[i] ?? 0, ...more },
    }))
  return [...side('T', T), ...side('C', C)]
}

/** Plays blocks of calls until the rollout ends; gives the state and the verdict after each. */
function play(plan: Plan, blocks: readonly Calls[]) {
  const begun = act(plan, draft, { action: 'start', reason: '' }, 0)
  if ('refused' in begun) throw new Error(begun.refused)
  let state = begun.next
  const ledger = new UnitLedger(ledgerSettings(plan, state))
  const seen: (Verdict | undefined)[] = []
  const whys: Why[] = []
  for (const [index, calls] of blocks.entries()) {
    if (state.ended) break
    const facts = { nowMs: (index + 1) * plan.blockMs, flagEnabled: true, sampleRatioHolds: true }
    const { decision, verdicts } = step(plan, state, ledger.seal(rows(index, calls), positionOf(state, index)), facts)
    state = decision.next
    seen.push(verdicts[0])
    if (decision.effects.length > 0) whys.push(decision.why)
  }
  const nowMs = blocks.length * plan.blockMs
  return { state, seen, whys, stand: standing(plan, state, { nowMs, flagEnabled: true, sampleRatioHolds: true }) }
}

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value)
const failing = (count: number): Calls => ({ n: 20, T: times(count, 1) })
const words = (seen: readonly (Verdict | undefined)[]) => seen.map((verdict) => verdict?.verdict)

describe('a threshold over windows', () => {
  test('breaches when two of the last three windows are beyond the limit, at the end of the second', () => {
    const { seen, state } = play(planOf(over5), [
      failing(0),
      failing(0),
      failing(3),
      failing(3),
      failing(3),
      failing(3),
    ])
    expect(words(seen)).toEqual(['measuring', 'measuring', 'measuring', 'warn', 'warn', 'fail'])
    expect(state.ended).toBe('rolled_back')
    expect(state.stoppedBy?.sentence).toBe(
      'errors 15 % in the last window, 2 of the last 3 windows beyond 5 % (2 of 3 are a breach; a threshold, no statistical guarantee): 6 of 40 calls',
    )
  })

  test('forgets windows that lie further back', () => {
    const good = times(4, failing(0))
    const { seen } = play(planOf({ ...over5, onBreach: 'hold' }), [
      failing(3),
      failing(3),
      ...good,
      failing(3),
      failing(3),
    ])
    expect(seen.at(-1)?.windows).toEqual({ beyond: 1, seen: 3, needed: 2, of: 3 })
  })

  test('with too few calls has no window: nothing counts, nothing resets', () => {
    const few: Calls = { n: 3, T: [1, 1, 1] }
    const { seen } = play(planOf(over5), [failing(3), failing(3), ...times(6, few), failing(0), failing(0)])
    expect(seen.at(-1)?.windows).toEqual({ beyond: 1, seen: 2, needed: 2, of: 3 })
  })

  test('beyond its ceiling breaches at once', () => {
    const wall = { ...over5, window: { ...threeOf, ceiling: 3 } }
    expect(play(planOf(wall), [failing(4), failing(4)]).state.ended).toBe('rolled_back')
    expect(play(planOf(wall), [failing(3), failing(3)]).state.ended).toBeNull()
  })

  test('lets a stage open only when the last windows meet the safe line, and says how many did', () => {
    const between: Calls = { n: 100, T: times(3, 1) }
    const stuck = play(planOf(over5), times(20, between))
    expect(stuck.state.stage).toBe(0)
    expect(stuck.stand.waitingFor.map(({ code, sentence }) => [code, sentence])).toEqual([
      ['proof', 'errors below 2 % in 3 windows in a row: 3 seen so far'],
    ])
    expect(play(planOf(over5), times(7, failing(0))).state.stage).toBe(1)
  })

  test('is told as met, never as proven', () => {
    expect(play(planOf(over5), times(7, failing(0))).whys).toEqual([
      { code: 'QUIET', sentence: 'Advanced unproven: thresholds met, which prove nothing: errors below 2 %' },
    ])
    const beside = play(planOf(over5, errorRatio), times(7, failing(0))).whys
    expect(beside[0]?.sentence).toMatch(
      /^Advanced unproven: errors in 0 of .*; thresholds met, which prove nothing: errors/,
    )
  })

  test('of one window, and before its end, reads like a sentence', () => {
    const { seen, stand } = play(planOf({ ...over5, window: { ...threeOf, breach: 1, of: 1 } }), [failing(0)])
    expect(seen[0]?.sentence).toMatch(/^errors: no window is over yet \(1 of 1 are a breach/)
    expect(stand.waitingFor[0]?.sentence).toBe('errors below 2 % in a window: 0 seen so far')
  })

  test('begins anew with each visit', () => {
    const { state } = play(planOf(over5), times(7, failing(0)))
    expect([state.stage, state.evidence[0]?.windows?.results]).toEqual([1, []])
  })

  test('compares with the baseline where both sides have calls, and never with a baseline of nothing', () => {
    const ratio: Guardrail = { ...over5, compare: 'ratio', limit: 1.5, safe: 1.5 }
    const both = (T: number, C: number): Calls => ({ n: 20, T: times(T, 1), C: times(C, 1) })
    expect(play(planOf(ratio), times(4, both(4, 2))).state.ended).toBe('rolled_back')
    const none = play(planOf(ratio), times(20, both(4, 0)))
    expect([none.state.stage, none.seen.at(-1)?.windows?.seen]).toEqual([0, 0])
  })

  test('looks at the mean and at quantiles of all calls in a window', () => {
    const mean: Guardrail = { ...over5, metric: 'latency_ms', stat: 'mean', limit: 3000, safe: 2000 }
    const slow = (ms: number): Calls => ({ n: 20, metric: 'latency_ms', T: times(20, ms), C: times(20, 100) })
    expect(play(planOf(mean), times(4, slow(3500))).state.ended).toBe('rolled_back')
    const p95 = play(planOf({ ...mean, stat: 'p95', limit: 5000, safe: 3000 }), times(4, slow(4000)))
    expect([p95.state.ended, Math.round((p95.seen.at(-1)?.estimate ?? 0) / 100)]).toEqual([null, 40])
  })

  test('is silent after a silence, not safe', () => {
    const { seen, state } = play(planOf(over5), times(30, { n: 0 }))
    expect([seen.at(-1)?.verdict, state.stage]).toEqual(['no_data', 0])
  })
})

describe('a count', () => {
  const stuck: Guardrail = {
    ...over5,
    metric: 'stuck',
    stat: 'count',
    limit: 3,
    safe: 0,
    window: { ...threeOf, minSamples: 1, breach: 1, of: 2 },
  }

  test('of more than three stuck calls in a window is a breach, of three is none', () => {
    expect(
      play(planOf(stuck), [
        { n: 50, metric: 'stuck', T: [1, 1] },
        { n: 50, metric: 'stuck', T: [1, 1] },
      ]).state.ended,
    ).toBe('rolled_back')
    const three = play(planOf(stuck), [
      { n: 50, metric: 'stuck', T: [1, 1] },
      { n: 50, metric: 'stuck', T: [1] },
    ])
    expect([three.state.ended, three.seen.at(-1)?.estimate]).toEqual([null, 3])
  })

  test('adds up what rows say of a metric of your own', () => {
    const tickets = { ...stuck, metric: 'tickets' }
    expect(
      play(planOf(tickets), [
        { n: 5, metric: 'tickets', T: [2, 2] },
        { n: 5, metric: 'tickets' },
      ]).state.ended,
    ).toBe('rolled_back')
  })

  test('of nothing is known only where there were calls', () => {
    const calm = play(planOf(stuck), times(7, { n: 5 }))
    expect(calm.state.stage).toBe(1)
    expect(play(planOf(stuck), times(7, { n: 0 })).state.stage).toBe(0)
  })

  test('against the baseline counts each unit once', () => {
    const compared: Guardrail = { ...errorRatio, metric: 'tickets', stat: 'count', limit: 1, safe: 2, onBreach: 'hold' }
    const { state } = play(planOf(compared), [{ n: 40, metric: 'tickets', T: times(10, 5), C: times(4, 1) }])
    expect(state.evidence[0]?.candidate).toMatchObject({ units: 40, events: 10 })
    expect(state.evidence[0]?.baseline).toMatchObject({ units: 40, events: 4 })
  })
})

describe('other ways to count', () => {
  test('calls, each for itself, and the words say so', () => {
    const requests: Guardrail = { ...errorRatio, counting: 'request' }
    const { state, seen } = play(planOf(requests), times(3, { n: 20, T: times(2, 1), C: [1] }))
    expect(state.evidence[0]?.candidate).toMatchObject({ units: 60, events: 6 })
    expect(seen.at(-1)?.sentence).toMatch(/6 of 60 calls \(taken as independent\) against 3 of 60$/)
  })

  test('one class of errors: another class is none', () => {
    const limited: Guardrail = { ...errorRatio, where: 'rate_limited' }
    const block: Calls = { n: 20, metric: 'error', T: times(4, 1), more: {} }
    const plan = planOf(limited)
    const begun = act(plan, draft, { action: 'start', reason: '' }, 0)
    if ('refused' in begun) throw new Error(begun.refused)
    const ledger = new UnitLedger(ledgerSettings(plan, begun.next))
    const classed = rows(0, block).map((row, i) =>
      i < 2 ? { ...row, metrics: { ...row.metrics, 'error.rate_limited': 1 } } : row,
    )
    const sealed = ledger.seal(classed, positionOf(begun.next, 0))
    expect(sealed.rates['error.rate_limited']?.first).toEqual({ T: { n: 20, x: 2 }, C: { n: 20, x: 0 } })
  })

  test('an amount per something: ten patches of 200 tokens are no 2000', () => {
    const perPatch: Guardrail = { ...errorRatio, metric: 'tokens', stat: 'mean', per: 'patches' }
    const ledger = new UnitLedger(ledgerSettings(planOf(perPatch)))
    const call = (unit: string, metrics: Record<string, number>): LedgerRow => ({ unit, arm: 'T', atMs: 0, metrics })
    const block = ledger.seal(
      [call('a', { tokens: 2000, patches: 10 }), call('b', { tokens: 500, patches: 0 }), call('c', { tokens: 500 })],
      { block: 0, visit: 1, entry: 0 },
    )
    expect(block.values['tokens/patches']?.map(({ value }) => value)).toEqual([200])
  })
})
