import { describe, expect, test } from 'vitest'
import { guardrailWith, planWith } from '../../testing/plans.ts'
import type { Guardrail, Plan } from '../rollout/index.ts'
import { logNormal } from './distribution.ts'
import { canProve, planErrors, previewPlan } from './index.ts'
import type { Traffic } from './index.ts'

const busy: Traffic = {
  unitsPerDay: 2_000_000,
  rates: { error: 0.02 },
  values: { latency_ms: logNormal(800, 3000) },
}

const rollback = guardrailWith({ onBreach: 'rollback' })
const limit = (fields: Partial<Guardrail>) => guardrailWith({ compare: 'absolute', limit: 0.05, safe: 0.05, ...fields })
const good = planWith([10, 50], [rollback])

const findingsOf = (plan: Plan, traffic: Traffic | null = busy) => previewPlan(plan, traffic).findings
const found = (plan: Plan, traffic: Traffic | null = busy) =>
  findingsOf(plan, traffic).map(({ code, pointer }) => `${code} ${pointer}`)
const lasting = (plan: Plan, atLeastMs: number): Plan => ({
  ...plan,
  stages: plan.stages.map((stage) => ({ ...stage, atLeastMs })),
})

test('nothing is said of a plan with which nothing is wrong', () => {
  expect(found(good)).toEqual([])
})

test('a plain threshold may ask for what the baseline never kept; people are told', () => {
  const window = { blocks: 6, breach: 1, of: 1, minSamples: 1, ceiling: null }
  const stricter = planWith([10], [rollback, limit({ id: 'stricter', limit: 0.01, safe: 0.01, window })])
  const finding = findingsOf(stricter).find(({ code }) => code === 'baseline_beyond')
  expect(finding).toMatchObject({ severity: 'warning', pointer: '/guardrails/1' })
})

describe('targets between which and the limit a stage waits', () => {
  const target = (safe: number, advance: Plan['advance'] = 'quiet') => ({
    ...planWith([10, 50], [rollback, limit({ id: 'target', limit: 0.1, safe })]),
    advance,
  })
  test('that the baseline misses itself are named at each stage, on quiet and on proof', () => {
    expect(found(target(0.01))).toEqual(['between /stages/0', 'between /stages/1'])
    expect(findingsOf(target(0.01))[0]?.sentence).toContain(
      'the baseline, at 2 % errors, lies between the target (below 1 %) and the limit (10 %)',
    )
    expect(found(target(0.01, 'proof'))).toEqual(['unreachable /stages/0', 'unreachable /stages/1'])
  })
  test('that this traffic proves in time are fine, and those that it cannot are named with the time', () => {
    expect(found(target(0.05))).toEqual([])
    const few = { ...busy, unitsPerDay: 2000 }
    const told = findingsOf(target(0.03), few).find(({ code }) => code === 'slow_proof')
    expect(told?.sentence).toMatch(/too short to prove errors below 3 % \(.+\): the count alone has to keep/)
  })
})

