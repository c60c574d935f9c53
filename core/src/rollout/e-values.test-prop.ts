// The promise everything rests on: while the limit is respected, evidence stopped at any time has a mean of at most 1.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { scale } from '../../../testing/scale.ts'
import { nullMean } from '../../testing/null-mean.ts'
import { chance } from '../../testing/random.ts'
import { bareEvidence, errorRatio, errorSettings, weighed } from '../../testing/rate-evidence.ts'
import { rateWorld } from '../../testing/rate-world.ts'
import type { RateWorld } from '../../testing/rate-world.ts'
import { valueWorld } from '../../testing/value-world.ts'
import type { Law, ValueWorld } from '../../testing/value-world.ts'
import {
  addUnits,
  closeVisit,
  emptySampleRatio,
  logEvidence,
  sampleRatioLogEvidence,
  UnitLedger,
} from '../statistics/index.ts'
import { weigh } from './evidence.ts'
import type { Guardrail } from './index.ts'

const worlds = { numRuns: scale(5, 60), ...(scale(0, 1) === 0 ? { seed: 20_261_121 } : {}) }
const runs = scale(120, 1000)

const oneOf = <T>(...values: readonly T[]) => fc.constantFrom(...values)
const stays = oneOf([0.02], [0.5], [0.95], [0.05, 0.1, 0.2, 0.4], [0.3, 0.1, 0.3, 0.5], [0.1, 0.5, 0.9])

/** Random worlds in which failures take equally long on both sides, as a comparison of the two needs. */
const world: fc.Arbitrary<Omit<RateWorld, 'rate'> & { base: number; seed: number }> = fc
  .record({
    seed: fc.nat(1e9),
    blocks: fc.integer({ min: 12, max: 70 }),
    calls: oneOf(3, 12, 30),
    shares: stays,
    base: oneOf(0.005, 0.02, 0.1, 0.3, 0.7),
    kappa: oneOf(null, 0, 0.3),
    users: oneOf(null, 60, 400),
    burst: oneOf(1, 1, 8),
    failure: oneOf(0, 1, 6, 20),
    success: oneOf(0, 4),
  })
  .map(({ shares, failure, success, ...rest }) => ({
    ...rest,
    visits: shares.map((share, i) => ({ from: Math.floor((i * rest.blocks) / shares.length), share })),
    lag: { failure: { T: failure, C: failure }, success, most: errorSettings.settleBlocks },
  }))

function expectNull(
  purpose: 'harm' | 'safe',
  guardrail: Guardrail,
  { seed, base, ...rest }: Omit<RateWorld, 'rate'> & { base: number; seed: number },
  rate: RateWorld['rate'],
) {
  const played: RateWorld = { ...rest, rate }
  const stop = chance(seed)
  const { mean, bound } = nullMean(
    runs,
    (run) => weighed(purpose, guardrail, rateWorld(played, seed + run), new UnitLedger(errorSettings)),
    () => Math.floor(stop.next() * played.blocks),
  )
  expect(mean, `a mean of ${mean} at base ${base}`).toBeLessThanOrEqual(bound)
}

describe('evidence has a mean of at most 1 at any stop', () => {
  test('of harm by a ratio of rates', () => {
    fc.assert(
      fc.property(world, oneOf(0.8, 1, 1.3), (some, limit) => {
        const C = Math.min(some.base, 0.7 / limit)
        expectNull('harm', { ...errorRatio, limit }, some, { T: limit * C, C })
      }),
      worlds,
    )
  })

  test('of harm that waits for the timeout, however different the speeds of the arms', () => {
    fc.assert(
      fc.property(world, oneOf(0.3, 0.5, 0.7), (some, base) => {
        const lag = { failure: { T: 0, C: 12 }, success: 0, most: errorSettings.settleBlocks }
        const steady = { ...some, base, calls: 30, blocks: 70, kappa: null, users: null, burst: 1, lag }
        const played = { ...steady, visits: [{ from: 0, share: 0.5 }] }
        expectNull('harm', { ...errorRatio, settle: 'timeout' }, played, { T: base, C: base })
      }),
      worlds,
    )
  })

  test('of safety by a ratio of rates', () => {
    fc.assert(
      fc.property(world, oneOf(1.2, 2, 3), (some, safe) => {
        const C = Math.min(some.base, 0.8 / safe)
        expectNull('safe', { ...errorRatio, safe }, { ...some, users: null, kappa: null }, { T: safe * C, C })
      }),
      worlds,
    )
  })

  test('of harm and of safety by an absolute rate, however late the outcomes', () => {
    fc.assert(
      fc.property(world, oneOf('harm' as const, 'safe' as const), fc.boolean(), (some, purpose, slowSuccess) => {
        const rule = { ...errorRatio, compare: 'absolute', limit: some.base, safe: some.base } as const
        const lag = {
          failure: { T: slowSuccess ? 0 : 12, C: 3 },
          success: slowSuccess ? 12 : 0,
          most: errorSettings.settleBlocks,
        }
        const kept = purpose === 'harm' ? { ...lag, most: 1000 } : lag
        expectNull(purpose, rule, { ...some, lag: kept, users: null }, { T: some.base, C: some.base })
      }),
      worlds,
    )
  })
})

const latency: Guardrail = { ...errorRatio, id: 'latency', metric: 'latency_ms', stat: 'mean' }

function* weighedValues(purpose: 'harm' | 'safe', guardrail: Guardrail, played: ValueWorld, seed: number) {
  let evidence = bareEvidence(guardrail)
  for (const block of valueWorld(played, seed)) {
    evidence = weigh(evidence, block, guardrail, 0)
    yield logEvidence(evidence[purpose], 0)
  }
}

