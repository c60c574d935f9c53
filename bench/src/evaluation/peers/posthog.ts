import { PostHog } from 'posthog-node'
import type { Peer } from '../peer.ts'
import { type BenchFlag, countries, leastVersion, plan, weights } from '../scenario.ts'

function definition({ key, kind, percent }: BenchFlag, id: number, listed: readonly string[]): object {
  const property = (name: string, value: unknown, operator: string) => ({ key: name, value, operator, type: 'person' })
  const properties = {
    share: [],
    variants: [],
    list: [property('id', listed, 'exact')],
    targeted: [
      property('country', countries, 'exact'),
      property('plan', [plan], 'exact'),
      property('version', leastVersion, 'semver_gte'),
    ],
  }[kind]
  const variants = weights.map(([name, weight]) => ({ key: name, rollout_percentage: weight }))
  const filters = {
    groups: [{ properties, rollout_percentage: percent }],
    ...(kind === 'variants' ? { multivariate: { variants } } : {}),
  }
  return { id: id + 1, key, name: key, active: true, deleted: false, filters }
}

export const posthog: Peer = {
  name: 'posthog, local',
  sharesHash: false,
  isAsync: true,
  async prepare({ flags, users, listed }) {
    const definitions = {
      flags: flags.map((flag, i) => definition(flag, i, listed)),
      group_type_mapping: {},
      cohorts: {},
    }
    const body = JSON.stringify(definitions)
    const answer = { status: 200, text: async () => body, json: async () => definitions, headers: new Headers() }
    const client = new PostHog('key', {
      host: 'http://127.0.0.1:9',
      personalApiKey: 'personal',
      fetch: (async () => answer) as never,
      flushInterval: 3_600_000,
      sendFeatureFlagEvent: false,
    })
    await client.reloadFeatureFlags()
    const options = users.map((user) => ({
      onlyEvaluateLocally: true,
      sendFeatureFlagEvents: false,
      personProperties: { ...user },
    }))
    const keys = flags.map(({ key }) => key)
    return {
      evaluate: async (flag, user) =>
        (await client.getFeatureFlag(keys[flag] as string, users[user]!.id, options[user] as never)) ?? false,
      close: () => void client.shutdown(),
    }
  },
}