describe('an error keeps a plan from starting:', () => {
  test.each<[string, Plan, string]>([
    ['a stage that nothing guards', planWith([10, 50], [guardrailWith({ stages: [1] })]), 'unguarded /stages/0'],
    [
      'a stage of which one is only told',
      planWith([10], [guardrailWith({ onBreach: 'notify' })]),
      'unguarded /stages/0',
    ],
    ['a comparison with nobody', planWith([10, 100], [rollback]), 'no_baseline /stages/1/holdback'],
    ['shares that do not rise', planWith([10, 10], [rollback]), 'shares /stages/1/percent'],
    ['a first stage of nobody', planWith([0, 10], [rollback]), 'shares /stages/0/percent'],
    [
      'one limit with two consequences',
      planWith([10], [rollback, guardrailWith({ id: 'b', onBreach: 'hold' })]),
      'contradiction /guardrails/1/onBreach',
    ],
    [
      'a range that is empty',
      planWith(
        [10],
        [
          limit({ id: 'a', metric: 'latency_ms', stat: 'mean', limit: 900, safe: 900 }),
          limit({ id: 'b', metric: 'latency_ms', stat: 'mean', limit: 1200, safe: 1200, direction: 'under' }),
        ],
      ),
      'contradiction /guardrails/1',
    ],
    [
      'a range that is empty, one end of which is a threshold over windows',
      planWith(
        [10],
        [
          limit({ id: 'a', metric: 'latency_ms', stat: 'mean', limit: 900, safe: 900 }),
          limit({
            id: 'b',
            metric: 'latency_ms',
            stat: 'mean',
            limit: 1200,
            safe: 1200,
            direction: 'under',
            window: { blocks: 6, breach: 1, of: 1, minSamples: 1, ceiling: null },
          }),
        ],
      ),
      'contradiction /guardrails/1',
    ],
    ['no time at all', lasting(good, 0), 'no_time /stages/0/atLeast'],
    ['no time at all for failures to come', { ...lasting(good, 0), advance: 'proof' }, 'no_time /stages/0/atLeast'],
    ['a limit that the baseline breaks', planWith([10], [limit({ limit: 0.01 })]), 'baseline_beyond /guardrails/0'],
    [
      'a p95 limit that the baseline breaks',
      planWith([10], [limit({ metric: 'latency_ms', stat: 'p95', limit: 2000 })]),
      'baseline_beyond /guardrails/0',
    ],
    [
      'a mean limit that the baseline breaks',
      planWith([10], [limit({ metric: 'latency_ms', stat: 'mean', limit: 1000 })]),
      'baseline_beyond /guardrails/0',
    ],
  ])('%s', (_, plan, expected) => {
    expect(found(plan)).toContain(expected)
    expect(planErrors(plan, busy).map(({ code, pointer }) => `${code} ${pointer}`)).toContain(expected)
  })

  test('but not a limit that the baseline may break by chance', () => {
    const plan = planWith([10], [limit({ limit: 0.01 })])
    expect(planErrors(plan, { ...busy, units: 100 })).toEqual([])
    expect(planErrors(plan, { ...busy, units: 100_000 })).toHaveLength(1)
  })

  test('nor a ramp by evidence in which every guardrail waits for its answers', () => {
    const settled = { ...rollback, settle: 'timeout' as const }
    expect(planErrors({ ...lasting(planWith([10], [settled]), 0), advance: 'proof' }, busy)).toEqual([])
  })

  test('nor two consequences of which the milder has a safe line of its own', () => {
    const target = limit({ id: 'target', safe: 0.02, onBreach: 'hold' })
    expect(planErrors(planWith([10], [limit({ onBreach: 'rollback' }), target]), null)).toEqual([])
  })
})

