// The application: it asks for models and costs in process, and never for a deployment.
import type { ModelRepository } from '@sluice/sdk/models'

/** What a request costs now, as the shop shows it. */
export function quote(
  models: ModelRepository,
  modelId: string,
): { readonly name: string; readonly usd: string | null } {
  const model = models.getModelConfig(modelId)
  const { usd } = models.calculateCost(modelId, { inputTokens: 1000, outputTokens: 500 })
  return { name: model?.name ?? 'no such model', usd }
}

/** What a user may choose: models that are deprecated still answer, and are no longer offered. */
export const offered = (models: ModelRepository): readonly string[] =>
  models
    .getAllModels()
    .filter(({ selectable }) => selectable)
    .map(({ id }) => id)
