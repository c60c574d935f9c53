import type { Flag } from '@sluice/core/evaluation'
import { canonicalJson } from '../events/canonical-json.ts'

/**
 * Where an edit would make the arms of a rollout others than they were: the two values, whom the rule is for, how it draws,
 * and what either arm is served. Not its share, and nothing of the flag besides.
 */
export function changedArms(before: Flag, after: Flag, ruleId: string): string[] {
  const ruleBefore = before.rules?.find(({ id }) => id === ruleId)
  const served = [ruleBefore?.serve, before.serve].filter((name) => typeof name === 'string')
  const [old, now] = [before, after].map((flag) => armsOf(flag, ruleId, served)) as [Arms, Arms]
  const index = after.rules?.findIndex(({ id }) => id === ruleId) ?? -1
  return Object.keys(old)
    .filter((place) => canonicalJson(old[place]) !== canonicalJson(now[place]))
    .map((place) => place.replace('{rule}', `/rules/${index}`))
}

type Arms = Readonly<Record<string, unknown>>

function armsOf({ variants, rules, serve }: Flag, ruleId: string, served: readonly string[]): Arms {
  const rule = rules?.find(({ id }) => id === ruleId)
  const { share: _, ...draw } = rule?.sample ?? { share: 0 }
  return {
    ...Object.fromEntries(served.map((name) => [`/variants/${name}`, variants[name]])),
    '{rule}/if': rule?.if,
    '{rule}/sample': draw,
    '{rule}/serve': rule?.serve,
    '/serve': serve,
  }
}
