import { ExposureCounts, type Flag, type FlagSet, compileFlagSet, evaluate } from '@sluice/core/evaluation'
import type { Peer, Prepared } from '../peer.ts'
import { type BenchFlag, type Scenario, countries, leastVersion, plan, weights } from '../scenario.ts'

/** A flag of the scenario in the native format. */
export function nativeFlag({ kind, salt, percent }: BenchFlag, listed: readonly string[]): Flag {
  const base = { enabled: true, variants: { on: true, off: false }, off: 'off', serve: 'off' } as const
  const sample = { share: percent * 1000, salt }
  if (kind === 'share') return { ...base, rules: [{ id: 'rollout', sample, serve: 'on' }] }
  if (kind === 'list') return { ...base, include: listed.map((unit) => ({ unit, variant: 'on' })) }
  if (kind === 'variants') {
    const variants = Object.fromEntries(weights.map(([name]) => [name, name]))
    const split = weights.map(([name, weight]) => [name, weight * 1000] as const)
    return { enabled: true, variants, off: 'v1', serve: { split, salt } }
  }
  const all = [
    { attr: 'country', op: 'in', values: [...countries] },
    { attr: 'plan', op: 'in', values: [plan] },
    { attr: 'version', op: 'semver.gte', values: [leastVersion] },
  ]
  return { ...base, rules: [{ id: 'rollout', if: { all }, sample, serve: 'on' }] }
}

export function nativeSet({ flags, listed }: Pick<Scenario, 'flags' | 'listed'>): FlagSet {
  const native = Object.fromEntries(flags.map((flag) => [flag.key, nativeFlag(flag, listed)]))
  // As it comes from the wire.
  const text = JSON.stringify({ schema: 1, env: 'bench', epoch: 'bench', revision: 1, flags: native })
  return JSON.parse(text) as FlagSet
}

const now = Date.UTC(2026, 10, 20)

const contextsOf = ({ users }: Scenario) =>
  users.map(({ id, country, plan: userPlan, version }) => ({ targetingKey: id, country, plan: userPlan, version }))

export const sluice: Peer = {
  name: 'sluice',
  sharesHash: true,
  isAsync: false,
  prepare(scenario): Prepared {
    const flags = compileFlagSet(nativeSet(scenario))
    const contexts = contextsOf(scenario)
    const keys = scenario.flags.map(({ key }) => key)
    return {
      evaluate: (flag, user) =>
        evaluate(flags, keys[flag] as string, contexts[user] as (typeof contexts)[number], now).value as
          | boolean
          | string,
    }
  },
}

/** The same with every exposure counted. */
export const sluiceCounting: Peer = {
  ...sluice,
  name: 'sluice, counting',
  prepare(scenario): Prepared {
    const flags = compileFlagSet(nativeSet(scenario))
    const contexts = contextsOf(scenario)
    const keys = scenario.flags.map(({ key }) => key)
    const counts = new ExposureCounts()
    return {
      evaluate: (flag, user) => {
        const outcome = evaluate(flags, keys[flag] as string, contexts[user] as (typeof contexts)[number], now)
        counts.add(outcome)
        return outcome.value as boolean | string
      },
    }
  },
}
