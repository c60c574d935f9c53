import { createRequire } from 'node:module'
import type { Peer } from '../peer.ts'
import { type BenchFlag, type Scenario, countries, leastVersion, plan, weights } from '../scenario.ts'

const require = createRequire(import.meta.url)

interface Client {
  isEnabled(name: string, context: object, fallback: () => boolean): boolean
  getVariant(name: string, context: object): { readonly name: string }
}

export function unleashFeature({ key, kind, salt, percent }: BenchFlag, listed: readonly string[]): object {
  const parameters = { rollout: String(percent), stickiness: 'userId', groupId: salt }
  const constraints = {
    share: [],
    variants: [],
    list: [{ contextName: 'userId', operator: 'IN', values: listed }],
    targeted: [
      { contextName: 'country', operator: 'IN', values: countries },
      { contextName: 'plan', operator: 'IN', values: [plan] },
      { contextName: 'version', operator: 'SEMVER_GTE', value: leastVersion },
    ],
  }[kind]
  const variants = weights.map(([name, weight]) => ({ name, weight: weight * 10, stickiness: 'userId' }))
  return {
    name: key,
    enabled: true,
    strategies: [{ name: 'flexibleRollout', parameters, constraints, ...(kind === 'variants' ? { variants } : {}) }],
  }
}

/** As Unleash names what is known of a user. */
export const unleashContexts = ({ users }: Pick<Scenario, 'users'>): object[] =>
  users.map(({ id, country, plan: of, version }) => ({ userId: id, properties: { country, plan: of, version } }))

const never = () => false

export const unleash: Peer = {
  name: 'unleash-client',
  sharesHash: false,
  isAsync: false,
  prepare(scenario) {
    const UnleashClient = require('unleash-client/lib/client').default as new (r: object, s: unknown) => Client
    const { defaultStrategies } = require('unleash-client/lib/strategy') as { defaultStrategies: unknown }
    const features = new Map(scenario.flags.map((flag) => [flag.key, unleashFeature(flag, scenario.listed)]))
    const repository = { getToggle: (name: string) => features.get(name), getSegment: () => undefined }
    const client = new UnleashClient(repository, defaultStrategies)
    const contexts = unleashContexts(scenario)
    const keys = scenario.flags.map(({ key }) => key)
    if (scenario.name === 'c')
      return { evaluate: (flag, user) => client.getVariant(keys[flag] as string, contexts[user] as object).name }
    return { evaluate: (flag, user) => client.isEnabled(keys[flag] as string, contexts[user] as object, never) }
  },
}
