import type { ModelRepository } from '@sluice/sdk/models'

/** What has to be true of the catalogue at every share; a line for each thing that is not. */
export function faultsOf(models: ModelRepository, expected: number): readonly string[] {
  const context = { targetingKey: 'validation' }
  const usage = { inputTokens: 1000, outputTokens: 500 }
  const gpt = models.getModelConfig('openai:gpt-4o', context)
  const checks: readonly (readonly [boolean, string])[] = [
    [gpt?.pricing?.input === 2.5, 'GPT-4o does not cost 2.5 USD a million tokens'],
    [models.getAllModels({ context }).length === expected, `there are not ${expected} models`],
    [models.getModelsByProvider('anthropic', context).length > 0, 'there is no model of Anthropic'],
    [
      models.calculateCost('openai:gpt-4o', usage, { context }).usd === '0.0075',
      'a known call does not cost 0.0075 USD',
    ],
  ]
  return checks.filter(([holds]) => !holds).map(([, fault]) => fault)
}