describe('a warning names', () => {
  test('a blind stage, with what it would need here and at the next share', () => {
    const [blind, ...more] = findingsOf(planWith([1, 10, 50], [rollback]))
    expect(more).toEqual([])
    expect(blind).toMatchObject({ code: 'blind', pointer: '/stages/0' })
    expect(blind?.sentence).toMatch(
      /^Stage 1 \(1 %, at least 30 m\) is blind: it finds 2x errors in \d+ of 100 rollouts; that needs about [\dhm ]+, [\dm s]+ at 10 %\.$/,
    )
  })

  test('a block that is too short for so few users, with a longer one', () => {
    const remedyOf = (unitsPerDay: number, guardrail = rollback, blockMs = 10_000) =>
      findingsOf({ ...planWith([10], [guardrail]), blockMs }, { ...busy, unitsPerDay }).find(
        ({ code }) => code === 'blind',
      )?.remedy
    expect(remedyOf(8640)).toMatch(/^Say "block": "1m": one of 10 s holds about 1 users, and only within one are/)
    expect(remedyOf(1000)).toMatch(/^Say "block": "10m": /)
    expect(remedyOf(8640, rollback, 60_000)).toMatch(/^Let it last/)
    expect(remedyOf(100_000)).toMatch(/^Let it last/)
    expect(remedyOf(8640, guardrailWith({ metric: 'latency_ms', stat: 'mean' }))).toMatch(/^(Let it|Watch)/)
  })

  test('a stage that is blind to one of two', () => {
    const rare = guardrailWith({ id: 'stuck', metric: 'stuck' })
    const traffic = { ...busy, rates: { error: 0.02, stuck: 1e-6 } }
    const [blind] = findingsOf(planWith([50], [rollback, rare]), traffic)
    expect(blind?.sentence).toMatch(/is half blind: it finds 2x stuck calls in none of 100 rollouts/)
  })

  test('a safe line that can never be proven, and one that takes too long', () => {
    const proof = (guardrail: Guardrail) => planWith([10], [guardrail], { advance: 'proof' })
    expect(found(proof(limit({ safe: 0.02 })))).toContain('unreachable /stages/0')
    expect(found(proof(limit({ safe: 0.0235 })))).toContain('slow_proof /stages/0')
    expect(found(proof(limit({ safe: 0.05 })))).toEqual([])
  })

  test('a guardrail that never has its turn', () => {
    const strict = limit({ id: 'strict', limit: 0.05, onBreach: 'rollback' })
    const late = limit({ id: 'late', limit: 0.1, safe: 0.1, onBreach: 'hold' })
    expect(found(planWith([10], [strict, late]))).toContain('unreachable /guardrails/1')
    const harsh = { ...late, onBreach: 'rollback' as const }
    expect(found(planWith([10], [{ ...strict, onBreach: 'hold' }, harsh]))).toEqual([])
  })

  test('a stage that is over before calls have failed or amounts are looked at', () => {
    expect(found(lasting(good, 20_000))).toContain('short_stage /stages/0/atLeast')
    expect(found(lasting(good, 40_000))).not.toContain('short_stage /stages/0/atLeast')
    const slow = guardrailWith({ metric: 'latency_ms', stat: 'p95', limit: 1.5, safe: 1.5 })
    expect(found(lasting(planWith([10], [slow]), 40_000))).toContain('short_stage /stages/0/atLeast')
    expect(found({ ...lasting(good, 20_000), advance: 'proof' })).not.toContain('short_stage /stages/0/atLeast')
  })

  test('a limit that no candidate can break, and not that the stage is blind to it', () => {
    const beyond = planWith([10, 50], [guardrailWith({ onBreach: 'rollback', limit: 60, safe: 60 })])
    expect(found(beyond)).toEqual(['unreachable /guardrails/0'])
    expect(findingsOf(beyond)[0]?.sentence).toMatch(/^No candidate can break the limit of 60x on errors: .* 2 %/)
    expect(findingsOf(beyond)[0]?.remedy).toContain('below 50x')
    expect(found(beyond, { ...busy, units: 100 })).not.toContain('unreachable /guardrails/0')
  })

  test('a limit that a candidate just like the baseline breaks', () => {
    const better = (fields: Partial<Guardrail>) =>
      found(planWith([10], [rollback, guardrailWith({ id: 'better', metric: 'latency_ms', stat: 'p95', ...fields })]))
    expect(better({ limit: 0.5, safe: 0.75 })).toContain('baseline_beyond /guardrails/1')
    expect(better({ limit: 2, safe: 3, direction: 'under' })).toContain('baseline_beyond /guardrails/1')
    expect(better({ limit: 0.5, safe: 0.75, onBreach: 'notify' })).not.toContain('baseline_beyond /guardrails/1')
    expect(better({ limit: 1, safe: 1.5 })).not.toContain('baseline_beyond /guardrails/1')
  })

  test('a target that a candidate just like the baseline misses', () => {
    const told = findingsOf(planWith([10], [guardrailWith({ onBreach: 'rollback', limit: 2, safe: 0.5 })]))
    expect(told.map(({ code }) => code)).toEqual(['between'])
    expect(told[0]?.sentence).toContain(
      'just like the baseline, at 1x its errors, lies between the target (below 0.5x) and the limit (2x)',
    )
  })

  test('one limit that stands twice', () => {
    expect(found(planWith([10, 50], [rollback, { ...rollback, id: 'again' }]))).toEqual(['unreachable /guardrails/1'])
    expect(found(planWith([10, 50], [rollback, { ...rollback, id: 'later', settle: 'timeout' }]))).toEqual([])
  })

  test('windows that take longer than their stage', () => {
    const window = { blocks: 60, breach: 1, of: 4, minSamples: 1, ceiling: null }
    const slow = planWith([10], [limit({ limit: 0.5, safe: 0.5, window })])
    expect(found(slow)).toEqual(['slow_proof /stages/0'])
    expect(findingsOf(slow)[0]?.sentence).toContain('after 4 windows on errors, no sooner: that takes 40 m')
    expect(previewPlan(slow, busy).stages[0]?.opensAfterMs).toBe(2_400_000)
    expect(found(planWith([10], [limit({ limit: 0.5, safe: 0.5, window: { ...window, of: 3 } })]))).toEqual([])
  })

  test('silence that a stage does not live to notice', () => {
    const patient = (noDataAfterBlocks: number) => planWith([10, 50], [{ ...rollback, noDataAfterBlocks }])
    expect(found(patient(180))).toEqual([])
    expect(found(patient(181))).toEqual(['short_stage /guardrails/0/noDataAfter'])
  })

  test('a holdback that takes from a stage what it says it opens', () => {
    const [first, ...others] = planWith([10, 50], [rollback]).stages
    const kept = { ...good, stages: first ? [{ ...first, holdbackPer100k: 95_000 }, ...others] : [] }
    expect(findingsOf(kept).find(({ code }) => code === 'shares')).toMatchObject({
      severity: 'warning',
      pointer: '/stages/0/holdback',
      sentence: 'With a holdback of 95 % this stage opens 5 %, not 10 %.',
    })
  })

  test('a blind stage without the time of a later one that does not look', () => {
    const blind = findingsOf(
      planWith([1, 10], [{ ...rollback, stages: [0] }, guardrailWith({ id: 'later', stages: [1] })]),
    ).find(({ code }) => code === 'blind')
    expect(blind?.sentence).toMatch(/that needs about [\dhm ]+\.$/)
    expect(blind?.remedy).not.toContain('warm-up')
  })

  test('few users, on the side that has fewer', () => {
    const [few] = findingsOf(planWith([95], [rollback]), { ...busy, unitsPerDay: 48_000 })
    expect(few).toMatchObject({ code: 'few_units', pointer: '/stages/0' })
    expect(few?.sentence).toMatch(/has about 50 baseline users/)
  })

  test('steps that only double', () => {
    expect(found(planWith([20, 40, 95], [rollback]))).toEqual(['doubling /stages/1'])
  })

  test('a metric that nobody reports, and one that is only told of', () => {
    const unseen = guardrailWith({ id: 'f', metric: 'fallback' })
    expect(found(planWith([10], [rollback, unseen]))).toEqual(['unseen /guardrails/1/metric'])
    const told = guardrailWith({ id: 'l', metric: 'latency_ms', stat: 'mean', onBreach: 'notify' })
    expect(found(planWith([10], [rollback, told]))).toEqual(['only_told /guardrails/1'])
  })

  test('fallbacks that hide errors', () => {
    expect(found(good, { ...busy, rates: { error: 0.02, fallback: 0.01 } })).toEqual(['fallback_unguarded /guardrails'])
  })

  test('a limit that leaves no budget', () => {
    const window = { blocks: 6, breach: 1, of: 1, minSamples: 1, ceiling: null }
    const stuck = limit({ id: 's', metric: 'stuck', stat: 'count', limit: 0, safe: 0, window })
    expect(found(planWith([10], [rollback, stuck]))).toContain('no_budget /guardrails/1')
  })

  test('calls that are taken as independent', () => {
    expect(found(planWith([10], [{ ...rollback, counting: 'request' }]))).toEqual(['requests /guardrails/0/counting'])
  })

  test('a threshold over windows that cries wolf, and one that never has enough calls', () => {
    const window = { blocks: 30, breach: 1, of: 3, minSamples: 50, ceiling: null }
    const plan = planWith([10], [limit({ limit: 0.025, safe: 0.025, window })])
    expect(found(plan)).toEqual(['window_alarms /stages/0'])
    expect(found(planWith([10], [limit({ limit: 0.2, safe: 0.2, window })]))).toEqual([])
    expect(found(plan, { ...busy, unitsPerDay: 20_000, callsPerDay: 20_000 })).toContain('window_empty /stages/0')
  })

  test('a plan that is not through when its greatest duration is over', () => {
    const plan = { ...good, maxDurationMs: 4_000_000 }
    expect(found(plan)).toEqual([])
    expect(found({ ...plan, maxDurationMs: 3_000_000 })).toEqual(['too_long /maxDuration'])
    const slow = { ...good, advance: 'proof' as const, maxDurationMs: 3_600_000 }
    expect(found(slow, { ...busy, unitsPerDay: 300_000 })).toContain('too_long /maxDuration')
  })

  test('that nothing is known', () => {
    expect(found(good, null)).toEqual(['no_traffic '])
  })
})

