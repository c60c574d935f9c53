// What the planner says before a start against what the engine then does: the same evidence, on simulated traffic.
import { expect, test } from 'vitest'
import { guardrailWith, planWith } from '../../testing/plans.ts'
import { bareEvidence, errorSettings, weighed } from '../../testing/rate-evidence.ts'
import { rateWorld } from '../../testing/rate-world.ts'
import { valueWorld } from '../../testing/value-world.ts'
import { scale } from '../../../testing/scale.ts'
import { harmLogWeight, thresholds } from '../rollout/judge.ts'
import { weigh } from '../rollout/evidence.ts'
import type { Guardrail } from '../rollout/index.ts'
import { UnitLedger, logEvidence } from '../statistics/index.ts'
import { logNormal } from './distribution.ts'
import { outlooksAt } from './outlook.ts'
import type { Sight } from './sight.ts'
import { sightOf } from './sight-of.ts'
import type { Traffic } from './traffic.ts'

const repetitions = scale(50, 600)
const blockMs = 10_000
const blocksPerDay = 8640
const sigma = 0.8
const latency = logNormal(726, 726 * Math.exp(1.645 * sigma))

type Purpose = 'harm' | 'safe'

interface Case {
  readonly guardrail: Guardrail
  readonly share: number
  /** Calls of both arms in a block, each of another unit. */
  readonly calls: number
  /** The candidate's failures or amounts over the baseline's. */
  readonly times: number
  readonly purpose: Purpose
  readonly blocks: number
}

const failing = 0.02
const traffic = (calls: number): Traffic => ({
  unitsPerDay: calls * blocksPerDay,
  rates: { error: failing },
  values: { latency_ms: latency },
})

const needed = (guardrail: Guardrail, purpose: Purpose): number =>
  purpose === 'harm' ? thresholds.breach - harmLogWeight(guardrail, 1) : thresholds.proven

/** Blocks until the engine decides in one simulated stage; Infinity when it does not in time. */
function blocksUntilDecided({ guardrail, share, calls, times, purpose, blocks }: Case, seed: number): number {
  const line = needed(guardrail, purpose)
  let passed = 0
  if (guardrail.stat === 'rate') {
    const world = rateWorld(
      {
        blocks,
        calls,
        visits: [{ from: 0, share }],
        burst: 1,
        rate: { T: failing * times, C: failing },
        kappa: null,
        users: null,
        lag: { failure: { T: 0, C: 0 }, success: 0, most: 0 },
      },
      seed,
    )
    for (const logE of weighed(purpose, guardrail, world, new UnitLedger(errorSettings))) {
      passed += 1
      if (logE >= line) return passed
    }
    return Infinity
  }
  let evidence = bareEvidence(guardrail)
  const law = { C: { sigma, scale: 1000 }, T: { sigma, scale: 1000 * times } }
  const units = { T: calls * share, C: calls * (1 - share) }
  for (const block of valueWorld({ blocks, units, law, drift: 1 }, seed)) {
    passed += 1
    const values = { latency_ms: (block.values['latency_ms'] ?? []).map((row) => ({ ...row, origin: 0 as const })) }
    evidence = weigh(evidence, { ...block, values }, guardrail, 0)
    if (logEvidence(evidence[purpose], 0) >= line) return passed
  }
  return Infinity
}

function sightFor({ guardrail, share, calls }: Case): Sight {
  const sight = sightOf(planWith([share * 100], [guardrail]), 0, guardrail, traffic(calls))
  if (typeof sight === 'string') throw new Error(sight)
  return sight
}

/** Blocks in which the planner expects a decision with this chance. */
function predicted(one: Case, chance: number): number {
  const sight = sightFor(one)
  if (one.purpose === 'safe') return sight.proofMs(chance) / blockMs
  const found = sight.found(one.times * sight.baseline)
  let ms = blockMs / 10
  while (found(ms) < chance) ms *= 1.005
  return ms / blockMs
}

const rate = guardrailWith()
const rateLimit = guardrailWith({ compare: 'absolute', limit: 0.05, safe: 0.05 })
const mean = guardrailWith({ metric: 'latency_ms', stat: 'mean', safe: 1.5 })
const meanLimit = guardrailWith({ metric: 'latency_ms', stat: 'mean', compare: 'absolute', limit: 1500, safe: 1500 })
const p95 = guardrailWith({ metric: 'latency_ms', stat: 'p95', limit: 1.5, safe: 1.5 })
const p95Limit = guardrailWith({ metric: 'latency_ms', stat: 'p95', compare: 'absolute', limit: 5000, safe: 5000 })

