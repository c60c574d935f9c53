import type { Plan } from '../rollout/plan.ts'
import { likely } from './outlook.ts'
import { actingAt } from './plan-words.ts'
import { sightOf } from './sight-of.ts'
import type { Traffic } from './traffic.ts'

/**
 * Whether this traffic can prove safety within three times the least time of every stage; null where nothing is known of
 * the metrics that would have to be proven.
 */
export function canProve(plan: Plan, traffic: Traffic | null): boolean | null {
  if (!traffic) return null
  const known = plan.stages.flatMap(({ atLeastMs }, stage) =>
    actingAt(plan, stage).flatMap((guardrail): boolean[] => {
      const sight = guardrail.window ? 'unseen' : sightOf(plan, stage, guardrail, traffic)
      if (sight === 'unseen' || sight === 'no_traffic') return []
      return [sight !== 'zero' && sight.proofMs(likely) <= 3 * atLeastMs]
    }),
  )
  return known.length === 0 ? null : known.every(Boolean)
}
