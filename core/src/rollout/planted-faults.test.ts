// Each of these ways to count looks right and is not. The suite plants them one by one and must notice: a test of the
// promise that cannot tell them apart proves nothing.
import { describe, expect, test } from 'vitest'
import { scale } from '../../../testing/scale.ts'
import { nullMean } from '../../testing/null-mean.ts'
import { PlainLedger } from '../../testing/plain-ledger.ts'
import type { CountingFault } from '../../testing/plain-ledger.ts'
import { bareEvidence, errorRatio, errorSettings, weighed } from '../../testing/rate-evidence.ts'
import { rateWorld } from '../../testing/rate-world.ts'
import type { RateWorld } from '../../testing/rate-world.ts'
import { valueWorld } from '../../testing/value-world.ts'
import type { ValueWorld } from '../../testing/value-world.ts'
import {
  addValues,
  emptyHistogram,
  logEvidence,
  multiply,
  quantileBucket,
  UnitLedger,
  upperEdge,
} from '../statistics/index.ts'
import { act } from './act.ts'
import { draft } from './state.ts'
import { weigh } from './evidence.ts'
import { quantileIncrements, tailOf } from './guardrail-test.ts'
import type { Guardrail, Plan } from './index.ts'
import { cutsFor, group, meanIncrements, remember, runningMean, startGroups } from './mean-groups.ts'
import { ledgerSettings, positionOf, step } from './step.ts'

const runs = scale(200, 2000)
const runsOfAmounts = scale(80, 1000)
const stopAt = (blocks: number) => (run: number) => (run * 37) % blocks

const stays = (count: number, every: number, share: (i: number) => number) =>
  Array.from({ length: count }, (_, i) => ({ from: i * every, share: share(i) }))
const lag = (failure: number, success: number, most = 1000) => ({ failure: { T: failure, C: failure }, success, most })
const base: RateWorld = {
  blocks: 60,
  calls: 30,
  visits: stays(1, 60, () => 0.5),
  rate: { T: 0.5, C: 0.5 },
  kappa: null,
  users: null,
  burst: 1,
  lag: lag(0, 0),
}
const regulars = { ...base, blocks: 120, users: 200, kappa: 0, rate: { T: 0.1, C: 0.1 } }
const tooMany: Guardrail = { ...errorRatio, compare: 'absolute', limit: 0.05, safe: 0.05 }

const counting: readonly {
  readonly fault: CountingFault
  readonly purpose: 'harm' | 'safe'
  readonly guardrail: Guardrail
  readonly world: RateWorld
}[] = [
  {
    fault: 'newly-exposed',
    purpose: 'harm',
    guardrail: errorRatio,
    world: { ...base, calls: 60, burst: 12, lag: lag(5, 0) },
  },
  {
    fault: 'pooled',
    purpose: 'harm',
    guardrail: errorRatio,
    world: { ...base, blocks: 200, calls: 20, rate: { T: 0.7, C: 0.7 }, visits: stays(1, 1, () => 0.1) },
  },
  {
    fault: 'completions',
    purpose: 'harm',
    guardrail: tooMany,
    world: { ...base, rate: { T: 0.05, C: 0.05 }, lag: lag(0, 20) },
  },
  {
    fault: 'failed-return',
    purpose: 'harm',
    guardrail: errorRatio,
    world: { ...regulars, visits: stays(20, 6, (i) => (i % 2 === 0 ? 0.3 : 0.29)) },
  },
  {
    fault: 'recounted',
    purpose: 'harm',
    guardrail: errorRatio,
    world: { ...regulars, visits: stays(20, 6, (i) => 0.3 + i / 1000) },
  },
  {
    fault: 'unsettled',
    purpose: 'safe',
    guardrail: errorRatio,
    world: { ...base, rate: { T: 0.6, C: 0.3 }, lag: { failure: { T: 6, C: 0 }, success: 0, most: 4 } },
  },
]

describe('a wrong way to count units breaks the promise', () => {
  test.each(counting)('$fault', ({ fault, purpose, guardrail, world }) => {
    const mean = (planted: CountingFault | null) =>
      nullMean(
        runs,
        (run) => weighed(purpose, guardrail, rateWorld(world, run + 1), new PlainLedger(errorSettings, planted)),
        stopAt(world.blocks),
      )
    const [right, wrong] = [mean(null), mean(fault)]
    expect(right.mean).toBeLessThanOrEqual(right.bound)
    expect(wrong.mean).toBeGreaterThan(wrong.bound)
  })
})

const latency: Guardrail = { ...errorRatio, id: 'latency', metric: 'latency_ms', stat: 'mean' }
const tailed: ValueWorld = {
  blocks: 120,
  units: { T: 40, C: 40 },
  law: { T: { sigma: 1.2, scale: 100 }, C: { sigma: 1.2, scale: 100 } },
  drift: 1,
}

