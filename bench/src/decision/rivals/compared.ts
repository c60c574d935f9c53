import { draft } from '@sluice/core/rollout'
import type { RolloutState } from '@sluice/core/rollout'
import { atOnePercent, overThePlan, rateOf } from '../harmful.ts'
import type { Harm } from '../harmful.ts'
import { healthy } from '../healthy.ts'
import { blockMs, blocksPerMinute, planOf } from '../plans.ts'
import type { Share } from '../plans.ts'
import { Random } from '../random.ts'
import type { Study } from '../study.ts'
import { SessionTraffic } from '../traffic/sessions.ts'
import type { Traffic } from '../traffic/traffic.ts'
import type { Rule } from './rule.ts'
import { oracle, testRules } from './tests.ts'
import { thresholdRules } from './thresholds.ts'

export const rules: readonly Rule[] = [...thresholdRules, ...testRules]

/**
 * All rules watch the same rollout, which goes up by the clock whatever they say. Calls back when one fires, until all have
 * or time is over.
 */
function watch(
  shares: readonly Share[],
  watching: readonly Rule[],
  traffic: Traffic,
  random: Random,
  maxBlocks: number,
  fires: (rule: number) => void,
): void {
  const watches = watching.map((rule) => rule.start(random))
  const open = new Set(watches.keys())
  let state: RolloutState = { ...draft, attempt: 1 }
  let stage = -1
  let left = 0
  let age = 0
  for (let index = 0; index < maxBlocks && open.size > 0; index++) {
    age += 1
    if (left === 0) {
      const [percent, minutes] = shares[++stage] ?? [0, 0]
      if (minutes === 0) return
      left = minutes * blocksPerMinute
      age = 0
      state = { ...state, stage, sharePer100k: percent * 1000, visit: stage + 1, entry: stage, visitBlock: index }
    }
    left -= 1
    traffic.next(index, state)
    const seen = { ...traffic.calls, index, stage, age, share: state.sharePer100k }
    for (const rule of open)
      if (watches[rule]?.(seen)) {
        open.delete(rule)
        fires(rule)
      }
  }
}

/** Healthy rollouts the rules are tried on; the names are those of Sluice's studies. */
export const triedOn: readonly string[] = healthy
  .filter(({ name }) => /^N1 |^N3|^N4 .* 50|^N5|^N7|^N2 2 req\/s, base 2/.test(name))
  .map(({ name }) => name)

export const rivalName = (study: string): string => `rules of others: ${study}`

const falseAlarms: readonly Study[] = healthy
  .filter(({ name }) => triedOn.includes(name))
  .map(({ name, plan = planOf(), traffic }) => ({
    name: rivalName(name),
    drawn: 'counts',
    columns: rules.map((rule) => rule.name),
    run: (seed) => {
      const random = new Random(seed)
      const fired = rules.map(() => 0)
      const minutes = plan.stages.map(
        ({ sharePer100k, atLeastMs }) => [sharePer100k / 1000, atLeastMs / 60_000] as const,
      )
      watch(minutes, rules, traffic(random, plan), random, Infinity, (rule) => (fired[rule] = 1))
      return fired
    },
  }))

const harmful: readonly Harm[] = [...atOnePercent, ...overThePlan].filter(
  ({ base, perSecond, times }) => base === 0.02 && perSecond === 20 && [2, 3, 5, Infinity].includes(times),
)

const heldBlocks = (4 * 3_600_000) / blockMs

/** The harms that the rules of others are tried on. */
export const triedHarms: readonly Harm[] = harmful

/** Excess failures until each rule fires, or until the plan or four hours at 1 % are over. */
const excess: readonly Study[] = harmful.map((harm) => {
  const watching = [...rules, oracle(harm.base, Math.min(rateOf(harm), 1 - 1e-9))]
  const isHeld = atOnePercent.includes(harm)
  return {
    name: rivalName(harm.name),
    drawn: 'counts',
    columns: watching.map((rule) => rule.name),
    run: (seed) => {
      const random = new Random(seed)
      const settings = { perSecond: harm.perSecond, T: rateOf(harm), C: harm.base }
      const traffic = new SessionTraffic(settings, random)
      const failures = watching.map(() => Number.NaN)
      const maxBlocks = isHeld ? heldBlocks : Infinity
      watch(harm.shares, watching, traffic, random, maxBlocks, (rule) => (failures[rule] = traffic.harm.excess))
      return failures.map((value) => (Number.isNaN(value) ? traffic.harm.excess : value))
    },
  }
})

export const rivalStudies: readonly Study[] = [...falseAlarms, ...excess]