test('every finding has a sentence and a remedy, and errors come first', () => {
  const plan = lasting(planWith([1, 2, 100], [rollback, guardrailWith({ id: 'f', metric: 'fallback' })]), 10_000)
  const findings = findingsOf(plan, { ...busy, unitsPerDay: 100 })
  expect(findings.length).toBeGreaterThan(5)
  for (const { sentence, remedy } of findings) {
    expect(sentence).toMatch(/^[A-Z].*\.$/)
    expect(remedy).toMatch(/^[A-Z].*\.$/)
  }
  expect(findings[0]?.severity).toBe('error')
  expect(findings.at(-1)?.severity).toBe('warning')
})

test('a plan goes on proof where every stage can prove it within three times its least time', () => {
  expect(canProve(good, busy)).toBe(true)
  expect(canProve(planWith([1, 10], [rollback]), { ...busy, unitsPerDay: 20_000 })).toBe(false)
  expect(canProve(good, { ...busy, rates: { error: 0 } })).toBe(false)
  expect(canProve(good, null)).toBeNull()
  expect(canProve(good, { ...busy, rates: {} })).toBeNull()
})

test('the time until the next stage is that of the slowest proof, or unknown', () => {
  const plan = { ...planWith([1, 50], [rollback]), advance: 'proof' as const }
  const [first, second] = previewPlan(plan, { ...busy, unitsPerDay: 200_000 }).stages
  expect(first?.opensAfterMs).toBe(first?.outlooks[0]?.proofMs)
  expect(first?.opensAfterMs).toBeGreaterThan(1_800_000)
  expect(second?.opensAfterMs).toBeGreaterThanOrEqual(1_800_000)
  expect(previewPlan(plan, null).stages[0]?.opensAfterMs).toBeNull()
})

test('figures without sense give no figure without sense', () => {
  const odd = [0, -1, 1e300, Infinity, Number.NaN]
  const guardrails = [
    rollback,
    limit({ id: 'a' }),
    guardrailWith({ id: 'm', metric: 'latency_ms', stat: 'mean' }),
    limit({ id: 'p', metric: 'latency_ms', stat: 'p95', limit: 5000, safe: 5000, onBreach: 'rollback' }),
    limit({ id: 'w', window: { blocks: 6, breach: 2, of: 3, minSamples: 10, ceiling: 3 } }),
  ]
  for (const unitsPerDay of [...odd, 1, 1e6])
    for (const rate of [...odd.slice(2), 0, 1e-9, 1]) {
      const preview = previewPlan(planWith([1, 95], guardrails), { ...busy, unitsPerDay, rates: { error: rate } })
      const numbers = JSON.stringify(preview, (_, value: unknown) =>
        typeof value === 'number' && !Number.isFinite(value) ? `odd ${value}` : value,
      )
      expect(numbers.replaceAll(/"units":\{[^}]*\}/g, '')).not.toContain('odd ')
    }
})
