export { importUnleash } from './unleash/import-unleash.ts'
export { importWhitelistJson } from './import-whitelist-json.ts'
export type { ImportNote, ImportResult, ImportedFlags } from './imported.ts'