function* weighedValues(guardrail: Guardrail, seed: number) {
  let evidence = bareEvidence(guardrail)
  for (const block of valueWorld(tailed, seed)) {
    evidence = weigh(evidence, block, guardrail, 0)
    yield logEvidence(evidence.harm, 0)
  }
}

/** Groups in which the baseline looks too dear to be true are left out: a choice by the outcome. */
function* withSkippedGroups(guardrail: Guardrail, seed: number) {
  let { harm } = bareEvidence(guardrail)
  let groups = startGroups(null)
  const cuts = cutsFor(guardrail, { higher: harm.nulls, lower: [] })
  for (const block of valueWorld(tailed, seed)) {
    const taken = group(groups, block.values['latency_ms'] ?? [], guardrail, block.index, cuts)
    groups = taken.groups
    for (const done of taken.finished) {
      const known = groups
      const usual = runningMean(known)
      if (usual !== null && (done.high.C[1] ?? 0) <= 1.1 * usual)
        harm = multiply(harm, (value) => meanIncrements(guardrail, 'higher', done, known, value))
      groups = remember(groups, done)
    }
    yield logEvidence(harm, 0)
  }
}

/** The baseline's quantile is taken from the very values that are held against it. */
function* withPresentQuantile(guardrail: Guardrail, seed: number) {
  let { harm } = bareEvidence(guardrail)
  for (const block of valueWorld(tailed, seed)) {
    const values = block.values['latency_ms'] ?? []
    const baseline = values.filter(({ arm }) => arm === 'C').map(({ value }) => value)
    const bucket = quantileBucket(addValues(emptyHistogram, baseline), 1 - tailOf(guardrail))
    const increments = quantileIncrements(guardrail, 'higher', values, bucket === null ? 0 : upperEdge(bucket))
    if (bucket !== null && increments) harm = multiply(harm, increments)
    yield logEvidence(harm, 0)
  }
}

describe('a wrong way to compare amounts breaks the promise', () => {
  const mean = (logEs: (seed: number) => Iterable<number>) =>
    nullMean(runsOfAmounts, (run) => logEs(run + 1), stopAt(tailed.blocks))

  test('skipped groups', () => {
    const [right, wrong] = [
      mean((seed) => weighedValues(latency, seed)),
      mean((seed) => withSkippedGroups(latency, seed)),
    ]
    expect(right.mean).toBeLessThanOrEqual(right.bound)
    expect(wrong.mean).toBeGreaterThan(wrong.bound)
  })

  test('the quantile of the present block', () => {
    const p95: Guardrail = { ...latency, stat: 'p95' }
    const [right, wrong] = [mean((seed) => weighedValues(p95, seed)), mean((seed) => withPresentQuantile(p95, seed))]
    expect(right.mean).toBeLessThanOrEqual(right.bound)
    expect(wrong.mean).toBeGreaterThan(wrong.bound)
  })
})

describe('an incident of both arms', () => {
  const plan: Plan = {
    flag: 'f',
    rule: 'rollout',
    candidate: 'on',
    baseline: 'off',
    blockMs: 10_000,
    timeoutMs: 20_000,
    advance: 'quiet',
    stages: [{ sharePer100k: 50_000, holdbackPer100k: 0, atLeastMs: 1e9, gate: 'auto' }],
    guardrails: [{ ...tooMany, onBreach: 'rollback' }],
  }

  function rollsBack(seed: number, compared: boolean, lostFrom = Infinity, wait = 0): boolean {
    const begun = act(plan, draft, { action: 'start', reason: '' }, 0)
    if ('refused' in begun) throw new Error(begun.refused)
    const ledger = new UnitLedger(ledgerSettings(plan))
    let state = begun.next
    for (const { rows, position } of rateWorld(
      { ...base, calls: 40, rate: { T: 0.15, C: 0.15 }, lag: lag(wait, 0) },
      seed,
    )) {
      if (!compared) state = { ...state, evidence: state.evidence.map((kept) => ({ ...kept, companion: null })) }
      const arrived = position.block < lostFrom ? rows : rows.filter(({ arm }) => arm === 'T')
      const block = ledger.seal(arrived, positionOf(state, position.block))
      const facts = { nowMs: (position.block + 1) * plan.blockMs, flagEnabled: true, sampleRatioHolds: true }
      state = step(plan, state, block, facts).decision.next
      if (state.ended) return true
    }
    return false
  }

  test('is not blamed on the candidate, as an absolute limit without a look at the baseline would', () => {
    const count = (compared: boolean) =>
      Array.from({ length: 60 }, (_, i) => rollsBack(i + 1, compared)).filter(Boolean)
    expect(count(true).length).toBeLessThanOrEqual(3)
    expect(count(false).length).toBeGreaterThan(50)
  })

  test('is not blamed on the candidate when rows of the baseline are lost meanwhile', () => {
    const rolledBack = Array.from({ length: 60 }, (_, i) => rollsBack(i + 1, true, 35, 12)).filter(Boolean)
    expect(rolledBack.length).toBeLessThanOrEqual(3)
  })
})
