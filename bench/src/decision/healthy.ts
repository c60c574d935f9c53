import { act } from '@sluice/core/rollout'
import type { Plan } from '@sluice/core/rollout'
import {
  blockMs,
  blocksPerMinute,
  costRatio,
  defaultShares,
  errorOver,
  errorRatio,
  latencyRatio,
  planOf,
} from './plans.ts'
import type { Share } from './plans.ts'
import { Random } from './random.ts'
import { runRollout } from './run-rollout.ts'
import type { RunOptions } from './run-rollout.ts'
import type { Study } from './study.ts'
import { AmountTraffic } from './traffic/amounts.ts'
import { guardrailsOf, ManyMetricsTraffic } from './traffic/many-metrics.ts'
import { RowTraffic } from './traffic/rows.ts'
import type { Rows } from './traffic/rows.ts'
import { SessionTraffic } from './traffic/sessions.ts'
import type { Lag, Sessions } from './traffic/sessions.ts'
import type { Traffic } from './traffic/traffic.ts'
import { UserTraffic } from './traffic/users.ts'
import type { Users } from './traffic/users.ts'

/** A rollout whose candidate is as good as the baseline: every rollback of it is false. */
interface Healthy {
  readonly name: string
  readonly plan?: Plan
  readonly drawn?: Study['drawn']
  readonly traffic: (random: Random, plan: Plan) => Traffic
  readonly intervene?: RunOptions['intervene']
  readonly sampleRatioHolds?: boolean
}

const sessions =
  (settings: Omit<Sessions, 'T' | 'C'> & { readonly rate: Sessions['T'] }) =>
  (random: Random): Traffic =>
    new SessionTraffic({ ...settings, T: settings.rate, C: settings.rate }, random)

const users = (settings: Users) => (random: Random) => new UserTraffic(settings, random)
const rows = (settings: Rows) => (random: Random, plan: Plan) => new RowTraffic(settings, plan, random)

const lagged = (seconds: number, shape: Lag['shape'] = 'exponential') => ({
  T: { seconds, shape },
  C: { seconds, shape },
})

const cost = { metric: 'cost_usd', sigma: 1.2 }
const latency = { metric: 'latency_ms', sigma: 0.8 }

/** Both arms fail more for ten minutes. */
const incident =
  (from: number) =>
  (minute: number): number =>
    minute >= from && minute < from + 10 ? 0.15 : 0.02

/** A tenth of all minutes, drawn anew for each rollout, has ten times the failures. */
function bursts(random: Random): (minute: number) => number {
  const isBurst = Array.from({ length: 400 }, () => random.uniform() < 0.1)
  return (minute) => (isBurst[Math.floor(minute)] ? 0.1 : 0.01)
}

/** Down to 5 % and up again, twelve times: people who cannot make up their mind. */
const backAndForth =
  (plan: Plan): RunOptions['intervene'] =>
  (index, state) => {
    if (index < 90 || index >= 450 || index % 15 > 0 || state.ended) return state
    const action =
      state.sharePer100k > 5000
        ? ({ action: 'rollback', to: 5000, reason: '' } as const)
        : ({ action: 'proceed', reason: '' } as const)
    const decision = act(plan, state, action, index * blockMs)
    if ('refused' in decision) throw new Error(decision.refused)
    return decision.next
  }

const doubling: readonly Share[] = [1, 2, 4, 8, 16, 32, 64, 95].map((percent) => [percent, 15] as const)
const short: readonly Share[] = defaultShares.map(([percent]) => [percent, 10] as const)

const both = planOf(defaultShares, [errorRatio, errorOver])
const settled = planOf(defaultShares, [{ ...errorRatio, settle: 'timeout' }])
const quarters: readonly Share[] = defaultShares.map(([percent]) => [percent, 15] as const)
const amounts = planOf(quarters, [costRatio, latencyRatio])
const visits = planOf([
  [1, 10],
  [10, 40],
  [50, 10],
])
/** Expects more units than can be tracked: all of the first stage's candidate, one in eight of the rest. */
const sampled = planOf(short, [errorRatio], { unitsPerDay: 1_000_000 })

const minutesOf = ({ stages }: Plan): number => stages.reduce((sum, { atLeastMs }) => sum + atLeastMs / 60_000, 0)

