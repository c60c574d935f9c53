export type { PriceChange, KeptGroup, Take } from './compare-model.ts'
export { type ImportFormat, importFormats } from './file-format.ts'
export { LineIndex } from './line-index.ts'
export { ownFormatName, writeOwnFormat } from './own-format.ts'
export {
  type ImportAction,
  type ImportFault,
  type PlanOptions,
  type PlanProgress,
  type PlannedImport,
  type PlannedRecord,
  type PresentCatalogue,
  planImport,
} from './plan-import.ts'
export { JsonBroken } from './read-json.ts'
export { type LiteLlmFile, writeLiteLlm } from './write-litellm.ts'
export { readModels } from './read-models.ts'
export { type ReadFile, UnreadableFile, mostRecords, readRecords } from './read-records.ts'
