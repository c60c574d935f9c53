import { splitModelId } from '@sluice/core/catalogue'
import type { Flag } from '@sluice/core/evaluation'
import type { Finding } from '@sluice/core/planning'
import { guardrailLabel, listText } from '@sluice/core/rollout'
import type { Plan } from '@sluice/core/rollout'
import type { Kysely } from 'kysely'
import type { Tables } from '../ports/database.ts'
import { listRollouts } from './rollout-store.ts'

/** What a plan cannot know of itself: its flag's variants, and how former rollouts of the flag ended. */
export async function lintFlag(
  environment: string,
  flag: Flag,
  plan: Plan,
  db: Kysely<Tables>,
): Promise<readonly Finding[]> {
  return [...(await sameDraw(environment, flag, plan, db)), ...tokenizers(flag, plan)]
}

/** A draw that was rolled back meets the users again who failed then. */
async function sameDraw(environment: string, flag: Flag, plan: Plan, db: Kysely<Tables>): Promise<Finding[]> {
  if (!flag.rules?.some(({ id, sample }) => id === plan.rule && sample)) return []
  const before = await listRollouts(db, environment, plan.flag)
  const failed = before.find(({ plan: { rule }, state }) => rule === plan.rule && state.ended === 'rolled_back')
  if (!failed) return []
  return [
    {
      severity: 'warning',
      code: 'same_draw',
      pointer: '/rule',
      sentence: `The rule "${plan.rule}" draws the users of ${failed.id} again, which was rolled back: those who fail by themselves make a second breach likely.`,
      remedy: 'Give its sample another salt for another draw, unless these users are to be asked again.',
    },
  ]
}

const tokenMetrics = new Set(['tokens', 'input_tokens', 'output_tokens'])

/** Each provider cuts text into tokens of its own: their numbers do not compare. */
function tokenizers({ variants }: Flag, { candidate, baseline, guardrails }: Plan): Finding[] {
  const providers = [variants[candidate], variants[baseline]].map(providerOf)
  const [ofCandidate, ofBaseline] = providers
  const index = guardrails.findIndex(({ metric, compare }) => compare === 'ratio' && tokenMetrics.has(metric))
  const guardrail = guardrails[index]
  if (!guardrail || !ofCandidate || !ofBaseline || ofCandidate === ofBaseline) return []
  return [
    {
      severity: 'warning',
      code: 'tokenizers',
      pointer: `/guardrails/${index}/metric`,
      sentence: `${listText([ofCandidate, ofBaseline])} cut text into tokens differently: ${guardrailLabel(guardrail)} of one say little about the other.`,
      remedy: 'Compare cost_usd instead.',
    },
  ]
}

/** The provider of a variant that names a model, by itself or in its field `model`. */
function providerOf(value: unknown): string | null {
  const named = typeof value === 'object' && value !== null && 'model' in value ? value.model : value
  return typeof named === 'string' ? (splitModelId(named)?.provider ?? null) : null
}
