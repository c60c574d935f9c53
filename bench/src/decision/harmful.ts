import { errorRatio, planOf } from './plans.ts'
import type { Share } from './plans.ts'
import { Random } from './random.ts'
import { runRollout } from './run-rollout.ts'
import type { Study } from './study.ts'
import { guardrailsOf, ManyMetricsTraffic } from './traffic/many-metrics.ts'
import { SessionTraffic } from './traffic/sessions.ts'

/** A candidate that fails more often from its first call on. */
export interface Harm {
  readonly name: string
  readonly base: number
  /** The candidate's rate as a multiple of the baseline's; Infinity: every call fails. */
  readonly times: number
  readonly perSecond: number
  readonly shares: readonly Share[]
}

const held: readonly Share[] = [[1, 1_000_000]]
const full: readonly Share[] = [
  [1, 30],
  [10, 30],
  [50, 30],
  [95, 30],
]

export const timesText = (times: number): string => (times === Infinity ? 'outage' : `${times}x`)

/** H1: held at 1 % of 20 req/s until it is found, base 2 % unless the name says else. */
export const atOnePercent: readonly Harm[] = [
  ...[1.5, 2, 3, 5, 10, 25, Infinity].map((times) => ({ base: 0.02, times, perSecond: 20 })),
  { base: 0.005, times: 2, perSecond: 20 },
  { base: 0.05, times: 2, perSecond: 20 },
  { base: 0.02, times: 2, perSecond: 200 },
  { base: 0.02, times: 5, perSecond: 2 },
].map((harm) => ({
  ...harm,
  name: `H1 ${timesText(harm.times)} at 1 %, base ${harm.base * 100} %, ${harm.perSecond} req/s`,
  shares: held,
}))

/** H2: over the whole plan, whether found or not. */
export const overThePlan: readonly Harm[] = [1.5, 2, 3, 5, Infinity].map((times) => ({
  name: `H2 ${timesText(times)} over the plan`,
  base: 0.02,
  times,
  perSecond: 20,
  shares: full,
}))

export const rateOf = ({ base, times }: Pick<Harm, 'base' | 'times'>): number => (times === Infinity ? 1 : base * times)

/** Columns: whether it was rolled back, candidate units and excess failures until then (or the end), blocks. */
const columns = ['found', 'units', 'excess', 'blocks'] as const

const studyOf = (harm: Harm): Study => ({
  name: harm.name,
  drawn: 'counts',
  columns,
  run: (seed) => {
    const traffic = new SessionTraffic({ perSecond: harm.perSecond, T: rateOf(harm), C: harm.base }, new Random(seed))
    const maxBlocks = harm.shares === held ? 20_000 : 1080
    const { end, blocks } = runRollout(planOf(harm.shares, [errorRatio]), traffic, { maxBlocks })
    return [Number(end === 'rolled_back'), traffic.harm.units, traffic.harm.excess, blocks]
  },
})

export const tenGuardrails: Study = {
  name: 'H1 2x in one of 10 guardrails at 1 %',
  drawn: 'counts',
  columns,
  run: (seed) => {
    const settings = { perSecond: 20, metrics: 10, base: 0.02, correlation: 0.5, firstTimes: 2 }
    const traffic = new ManyMetricsTraffic(settings, new Random(seed))
    const { end, blocks } = runRollout(planOf(held, guardrailsOf(10)), traffic, { maxBlocks: 5000 })
    return [Number(end === 'rolled_back'), traffic.harm.units, traffic.harm.excess, blocks]
  },
}

export const harmfulStudies: readonly Study[] = [
  ...atOnePercent.map(studyOf),
  ...overThePlan.map(studyOf),
  tenGuardrails,
]
