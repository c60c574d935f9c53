export { compat } from './models/compat.ts'
export { createModelRepository } from './models/model-repository.ts'
export type {
  CostCall,
  FallbackClass,
  ModelFilter,
  ModelRepository,
  RepositoryOptions,
  RepositoryStatus,
} from './models/repository-types.ts'
export type { ModelUpdate, ModelVersion } from './models/model-writer.ts'
export type { StaticTable } from './models/static-table.ts'
export type { RoutedModel } from './models/models-link.ts'
export type { AcceptedDifference, Cost, ModelConfig, ShadowReport } from '#catalogue'