test.each<[string, Case]>([
  ['5x errors at 1 %', { guardrail: rate, share: 0.01, calls: 200, times: 5, purpose: 'harm', blocks: 150 }],
  ['3x errors at 10 %', { guardrail: rate, share: 0.1, calls: 200, times: 3, purpose: 'harm', blocks: 80 }],
  ['2x errors at 50 %', { guardrail: rate, share: 0.5, calls: 200, times: 2, purpose: 'harm', blocks: 100 }],
  ['10 % errors, limit 5 %', { guardrail: rateLimit, share: 0.1, calls: 100, times: 5, purpose: 'harm', blocks: 200 }],
  ['2x mean latency', { guardrail: mean, share: 0.1, calls: 100, times: 2, purpose: 'harm', blocks: 100 }],
  ['2x mean latency, fixed', { guardrail: meanLimit, share: 0.1, calls: 100, times: 2, purpose: 'harm', blocks: 150 }],
  ['3x p95 latency', { guardrail: p95, share: 0.1, calls: 100, times: 3, purpose: 'harm', blocks: 120 }],
  ['proof of errors at 10 %', { guardrail: rate, share: 0.1, calls: 200, times: 1, purpose: 'safe', blocks: 150 }],
  ['proof of errors, fixed', { guardrail: rateLimit, share: 0.1, calls: 100, times: 1, purpose: 'safe', blocks: 150 }],
  ['proof of mean latency', { guardrail: mean, share: 0.1, calls: 100, times: 1, purpose: 'safe', blocks: 150 }],
  ['proof of p95 latency', { guardrail: p95, share: 0.1, calls: 100, times: 1, purpose: 'safe', blocks: 150 }],
  ['10x errors, one call a block', { guardrail: rate, share: 0.5, calls: 1, times: 10, purpose: 'harm', blocks: 2000 }],
  [
    '10x errors, a call in four blocks',
    { guardrail: rate, share: 0.5, calls: 0.25, times: 10, purpose: 'harm', blocks: 20_000 },
  ],
  [
    'proof of errors, three calls a block',
    { guardrail: rate, share: 0.5, calls: 3, times: 1, purpose: 'safe', blocks: 8000 },
  ],
  ['proof of p95, fixed', { guardrail: p95Limit, share: 0.1, calls: 100, times: 1, purpose: 'safe', blocks: 150 }],
])('%s is decided when the planner says', (_, one) => {
  const times = Array.from({ length: repetitions }, (__, i) => blocksUntilDecided(one, i + 1)).sort((a, b) => a - b)
  const median = times[Math.floor(repetitions / 2)] ?? 0
  const ratio = predicted(one, 0.5) / median
  expect(ratio).toBeGreaterThan(0.75)
  expect(ratio).toBeLessThan(1.33)
})

test('the smallest effect that a stage is said to find is found there in about 80 of 100 rollouts', () => {
  const [outlook] = outlooksAt(planWith([10], [rate]), 0, traffic(60))
  const smallest = outlook?.smallestEffect ?? 0
  expect(smallest).toBeGreaterThan(2)
  const one: Case = { guardrail: rate, share: 0.1, calls: 60, times: smallest, purpose: 'harm', blocks: 180 }
  const found = Array.from({ length: 2 * repetitions }, (_, i) => blocksUntilDecided(one, i + 1)).filter(
    Number.isFinite,
  )
  const part = found.length / (2 * repetitions)
  expect(part).toBeGreaterThan(0.68)
  expect(part).toBeLessThan(0.92)
})

test('what a rollback has to share its error budget with makes it slower', () => {
  const alone = planWith([10], [guardrailWith({ onBreach: 'rollback' })])
  const five = planWith(
    [10],
    [1, 2, 3, 4, 5].map((n) => guardrailWith({ id: `g${n}`, onBreach: 'rollback' })),
  )
  const time = (plan: typeof alone) => outlooksAt(plan, 0, traffic(20))[0]?.prospects[0]?.timeMs ?? 0
  expect(time(five)).toBeGreaterThan(1.2 * time(alone))
})

test('a fixed limit that rolls back also waits until the candidate is worse than the baseline', () => {
  const time = (onBreach: 'hold' | 'rollback') => {
    const guardrail = guardrailWith({ compare: 'absolute', limit: 0.05, safe: 0.05, onBreach })
    return outlooksAt(planWith([95], [guardrail]), 0, traffic(100))[0]?.prospects[0]?.timeMs ?? 0
  }
  expect(time('rollback')).toBeGreaterThan(2 * time('hold'))
})
