import { type EvaluationContext, OpenFeature, type Provider } from '@openfeature/server-sdk'
import type { Peer } from '../peer.ts'
import { minimal } from './minimal.ts'

/** The OpenFeature SDK around the limit: what the standard itself costs, whoever provides. */
export const openfeature: Peer = {
  name: 'openfeature',
  sharesHash: true,
  isAsync: true,
  async prepare(scenario) {
    const { evaluate } = await minimal.prepare(scenario)
    const keys = scenario.flags.map(({ key }) => key)
    const flagOf = new Map(keys.map((key, i) => [key, i]))
    const contexts: EvaluationContext[] = scenario.users.map(({ id, ...rest }, index) => ({
      targetingKey: id,
      ...rest,
      index,
    }))
    const value = (key: string, context: EvaluationContext) =>
      evaluate(flagOf.get(key) as number, context['index'] as number)
    const provider = {
      metadata: { name: 'minimal' },
      resolveBooleanEvaluation: async (key: string, _: boolean, context: EvaluationContext) => ({
        value: value(key, context),
      }),
      resolveStringEvaluation: async (key: string, _: string, context: EvaluationContext) => ({
        value: value(key, context),
      }),
    } as unknown as Provider
    await OpenFeature.setProviderAndWait(provider)
    const client = OpenFeature.getClient()
    if (scenario.name === 'c')
      return {
        evaluate: (flag, user) =>
          client.getStringValue(keys[flag] as string, 'v1', contexts[user] as EvaluationContext),
      }
    return {
      evaluate: (flag, user) =>
        client.getBooleanValue(keys[flag] as string, false, contexts[user] as EvaluationContext),
    }
  },
}
