import * as launchDarkly from '@launchdarkly/node-server-sdk'
import { TestData } from '@launchdarkly/node-server-sdk/integrations'
import type { Peer } from '../peer.ts'
import { type BenchFlag, countries, leastVersion, plan, weights } from '../scenario.ts'

function definition({ key, kind, salt, percent }: BenchFlag, listed: readonly string[]): object {
  const base = { key, salt, version: 1, on: true, offVariation: 1, rules: [], targets: [], prerequisites: [] }
  const rollout = (parts: readonly (readonly [number, number])[]) => ({
    rollout: { variations: parts.map(([variation, weight]) => ({ variation, weight: weight * 1000 })) },
  })
  if (kind === 'variants')
    return {
      ...base,
      variations: weights.map(([name]) => name),
      fallthrough: rollout(weights.map(([, weight], i) => [i, weight] as const)),
    }
  const share = rollout([
    [0, percent],
    [1, 100 - percent],
  ])
  const flag = { ...base, variations: [true, false], fallthrough: { variation: 1 } }
  if (kind === 'share') return { ...flag, fallthrough: share }
  if (kind === 'list') return { ...flag, targets: [{ values: listed, variation: 0 }] }
  const clauses = [
    { attribute: 'country', op: 'in', values: countries, negate: false },
    { attribute: 'plan', op: 'in', values: [plan], negate: false },
    // "Not below" is how its rules say "at least".
    { attribute: 'version', op: 'semVerLessThan', values: [leastVersion], negate: true },
  ]
  return { ...flag, rules: [{ id: 'targeted', clauses, ...share }] }
}

const silent = { error() {}, warn() {}, info() {}, debug() {} }

export const launchdarkly: Peer = {
  name: 'launchdarkly',
  sharesHash: false,
  isAsync: true,
  async prepare({ name, flags, users, listed }) {
    const data = new TestData()
    for (const flag of flags) await data.usePreconfiguredFlag(definition(flag, listed) as never)
    const client = launchDarkly.init('sdk-key', {
      updateProcessor: data.getFactory(),
      sendEvents: false,
      diagnosticOptOut: true,
      logger: silent,
    })
    await client.waitForInitialization({ timeout: 10 })
    const contexts = users.map(({ id, ...rest }) => ({ kind: 'user', key: id, ...rest }))
    const keys = flags.map(({ key }) => key)
    const evaluate =
      name === 'c'
        ? (flag: number, user: number) => client.stringVariation(keys[flag] as string, contexts[user] as never, 'v1')
        : (flag: number, user: number) => client.boolVariation(keys[flag] as string, contexts[user] as never, false)
    return { evaluate, close: () => client.close() }
  },
}
