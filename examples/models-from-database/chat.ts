// The application: a chat that kept its models in a file, and is to take them from the catalogue.
import { createModelRepository } from '@sluice/sdk/models'
import type { ModelRepository } from '@sluice/sdk/models'

/** The file as it was: what answers wherever the catalogue cannot. */
export const modelsInTheCode = {
  'openai:gpt-4o': { name: 'GPT-4o', provider: 'openai', contextWindow: 128_000, pricing: { input: 2.5, output: 10 } },
  'openai:gpt-4o-mini': {
    name: 'GPT-4o mini',
    provider: 'openai',
    contextWindow: 128_000,
    pricing: { input: 0.15, output: 0.6 },
  },
  'anthropic:claude-opus-5': {
    name: 'Claude Opus 5',
    provider: 'anthropic',
    contextWindow: 200_000,
    pricing: { input: 15, output: 75 },
  },
  'google:gemma-3-27b': {
    name: 'Gemma 3 27B',
    provider: 'google',
    contextWindow: 128_000,
    pricing: { input: 0.1, output: 0.2 },
  },
}

/**
 * Reads the catalogue where the flag `db-models` says so, the file everywhere else. Each read is counted for the flag, and
 * each cost held against the file's.
 */
export const chatModels = (): ModelRepository => createModelRepository({ static: modelsInTheCode, flag: 'db-models' })

/** One message: which model answers, and what it cost. */
export function answer(
  models: ModelRepository,
  user: string,
  modelId: string,
  usage: { readonly inputTokens: number; readonly outputTokens: number },
): { readonly model: string | null; readonly usd: string | null } {
  const context = { targetingKey: user }
  const config = models.getModelConfig(modelId, context)
  const cost = models.calculateCost(modelId, usage, { context })
  return { model: config?.name ?? null, usd: cost.usd }
}