export const healthy: readonly Healthy[] = [
  ...[0.001, 0.005, 0.02, 0.05].map((rate) => ({
    name: `N1 base ${rate * 100} %`,
    traffic: sessions({ perSecond: 20, rate }),
  })),
  { name: 'N2 2 req/s, base 2 %', traffic: sessions({ perSecond: 2, rate: 0.02 }) },
  { name: 'N2 200 req/s, base 2 %', traffic: sessions({ perSecond: 200, rate: 0.02 }) },
  {
    name: 'N3 drift 1 to 4 %',
    traffic: sessions({ perSecond: 20, rate: (minute) => 0.01 + 0.03 * Math.min(1, minute / 120) }),
  },
  { name: 'N4 shared incident at 50 %', plan: both, traffic: sessions({ perSecond: 20, rate: incident(70) }) },
  { name: 'N4 shared incident at 95 %', plan: both, traffic: sessions({ perSecond: 20, rate: incident(100) }) },
  ...[1000, 20, 2].map((kappa) => ({
    name: `N5 returning users, kappa ${kappa}`,
    traffic: users({ users: 3000, perSecond: 20, base: 0.02, kappa }),
  })),
  {
    name: 'N6 persistent users, 8 doubling stages',
    plan: planOf(doubling),
    traffic: users({ users: 5000, perSecond: 20, base: 0.02, kappa: 0 }),
  },
  {
    name: 'N7 failures 60 s late, in bursts',
    traffic: (random) => sessions({ perSecond: 20, rate: bursts(random), lag: lagged(60) })(random),
  },
  {
    name: 'N8 cost of sigma 1.2, latency of sigma 0.8',
    plan: amounts,
    traffic: (random) => new AmountTraffic({ perSecond: 3, amounts: [cost, latency] }, random),
  },
  {
    name: 'N8 cost of returning users who differ',
    plan: planOf(quarters, [costRatio]),
    traffic: users({ users: 5000, perSecond: 20, base: 0.02, kappa: 20, amount: { ...cost, sigmaOfUser: 0.8 } }),
  },
  ...[0, 0.5, 0.95].map((correlation) => ({
    name: `N9 10 guardrails, correlation ${correlation}`,
    plan: planOf(short, guardrailsOf(10)),
    traffic: (random: Random) =>
      new ManyMetricsTraffic({ perSecond: 20, metrics: 10, base: 0.02, correlation }, random),
  })),
  {
    name: 'N9 5 guardrails, correlation 0.5',
    plan: planOf(short, guardrailsOf(5)),
    traffic: (random) => new ManyMetricsTraffic({ perSecond: 20, metrics: 5, base: 0.02, correlation: 0.5 }, random),
  },
  {
    name: 'N10 rows repeated, late, lost, reordered; restarts',
    plan: planOf(short),
    drawn: 'rows',
    traffic: rows({ users: 1500, perSecond: 3, base: 0.05, repeated: 0.1, late: 0.1, lost: 0.1, restarts: 0.01 }),
  },
  {
    name: 'N11 one unit in 8 tracked',
    plan: sampled,
    drawn: 'rows',
    sampleRatioHolds: true,
    traffic: rows({ users: 4000, perSecond: 6, base: 0.05 }),
  },
  {
    name: 'N12 200 users an hour, silent for 20 min of each',
    plan: planOf(defaultShares.map(([percent]) => [percent, 60] as const)),
    traffic: sessions({ perSecond: 200 / 3600, rate: 0.05, isSilent: (minute) => minute % 60 >= 40 }),
  },
  ...[0.1, 0.3, 0.7].flatMap((rate) =>
    [0, 60].map((seconds) => ({
      name: `N13 base ${rate * 100} %, failures ${seconds} s late`,
      traffic: sessions({ perSecond: 2, rate, ...(seconds > 0 ? { lag: lagged(seconds) } : {}) }),
    })),
  ),
  {
    name: 'N13 rows of the baseline lost for 5 of 30 min',
    traffic: sessions({
      perSecond: 20,
      rate: 0.1,
      lag: lagged(60),
      lost: { arm: 'C', isLost: (minute) => minute % 30 >= 15 && minute % 30 < 20 },
    }),
  },
  ...[30, 60].map((seconds) => ({
    name: `N13 candidate fails at once, baseline ${seconds} s late, settled`,
    plan: settled,
    traffic: sessions({ perSecond: 2, rate: 0.5, lag: { T: null, C: { seconds, shape: 'fixed' as const } } }),
  })),
  {
    name: 'N13 twelve visits of one stage, persistent users',
    plan: visits,
    drawn: 'rows',
    traffic: rows({ users: 2000, perSecond: 2, base: 0.05, persistent: true }),
    intervene: backAndForth(visits),
  },
]

/** Twice the planned time: what warnings hold up may still end. */
const maxBlocksOf = (plan: Plan): number => Math.ceil(1.5 * minutesOf(plan) * blocksPerMinute)

export const healthyStudies: readonly Study[] = healthy.map(
  ({ name, plan = planOf(), drawn = 'counts', traffic, intervene, sampleRatioHolds = false }) => ({
    name,
    drawn,
    columns: ['rolledBack', 'completed', 'blocks'],
    run: (seed) => {
      const random = new Random(seed)
      const options = { maxBlocks: maxBlocksOf(plan), sampleRatioHolds, ...(intervene ? { intervene } : {}) }
      const { end, blocks } = runRollout(plan, traffic(random, plan), options)
      return [Number(end === 'rolled_back'), Number(end === 'completed'), blocks]
    },
  }),
)
