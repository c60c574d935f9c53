import { GrowthBookClient } from '@growthbook/growthbook'
import type { Peer } from '../peer.ts'
import { type BenchFlag, countries, leastVersion, plan, weights } from '../scenario.ts'

function feature({ key, kind, salt, percent }: BenchFlag, listed: readonly string[]): object {
  const share = { coverage: percent / 100, hashAttribute: 'id', seed: salt, hashVersion: 2 }
  if (kind === 'variants') {
    const rule = {
      key,
      variations: weights.map(([name]) => name),
      weights: weights.map(([, weight]) => weight / 100),
      coverage: 1,
      hashAttribute: 'id',
      seed: salt,
      hashVersion: 2,
    }
    return { defaultValue: 'v1', rules: [rule] }
  }
  if (kind === 'list') return { defaultValue: false, rules: [{ condition: { id: { $in: listed } }, force: true }] }
  const condition = { country: { $in: countries }, plan, version: { $vgte: leastVersion } }
  return { defaultValue: false, rules: [{ ...(kind === 'targeted' ? { condition } : {}), force: true, ...share }] }
}

/** What GrowthBook loads. */
export const growthbookPayload = (flags: readonly BenchFlag[], listed: readonly string[]): { features: object } => ({
  features: Object.fromEntries(flags.map((flag) => [flag.key, feature(flag, listed)])),
})

export const growthbook: Peer = {
  name: 'growthbook',
  sharesHash: false,
  isAsync: false,
  prepare({ name, flags, users, listed }) {
    const client = new GrowthBookClient().initSync({ payload: growthbookPayload(flags, listed) as never })
    const contexts = users.map((user) => ({ attributes: { ...user } }))
    const keys = flags.map(({ key }) => key)
    if (name === 'c')
      return {
        evaluate: (flag, user) =>
          client.getFeatureValue(keys[flag] as string, 'v1', contexts[user] as object) as string,
      }
    return { evaluate: (flag, user) => client.isOn(keys[flag] as string, contexts[user] as object) }
  },
}
