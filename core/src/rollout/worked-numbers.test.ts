// Numbers worked out by hand, reproduced by the very functions that decide.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bareEvidence, errorRatio, errorSettings } from '../../testing/rate-evidence.ts'
import {
  addUnits,
  closeVisit,
  emptySampleRatio,
  logEvidence,
  multiply,
  restart,
  sampleRatioLogEvidence,
  sampleRatioThreshold,
  startFamily,
  UnitLedger,
} from '../statistics/index.ts'
import type { Arm, Block, Family, LedgerRow, ValueRow } from '../statistics/index.ts'
import { logSumExp } from '../statistics/log-sum-exp.ts'
import { act } from './act.ts'
import { startEvidence, weigh } from './evidence.ts'
import type { GuardrailEvidence } from './evidence.ts'
import { rateIncrements, weightsOf } from './guardrail-test.ts'
import { judge, thresholds } from './judge.ts'
import { cutsFor, group, meanIncrements, remember, startGroups } from './mean-groups.ts'
import type { MeanGroups } from './mean-groups.ts'
import type { Guardrail, Plan } from './plan.ts'
import { draft } from './state.ts'

const six = (value: number): number => Number(value.toFixed(6))

/** A block of one stratum, as counted. */
function block(index: number, nT: number, nC: number, xT: number, xC: number): Block {
  const rows = { T: nT, C: nC }
  const strata = [{ nT, nC, xT, xC }]
  const first = { T: { n: nT, x: xT }, C: { n: nC, x: xC } }
  const error = { exposed: rows, atRisk: strata, settled: strata, first, firstSettled: first.T }
  const none = { newUnits: rows, units: rows, crossed: 0, full: false, values: {}, calls: {} }
  return { index, rows, rowsOf: { error: rows }, rates: { error }, ...none }
}

const harmful = [block(0, 20, 180, 1, 3), block(1, 22, 178, 2, 4), block(2, 18, 190, 3, 2)]

