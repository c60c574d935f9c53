import type { Context } from '#evaluation'
import type { ModelRepository } from './repository-types.ts'

/** The signatures of code that had its models in a file: a cost is a number, `NaN` when nobody knows it. */
export function compat(repository: ModelRepository) {
  const { getModelConfig, getAllModels, getModelsByProvider } = repository
  return {
    getModelConfig,
    getAllModels: (context?: Context) => getAllModels(context === undefined ? {} : { context }),
    getModelsByProvider,
    calculateCost(id: string, inputTokens: number, outputTokens: number): number {
      const { usd } = repository.calculateCost(id, { inputTokens, outputTokens })
      // For display and comparison only; sums belong to `calculateCost` of the repository, which is exact.
      return usd === null ? Number.NaN : Number(usd)
    },
  }
}
