// What the planner says of thresholds over windows against the windows themselves, on simulated calls.
import { expect, test } from 'vitest'
import { guardrailWith, planWith } from '../../testing/plans.ts'
import { chance } from '../../testing/random.ts'
import { scale } from '../../../testing/scale.ts'
import { ledgerKey } from '../rollout/guardrail-test.ts'
import { idleBlock } from '../rollout/replay.ts'
import { foldWindow, startWindows, windowStanding } from '../rollout/windows.ts'
import type { Guardrail, WindowTest } from '../rollout/plan.ts'
import { addValues, emptyHistogram } from '../statistics/index.ts'
import type { CallSums } from '../statistics/index.ts'
import { logNormal } from './distribution.ts'
import { sightOf } from './sight-of.ts'

const repetitions = scale(120, 4000)
const [sigma, median] = [0.8, 726]
const failing = 0.02
const callsAWindow = 500

interface Case {
  readonly guardrail: Partial<Guardrail>
  readonly test?: Partial<WindowTest>
  readonly share: number
  readonly windows: number
  /** The candidate's failures or amounts over the baseline's. */
  readonly times: number
}

const watched = ({ guardrail, test: fields }: Case) => {
  const window: WindowTest = { blocks: 1, breach: 2, of: 3, minSamples: 20, ceiling: null, ...fields }
  return { ...guardrailWith({ compare: 'absolute', ...guardrail }), window }
}

function fires(one: Case, seed: number): boolean {
  const guardrail = watched(one)
  const luck = chance(seed)
  const isRate = guardrail.stat === 'rate'
  const callsOf = (share: number, times: number): CallSums => {
    const n = luck.poisson(callsAWindow * share)
    const draws = Array.from({ length: n }, () => (isRate ? luck.next() : luck.normal()))
    if (isRate) return { n, x: draws.filter((draw) => draw < failing * times).length, sum: 0, values: emptyHistogram }
    const values = draws.map((draw) => median * times * Math.exp(sigma * draw))
    return { n, x: 0, sum: values.reduce((sum, value) => sum + value, 0), values: addValues(emptyHistogram, values) }
  }
  let windows = startWindows
  for (let age = 0; age < one.windows; age++) {
    const calls = { [ledgerKey(guardrail)]: { T: callsOf(one.share, one.times), C: callsOf(1 - one.share, 1) } }
    windows = foldWindow(windows, { ...idleBlock(age), calls }, guardrail, guardrail.window, age)
    if (windowStanding(windows, guardrail, guardrail.window).isBreach) return true
  }
  return false
}

const error = { limit: 0.035, safe: 0.035 }
const p95 = { metric: 'latency_ms', stat: 'p95', limit: 3000, safe: 3000 } as const
const mean = { metric: 'latency_ms', stat: 'mean', limit: 1100, safe: 1100 } as const

test.each<[string, Case]>([
  ['errors of a healthy candidate', { guardrail: error, share: 0.5, windows: 60, times: 1 }],
  ['errors, one window is enough', { guardrail: error, test: { breach: 1 }, share: 0.5, windows: 20, times: 1 }],
  [
    'errors, with a ceiling',
    { guardrail: error, test: { breach: 3, ceiling: 1.2 }, share: 0.5, windows: 30, times: 1 },
  ],
  ['twice the errors', { guardrail: error, share: 0.5, windows: 2, times: 2 }],
  ['errors against the baseline', { guardrail: { compare: 'ratio', limit: 1.8 }, share: 0.5, windows: 30, times: 1 }],
  ['mean latency', { guardrail: mean, share: 0.5, windows: 30, times: 1 }],
  [
    'mean latency against the baseline',
    { guardrail: { ...mean, compare: 'ratio', limit: 1.1 }, share: 0.3, windows: 20, times: 1 },
  ],
  ['p95 latency', { guardrail: p95, share: 0.4, windows: 20, times: 1 }],
  [
    'p95 latency against the baseline',
    { guardrail: { ...p95, compare: 'ratio', limit: 1.15 }, share: 0.5, windows: 10, times: 1 },
  ],
])('%s fire as often as the planner says', (_, one) => {
  const guardrail = watched(one)
  const perDay = callsAWindow * 8640
  const traffic = {
    unitsPerDay: perDay,
    rates: { error: failing },
    values: { latency_ms: logNormal(median, median * Math.exp(1.645 * sigma)) },
  }
  const sight = sightOf(planWith([one.share * 100], [guardrail]), 0, guardrail, traffic)
  if (typeof sight === 'string') throw new Error(sight)
  const said = sight.found(one.times * sight.baseline)(one.windows * 10_000)
  const fired = Array.from({ length: repetitions }, (__, i) => fires(one, i + 1)).filter(Boolean).length / repetitions
  expect(fired).toBeGreaterThan(0.02)
  expect(Math.abs(fired - said)).toBeLessThan(scale(0.1, 0.07))
})