describe('a ratio of rates', () => {
  test('gives the increments, the terms of the mixture and the weighted evidence', () => {
    const seen = harmful.map((counts) => rateIncrements(errorRatio, 'higher', 'harm', counts)?.(1).map(six))
    expect(seen).toEqual([
      [0.210304, 0.311906, 0.369326, 0.263549, -1.263111],
      [0.489686, 0.760134, 1.004119, 1.031017, -0.777562],
      [1.004599, 1.664457, 2.497686, 3.342056, 4.125296],
    ])
    const weights = weightsOf(errorRatio, 'higher')
    let harm = startFamily([1], weights, true)
    for (const [i, counts] of harmful.entries()) {
      if (i === 2) harm = restart(harm, weights)
      harm = multiply(harm, rateIncrements(errorRatio, 'higher', 'harm', counts) ?? (() => []))
    }
    expect(harm.logTerms[0]?.map(six)).toEqual([0.112315, 1.37701, 2.393447, 2.64925, 0.032633])
    expect(six(judged([errorRatio], [{ ...startEvidence(errorRatio), harm }])[0]?.harm.logE ?? 0)).toBe(3.391036)
    expect([3.391036 > thresholds.warn, 3.391036 < thresholds.breach]).toEqual([true, true])
  })

  test('is shown as Mantel and Haenszel weigh it', () => {
    let evidence = bareEvidence(errorRatio)
    for (const counts of harmful) evidence = weigh(evidence, counts, errorRatio, 0)
    const { T, C } = evidence.mantelHaenszel
    expect([T, C, T / C].map(six)).toEqual([5.420385, 0.913077, 5.936394])
    expect(
      six(judged([errorRatio], [{ ...startEvidence(errorRatio), mantelHaenszel: { T, C } }])[0]?.estimate ?? 0),
    ).toBe(5.936394)
  })

  test('never lies outside the interval beside it, though this visit alone was quiet', () => {
    let evidence = startEvidence(errorRatio)
    for (let i = 0; i < 5; i++) evidence = weigh(evidence, block(i, 100, 100, 30, 2), errorRatio, 0)
    const [verdict] = judged([errorRatio], [{ ...evidence, mantelHaenszel: { T: 1, C: 10 } }])
    expect(verdict?.interval[0]).toBeGreaterThan(1.5)
    expect(verdict?.estimate).toBe(verdict?.interval[0])
  })

  const units = (from: number, count: number, failed: number, arm: Arm, at: number): LedgerRow[] =>
    Array.from({ length: count }, (_, i) => {
      const unit = `${arm}${from + i}`
      return { unit, arm, atMs: at, metrics: { error: i < failed ? 1 : 0 } }
    })

  test('holds survivors against survivors, newcomers against newcomers', () => {
    const ledger = new UnitLedger({ ...errorSettings, settleBlocks: 100 })
    const at = (index: number) => ({ block: index, visit: 1, entry: 0 })
    const blocks = [
      ledger.seal([...units(0, 20, 1, 'T', 0), ...units(0, 180, 3, 'C', 0)], at(0)),
      ledger.seal(
        [
          ...units(100, 22, 2, 'T', 1),
          ...units(1000, 178, 2, 'C', 1),
          ...units(5, 1, 1, 'T', 2),
          ...units(50, 1, 1, 'C', 2),
        ],
        at(1),
      ),
      ledger.seal([], at(2)),
    ]
    expect(blocks[2]?.rates['error']?.atRisk).toEqual([
      { nT: 20, xT: 0, nC: 176, xC: 0 },
      { nT: 18, xT: 0, nC: 176, xC: 0 },
    ])
    const after = (start: GuardrailEvidence, some: readonly (Block | undefined)[]): number[] => {
      let evidence = start
      return some.map((counts) => {
        if (counts) evidence = weigh(evidence, counts, errorRatio, 0)
        return six(logEvidence(evidence.harm, 0))
      })
    }
    const restarting = bareEvidence(errorRatio)
    const never = { ...restarting, harm: startFamily([1], weightsOf(errorRatio, 'higher'), false) }
    expect(after(never, blocks.slice(0, 2))).toEqual([0.214448, 2.162745])
    expect(after(restarting, blocks.slice(0, 2))).toEqual([0.194958, 2.070082])
    expect(after(never, [blocks[0], block(1, 41, 355, 3, 3)])).toEqual([0.214448, 2.18732])
    expect(after(restarting, [blocks[0], block(1, 41, 355, 3, 3)])).toEqual([0.194958, 2.094351])
    const silent = { ...block(1, 22, 177, 3, 0), rows: { T: 22, C: 0 } }
    expect(after(restarting, [blocks[0], silent])).toEqual([0.194958, 0.194958])
  })
})

test('an absolute limit gives the terms of its seven alternatives', () => {
  const limit: Guardrail = { ...errorRatio, compare: 'absolute', limit: 0.05, safe: 0.05 }
  let harm = startFamily([0.05], weightsOf(limit, 'higher'), false)
  for (const [n, x] of [
    [20, 2],
    [30, 6],
    [25, 5],
  ] as const)
    harm = multiply(harm, rateIncrements(limit, 'higher', 'harm', block(0, n, 0, x, 0)) ?? (() => []))
  expect(harm.logTerms[0]?.map((term) => six(term + Math.log(7)))).toEqual([
    1.714089, 3.617615, 5.658746, 7.38597, 6.266589, -9.861335, -102.005259,
  ])
})