const sizes = fc.record({
  seed: fc.nat(1e9),
  blocks: fc.integer({ min: 20, max: 90 }),
  drift: oneOf(1, 1.01, 0.99),
  units: oneOf({ T: 2, C: 40 }, { T: 20, C: 20 }, { T: 60, C: 4 }),
})

/** Laws of the two arms such that the truth lies exactly at the ratio (or, without the baseline, at the value) tested. */
function expectNullOfValues(
  purpose: 'harm' | 'safe',
  guardrail: Guardrail,
  { seed, ...rest }: { seed: number; blocks: number; drift: number; units: ValueWorld['units'] },
  law: ValueWorld['law'],
) {
  const stop = chance(seed)
  const { mean, bound } = nullMean(
    runs,
    (run) => weighedValues(purpose, guardrail, { ...rest, law }, seed + run),
    () => Math.floor(stop.next() * rest.blocks),
  )
  expect(
    mean,
    `a mean of ${mean} for ${guardrail.stat} ${guardrail.compare} ${guardrail.direction}`,
  ).toBeLessThanOrEqual(bound)
}

describe('evidence on amounts has a mean of at most 1 at any stop', () => {
  test.each([
    ['higher', 'over', 'under'],
    ['lower', 'under', 'over'],
  ] as const)('of "the mean is %s", of harm and of safety, with long tails', (_, harmful, safe) => {
    fc.assert(
      fc.property(sizes, oneOf(0.4, 0.8, 1.2), oneOf(0.8, 1, 1.5), fc.boolean(), (some, sigma, ratio, isHarm) => {
        const rule = { ...latency, direction: isHarm ? harmful : safe, limit: ratio, safe: ratio } as const
        const C: Law = { sigma, scale: 100 }
        expectNullOfValues(isHarm ? 'harm' : 'safe', rule, some, { T: { sigma, scale: 100 * ratio }, C })
      }),
      worlds,
    )
  })

  test('of "the mean is lower", of savings and of harm', () => {
    fc.assert(
      fc.property(sizes, oneOf([0.3, 0.7, 1.5], [0.5, 0.5, 1], [0.5, 0.1, 0.6]), fc.boolean(), (some, law, isHarm) => {
        const [often3C = 0, often3T = 0, ratio = 1] = law
        const rule = { ...latency, direction: isHarm ? 'under' : 'over', limit: ratio, safe: ratio } as const
        const laws = { T: { often3: often3T, scale: 1 }, C: { often3: often3C, scale: 1 } }
        expectNullOfValues(isHarm ? 'harm' : 'safe', rule, { ...some, drift: 1 }, laws)
      }),
      worlds,
    )
  })

  test('of a mean against a fixed amount, in both directions', () => {
    fc.assert(
      fc.property(
        sizes,
        oneOf('over' as const, 'under' as const),
        oneOf('harm' as const, 'safe' as const),
        (some, direction, purpose) => {
          const rule = { ...latency, compare: 'absolute', direction, limit: 2, safe: 2 } as const
          const law = { often3: 0.5, scale: 1 }
          expectNullOfValues(purpose, rule, { ...some, drift: 1 }, { T: law, C: law })
        },
      ),
      worlds,
    )
  })

  test('of a quantile against the baseline, exactly at the boundary', () => {
    fc.assert(
      fc.property(
        sizes,
        oneOf('p50' as const, 'p90' as const, 'p95' as const),
        oneOf(0.8, 1, 1.5),
        oneOf('harm' as const, 'safe' as const),
        (some, stat, ratio, purpose) => {
          const rule = { ...latency, stat, limit: ratio, safe: ratio } as const
          const laws = { T: { sigma: 0.8, scale: 100 * ratio }, C: { sigma: 0.8, scale: 100 } }
          expectNullOfValues(purpose, rule, some, laws)
        },
      ),
      worlds,
    )
  })

  test('of a quantile against a fixed amount', () => {
    fc.assert(
      fc.property(sizes, oneOf('harm' as const, 'safe' as const), (some, purpose) => {
        const rule = { ...latency, stat: 'p90', compare: 'absolute', limit: 2, safe: 2 } as const
        const law = { often3: 0.1, scale: 1 }
        expectNullOfValues(purpose, rule, { ...some, drift: 1 }, { T: law, C: law })
      }),
      worlds,
    )
  })
})

test('evidence of a broken sample has a mean of at most 1 at any stop', () => {
  fc.assert(
    fc.property(fc.nat(1e9), oneOf([0.01], [0.5], [0.1, 0.3, 0.95]), oneOf(1, 20), (seed, shares, perBlock) => {
      const blocks = 60
      function* logFactors(run: number) {
        const luck = chance(seed + run)
        let state = emptySampleRatio
        for (let block = 0; block < blocks; block++) {
          const share = shares[Math.floor((block * shares.length) / blocks)] ?? 0
          const before = shares[Math.floor(((block - 1) * shares.length) / blocks)] ?? share
          if (before !== share) state = closeVisit(state, before)
          const units = { T: 0, C: 0 }
          for (let i = 0; i < perBlock; i++) units[luck.next() < share ? 'T' : 'C'] += 1
          state = addUnits(state, units)
          yield sampleRatioLogEvidence(state, share)
        }
      }
      const stop = chance(seed)
      const { mean, bound } = nullMean(runs, logFactors, () => Math.floor(stop.next() * blocks))
      expect(mean).toBeLessThanOrEqual(bound)
    }),
    worlds,
  )
})