describe('a mean, by groups', () => {
  // Late in a stage a group is closed with fewer units of the candidate than three.
  const late = 60
  const mean: Guardrail = { ...errorRatio, id: 'cost', metric: 'cost_usd', stat: 'mean' }
  const rows = (arm: Arm, count: number, value: number): ValueRow[] =>
    Array.from({ length: count }, () => ({ arm, origin: 0, part: 0, value }))

  function folded(rule: Guardrail, claim: 'higher' | 'lower', bound: number, means: readonly (readonly number[])[]) {
    let groups: MeanGroups = { ...startGroups(bound), recent: [{ n: 100, mean: 100 }] }
    let family: Family = startFamily([rule.limit], weightsOf(rule, claim), false)
    const seen: number[] = []
    const cuts = cutsFor(rule, { higher: [rule.limit], lower: [rule.limit] })
    for (const [nT = 0, meanT = 0, nC = 0, meanC = 0] of means) {
      const taken = group(groups, [...rows('T', nT, meanT), ...rows('C', nC, meanC)], rule, late, cuts)
      groups = taken.groups
      for (const done of taken.finished) {
        const known = groups
        family = multiply(family, (value) => meanIncrements(rule, claim, done, known, value))
        groups = remember(groups, done)
      }
      seen.push(six(logEvidence(family, 0)))
    }
    return { seen, family }
  }

  test('gives the evidence of harm and its eight terms', () => {
    const { seen, family } = folded(mean, 'higher', 1e9, [
      [3, 130, 120, 98],
      [2, 180, 110, 104],
      [4, 150, 130, 101],
    ])
    expect(seen).toEqual([0.046229, 0.124592, 0.207749])
    expect(family.logTerms[0]?.map((term) => six(term + Math.log(8)))).toEqual([
      0.693516, 0.367368, 0.189494, 0.096296, 0.048549, 0.024376, 0.012214, 0.006113,
    ])
  })

  test('gives the evidence of savings', () => {
    const saving: Guardrail = { ...mean, limit: 0.8, safe: 0.8 }
    const { seen } = folded(saving, 'lower', 400, [
      [3, 60, 120, 98],
      [2, 55, 110, 104],
      [4, 70, 130, 101],
    ])
    expect(seen).toEqual([0.010824, 0.022081, 0.028683])
  })
})

test('a sample adds up over visits', () => {
  const first = addUnits(emptySampleRatio, { T: 30, C: 1970 })
  expect(six(sampleRatioLogEvidence(first, 0.01))).toBe(0.304532)
  const second = addUnits(closeVisit(first, 0.01), { T: 130, C: 1670 })
  expect(six(sampleRatioLogEvidence(second, 0.1))).toBe(6.93331)
  expect(6.93331).toBeGreaterThan(sampleRatioThreshold)
})

function judged(guardrails: readonly Guardrail[], evidence: readonly GuardrailEvidence[]) {
  const stage = { sharePer100k: 50_000, holdbackPer100k: 0, atLeastMs: 0, gate: 'auto' } as const
  const arms = { flag: 'f', rule: 'rollout', candidate: 'on', baseline: 'off' }
  const plan: Plan = { ...arms, blockMs: 1000, timeoutMs: 1000, advance: 'quiet', stages: [stage], guardrails }
  const begun = act(plan, draft, { action: 'start', reason: '' }, 0)
  if ('refused' in begun) throw new Error(begun.refused)
  return judge(plan, { ...begun.next, evidence }, 0).verdicts
}

describe('guardrails that roll back share one budget', () => {
  const rule = (i: number): Guardrail => ({
    ...errorRatio,
    id: `limit-${i}`,
    compare: 'absolute',
    limit: 0.05,
    safe: 0.05,
    onBreach: 'rollback',
  })
  const ofClass = (logEs: readonly number[]) => {
    const rules = logEs.map((_, i) => rule(i))
    const evidence = rules.map((guardrail, i): GuardrailEvidence => ({
      ...startEvidence(guardrail),
      companion: null,
      harm: { nulls: [0.05], logTerms: [[logEs[i] ?? 0]], restarts: null },
    }))
    return judged(rules, evidence)
  }
  const sumOf = (verdicts: readonly { readonly harm: { readonly logE: number } }[]) =>
    logSumExp(verdicts.map(({ harm }) => harm.logE))

  test('as worked out for two of them, and the largest is blamed', () => {
    expect(six(sumOf(ofClass([5, 1])))).toBe(4.325003)
    expect(ofClass([5, 1]).map(({ verdict }) => verdict)).not.toContain('fail')
    const both = ofClass([5.2, 4.8])
    expect(both.every(({ harm }) => harm.logE < thresholds.breach)).toBe(true)
    expect(both.map(({ verdict }) => verdict)).toEqual(['fail', 'warn'])
  })

  test('whose sum is no less than any of its parts, and never not a number', () => {
    const logE = fc.double({ min: -1e6, max: 1e6, noNaN: true })
    fc.assert(
      fc.property(fc.array(logE, { minLength: 1, maxLength: 10 }), (logEs) => {
        const verdicts = ofClass(logEs)
        const sum = sumOf(verdicts)
        for (const { harm } of verdicts) expect(sum).toBeGreaterThanOrEqual(harm.logE)
        expect(verdicts.some(({ verdict }) => verdict === 'fail')).toBe(sum >= thresholds.breach)
      }),
    )
  })
})
